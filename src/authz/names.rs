//! Sets of names as property files write them: the order is kept, and a name is found by its hash.

use std::cmp::Ordering;
use std::str::FromStr;

use crate::identity::{GroupName, Groups, NameError, UserName};

/// White space within Java's regular expressions (`\s`).
const JAVA_SPACE: [char; 6] = [' ', '\t', '\n', '\u{b}', '\u{c}', '\r'];

/// What both kinds of names have.
pub(super) trait Name: Clone + PartialEq + FromStr<Err = NameError> {
    fn hash(&self) -> u64;
    fn hash_order(&self, other: &Self) -> Ordering;
}

impl Name for UserName {
    #[inline]
    fn hash(&self) -> u64 {
        self.as_ref().hash()
    }

    fn hash_order(&self, other: &Self) -> Ordering {
        self.as_ref().hash_order(other.as_ref())
    }
}

impl Name for GroupName {
    #[inline]
    fn hash(&self) -> u64 {
        self.as_ref().hash()
    }

    fn hash_order(&self, other: &Self) -> Ordering {
        self.as_ref().hash_order(other.as_ref())
    }
}

/// What belongs to a name, among things in the order of the hashes of their names. Texts are compared only where hashes are
/// the same, so that the search has no branch to predict. Whoever chooses the name that is searched for cannot make it slow.
#[inline]
pub(super) fn find<'a, T, N: Name>(
    sorted: &'a [T],
    name_of: impl Fn(&T) -> &N,
    name: &N,
) -> Option<&'a T> {
    let hash = name.hash();
    let first = sorted.partition_point(|one| name_of(one).hash() < hash);
    let mut same = sorted
        .iter()
        .skip(first)
        .take_while(|one| name_of(one).hash() == hash);
    same.find(|one| name_of(one) == name)
}

/// Names, each once.
#[derive(Debug, Clone)]
pub(super) struct NameSet<N> {
    written: Vec<N>,
    by_hash: Vec<N>,
}

impl<N> Default for NameSet<N> {
    fn default() -> Self {
        Self {
            written: Vec::new(),
            by_hash: Vec::new(),
        }
    }
}

/// In whatever order they were written.
impl<N: PartialEq> PartialEq for NameSet<N> {
    fn eq(&self, other: &Self) -> bool {
        self.by_hash == other.by_hash
    }
}

impl<N: Eq> Eq for NameSet<N> {}

impl<N: Name> NameSet<N> {
    fn place(&self, name: &N) -> Result<usize, usize> {
        self.by_hash.binary_search_by(|one| one.hash_order(name))
    }

    #[inline]
    pub(super) fn contains(&self, name: &N) -> bool {
        find(&self.by_hash, |one| one, name).is_some()
    }

    pub(super) fn insert(&mut self, name: N) {
        if let Err(at) = self.place(&name) {
            self.by_hash.insert(at, name.clone());
            self.written.push(name);
        }
    }

    pub(super) fn remove(&mut self, name: &N) {
        if let Ok(at) = self.place(name) {
            self.by_hash.remove(at);
            self.written.retain(|one| one != name);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.written.is_empty()
    }

    /// As they were written.
    pub(super) fn iter(&self) -> std::slice::Iter<'_, N> {
        self.written.iter()
    }
}

impl<N: Name> FromIterator<N> for NameSet<N> {
    fn from_iter<I: IntoIterator<Item = N>>(names: I) -> Self {
        let mut written = Vec::new();
        let mut numbered: Vec<_> = names.into_iter().enumerate().collect();
        numbered.sort_by(|(_, a), (_, b)| a.hash_order(b));
        numbered.dedup_by(|(_, later), (_, first)| later == first);
        let by_hash = numbered.iter().map(|(_, name)| name.clone()).collect();
        numbered.sort_unstable_by_key(|(at, _)| *at);
        written.extend(numbered.into_iter().map(|(_, name)| name));
        Self { written, by_hash }
    }
}

/// Names of groups, against which the groups of a user are held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct GroupSet {
    names: NameSet<GroupName>,
    /// The same, for a user who is in fewer groups than there are here.
    index: Groups,
}

impl From<NameSet<GroupName>> for GroupSet {
    fn from(names: NameSet<GroupName>) -> Self {
        // In an order that depends on the names alone, so that equal sets are equal.
        let index = names.by_hash.iter().cloned().collect();
        Self { names, index }
    }
}

impl GroupSet {
    pub(super) const fn names(&self) -> &NameSet<GroupName> {
        &self.names
    }

    pub(super) fn change(&mut self, change: impl FnOnce(&mut NameSet<GroupName>)) {
        let mut names = std::mem::take(&mut self.names);
        change(&mut names);
        *self = names.into();
    }

    /// One of the groups that a user is in, if one is here. The fewer are looked up among the more.
    #[inline]
    pub(super) fn any_of<'a>(&'a self, groups: &'a Groups) -> Option<&'a GroupName> {
        if groups.iter().len() < self.names.written.len() {
            groups.iter().find(|g| self.index.contains(g.as_ref()))
        } else {
            self.names.iter().find(|g| groups.contains(g.as_ref()))
        }
    }
}

/// One list of a property: everybody, or names.
#[derive(Debug, Clone)]
pub(super) struct Written<N> {
    pub(super) everyone: bool,
    pub(super) names: NameSet<N>,
}

impl<N> Default for Written<N> {
    fn default() -> Self {
        Self {
            everyone: false,
            names: NameSet::default(),
        }
    }
}

impl<N: Name> Written<N> {
    /// Hadoop's `AccessControlList`: only a `*` alone is everybody. Beside names it is a name there, which nobody has; here it
    /// is left out, because the text of a list that named it would be that of everybody.
    pub(super) fn hadoop(text: &str) -> Result<Self, NameError> {
        if java_trim(text) == "*" {
            return Ok(Self {
                everyone: true,
                names: NameSet::default(),
            });
        }
        let items = hadoop_items(text).filter(|item| *item != "*");
        Ok(Self {
            everyone: false,
            names: items.map(N::from_str).collect::<Result<_, _>>()?,
        })
    }

    /// Alluxio's `ImpersonationAuthenticator`: a `*` anywhere is everybody.
    pub(super) fn alluxio(text: &str) -> Result<Self, NameError> {
        let items = || {
            text.split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
        };
        let names = items().filter(|item| *item != "*").map(N::from_str);
        Ok(Self {
            names: names.collect::<Result<_, _>>()?,
            everyone: items().any(|item| item == "*"),
        })
    }
}

/// `String.trim` of Java, to which control characters are blanks.
pub(super) fn java_trim(text: &str) -> &str {
    text.trim_matches(|c: char| c <= ' ')
}

/// Hadoop's `StringUtils.getTrimmedStringCollection`: commas and line ends divide.
pub(super) fn hadoop_items(text: &str) -> impl Iterator<Item = &str> + Clone {
    let items = java_trim(text).split([',', '\n']);
    let items = items.map(|item| item.trim_matches(JAVA_SPACE));
    items.filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    struct Hashed(u64, &'static str);

    impl FromStr for Hashed {
        type Err = NameError;

        fn from_str(_: &str) -> Result<Self, NameError> {
            Err(NameError::Empty { kind: "no" })
        }
    }

    impl Name for Hashed {
        fn hash(&self) -> u64 {
            self.0
        }

        fn hash_order(&self, other: &Self) -> Ordering {
            (self.0, self.1).cmp(&(other.0, other.1))
        }
    }

    #[test]
    fn names_with_the_same_hash_are_told_apart_by_their_texts() {
        let names = [(3, "a"), (7, "b"), (7, "d"), (7, "f"), (9, "b")];
        let set: NameSet<_> = names
            .map(|(hash, text)| Hashed(hash, text))
            .into_iter()
            .collect();
        for hash in 0..12 {
            for text in ["a", "b", "c", "d", "e", "f", "g"] {
                let expected = names.contains(&(hash, text));
                assert_eq!(set.contains(&Hashed(hash, text)), expected, "{hash} {text}");
            }
        }
    }
}
