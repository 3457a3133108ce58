//! ACL specs as text: `user:bob:rwx,default:group::r-x`.

use std::fmt;

use super::{AclError, Dialect, Entry, Keywords, Perm, Scope, Tag};
use crate::identity::{GroupName, UserName};

/// The most entries read from one text, before any dialect's own limit.
const MAX_ENTRIES: usize = 1024;

/// A parsed list of entries that an edit is made from; no entry stands in it twice.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AclSpec {
    entries: Vec<Entry>,
}

impl AclSpec {
    /// Reads entries with permissions, separated by commas: `[default:](user|group|mask|other):[NAME]:rwx`.
    ///
    /// # Errors
    ///
    /// [`AclError::Entry`] or [`AclError::Name`] names the entry, its position and what was expected;
    /// [`AclError::Duplicate`].
    pub fn parse(text: &str, dialect: &Dialect) -> Result<Self, AclError> {
        Self::read(text, dialect, true)
    }

    /// Reads entries without permissions, as for removal: `user:bob,default:group:`.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse); a permission is an error.
    pub fn parse_removal(text: &str, dialect: &Dialect) -> Result<Self, AclError> {
        Self::read(text, dialect, false)
    }

    /// A spec from entries.
    ///
    /// # Errors
    ///
    /// [`AclError::Duplicate`] if two have the same scope, type and name.
    pub fn new(entries: impl IntoIterator<Item = Entry>) -> Result<Self, AclError> {
        let mut spec = Self::default();
        for entry in entries {
            spec.push(entry)?;
        }
        Ok(spec)
    }

    /// The entries, in the order given.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub(crate) fn count(&self, scope: Scope) -> usize {
        self.entries.iter().filter(|e| e.scope == scope).count()
    }

    pub(super) fn push(&mut self, entry: Entry) -> Result<(), AclError> {
        let twin = |e: &&Entry| e.scope == entry.scope && e.tag == entry.tag;
        if self.entries.iter().any(|e| twin(&e)) {
            return Err(AclError::Duplicate {
                entry: entry.to_string(),
            });
        }
        self.entries.push(entry);
        Ok(())
    }

    fn read(text: &str, dialect: &Dialect, with_perm: bool) -> Result<Self, AclError> {
        let mut spec = Self::default();
        let entries = text.split(',').map(str::trim).enumerate();
        for (index, entry) in entries.filter(|(_, entry)| !entry.is_empty()) {
            let at = Place {
                entry,
                position: index + 1,
            };
            if spec.entries.len() == MAX_ENTRIES {
                return Err(at.expected("no more than 1024 entries"));
            }
            spec.push(at.read(dialect, with_perm)?)?;
        }
        if spec.entries.is_empty() {
            let at = Place {
                entry: text,
                position: 1,
            };
            return Err(at.expected("at least one entry"));
        }
        Ok(spec)
    }
}

/// An entry as written, and where.
#[derive(Clone, Copy)]
struct Place<'a> {
    entry: &'a str,
    position: usize,
}

impl Place<'_> {
    fn expected(self, expected: &'static str) -> AclError {
        AclError::Entry {
            entry: self.entry.to_owned(),
            position: self.position,
            expected,
        }
    }

    fn read(self, dialect: &Dialect, with_perm: bool) -> Result<Entry, AclError> {
        let mut parts: Vec<_> = self.entry.split(':').map(str::trim).collect();
        // Java's split drops trailing empty parts, so `user:bob:rwx:` and `user:bob:` are common.
        while parts.len() > 1 && parts.last().is_some_and(|part| part.is_empty()) {
            parts.pop();
        }
        let mut parts = parts.into_iter();
        let mut keyword = parts.next().unwrap_or_default();
        let scope = if is_keyword(keyword, "default", dialect) {
            keyword = parts.next().unwrap_or_default();
            Scope::Default
        } else {
            Scope::Access
        };
        let name = parts.next().unwrap_or_default();
        let perm = parts.next();
        if parts.next().is_some() {
            return Err(self.expected("expected [default:]type:name:rwx"));
        }
        let tag = self.tag(keyword, name, dialect)?;
        let perm = match (perm, with_perm) {
            (Some(text), true) => text
                .parse()
                .map_err(|_| self.expected("expected a permission such as rw-"))?,
            (None, true) => return Err(self.expected("expected a permission such as rw-")),
            (Some(_), false) => return Err(self.expected("expected no permission in a removal")),
            (None, false) => Perm::NONE,
        };
        Ok(Entry { scope, tag, perm })
    }

    fn tag(self, keyword: &str, name: &str, dialect: &Dialect) -> Result<Tag, AclError> {
        let invalid = |source| AclError::Name {
            entry: self.entry.to_owned(),
            position: self.position,
            source,
        };
        let unnamed = |tag| {
            if name.is_empty() {
                Ok(tag)
            } else {
                Err(self.expected("expected no name for mask and other"))
            }
        };
        if is_keyword(keyword, "user", dialect) {
            return match name {
                "" => Ok(Tag::Owner),
                _ => UserName::new(name).map(Tag::User).map_err(invalid),
            };
        }
        if is_keyword(keyword, "group", dialect) {
            return match name {
                "" => Ok(Tag::OwningGroup),
                _ => GroupName::new(name).map(Tag::Group).map_err(invalid),
            };
        }
        if is_keyword(keyword, "mask", dialect) {
            return unnamed(Tag::Mask);
        }
        if is_keyword(keyword, "other", dialect) {
            return unnamed(Tag::Other);
        }
        Err(self.expected("expected user, group, mask or other"))
    }
}

fn is_keyword(text: &str, keyword: &str, dialect: &Dialect) -> bool {
    match dialect.keywords {
        Keywords::AnyCase => text.eq_ignore_ascii_case(keyword),
        Keywords::LowerCase | Keywords::Abbreviated => text == keyword,
    }
}

/// The entries separated by commas, as [`AclSpec::parse`] reads them.
impl fmt::Display for AclSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, entry) in self.entries.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            write!(f, "{entry}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read_again() {
        let text = "user::rwx,user:bob:r-x,group::---,group:Domain Users:rw-,mask::rwx,other::--x,default:user:eve:r--";
        for dialect in [&Dialect::ALLUXIO, &Dialect::HDFS, &Dialect::POSIX] {
            assert_eq!(AclSpec::parse(text, dialect).unwrap().to_string(), text);
        }
    }

    #[test]
    fn errors_name_entry_and_position() {
        for (text, says) in [
            (
                "user:a:rwx,usr:b:rwx",
                "invalid ACL entry \"usr:b:rwx\" at position 2: expected user, group, mask or other",
            ),
            (
                "user:a",
                "invalid ACL entry \"user:a\" at position 1: expected a permission such as rw-",
            ),
            (
                "user:a:rwz",
                "invalid ACL entry \"user:a:rwz\" at position 1: expected a permission such as rw-",
            ),
            (
                "mask:m:rwx",
                "invalid ACL entry \"mask:m:rwx\" at position 1: expected no name for mask and other",
            ),
            (
                "user:a:rwx:x",
                "invalid ACL entry \"user:a:rwx:x\" at position 1: expected [default:]type:name:rwx",
            ),
            (
                "user:a=b:rwx",
                "invalid ACL entry \"user:a=b:rwx\" at position 1: user name \"a=b\" holds '=' at byte 1",
            ),
            (
                "",
                "invalid ACL entry \"\" at position 1: at least one entry",
            ),
            (
                "user:a:rwx,user:a:r--",
                "invalid ACL: multiple entries with same scope, type and name: user:a:r--",
            ),
        ] {
            assert_eq!(
                AclSpec::parse(text, &Dialect::HDFS)
                    .unwrap_err()
                    .to_string(),
                says,
                "{text}"
            );
        }
    }

    #[test]
    fn keyword_case_is_the_dialects() {
        assert!(AclSpec::parse("USER:a:rwx", &Dialect::HDFS).is_ok());
        assert!(AclSpec::parse("USER:a:rwx", &Dialect::ALLUXIO).is_err());
        assert!(AclSpec::parse("USER:a:rwx", &Dialect::POSIX).is_err());
    }

    #[test]
    fn removals_have_no_permission() {
        let spec = AclSpec::parse_removal("user:a:,default:group:,mask", &Dialect::HDFS).unwrap();
        let tags: Vec<_> = spec
            .entries()
            .iter()
            .map(|e| (e.scope, e.tag.to_string()))
            .collect();
        assert_eq!(
            tags,
            [
                (Scope::Access, "user:a".into()),
                (Scope::Default, "group:".into()),
                (Scope::Access, "mask:".into())
            ]
        );
        assert!(AclSpec::parse_removal("user:a:rwx", &Dialect::HDFS).is_err());
    }
}
