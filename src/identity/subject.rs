//! Who acts: the effective user with its groups, and the real user behind it under impersonation.

use std::sync::Arc;

use super::{GroupName, GroupRef, Mechanism, UserName};

/// The groups of one user: the primary group first, and all of them in buckets for membership tests of constant time.
///
/// Cloning shares them, so that a cache of groups can hand them out without allocating.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups {
    /// Where the primary group is among the members.
    primary: usize,
    /// Each once, bucket after bucket.
    members: Arc<[GroupName]>,
    /// As many as members, and up to the next power of two; none for none.
    buckets: Arc<[Bucket]>,
}

/// The members whose hashes have the same low bits: at most one on average.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Bucket {
    /// A bit for each value of a hash's six high bits, set where a member has it. Most names of no member find theirs clear,
    /// and that is all they look at.
    bits: u64,
    /// Where its members begin, and how many they are.
    first: u32,
    count: u32,
}

/// Which of that many buckets, a power of two, a hash belongs to; without buckets there is none at any place.
#[inline]
const fn place(hash: u64, buckets: usize) -> usize {
    hash as usize & buckets.wrapping_sub(1)
}

#[inline]
const fn bit(hash: u64) -> u64 {
    1 << (hash >> 58)
}

impl Groups {
    /// The first group, which new files get and audit lines print.
    #[must_use]
    pub fn primary(&self) -> Option<&GroupName> {
        self.members.get(self.primary)
    }

    /// Whether `group` is among them.
    #[must_use]
    #[inline]
    pub fn contains(&self, group: GroupRef<'_>) -> bool {
        let bucket = self.buckets.get(place(group.hash(), self.buckets.len()));
        bucket.is_some_and(|bucket| bucket.bits & bit(group.hash()) != 0)
            && self.find(group.hash(), group.as_str())
    }

    /// Looks at the members. Apart, and without a reference to the name, so that the loops that come here stay small and
    /// keep in registers what they borrow.
    #[inline(never)]
    fn find(&self, hash: u64, text: &str) -> bool {
        let bucket = self.buckets.get(place(hash, self.buckets.len())).copied();
        let Bucket { first, count, .. } = bucket.unwrap_or_default();
        let mut members = self
            .members
            .iter()
            .skip(first as usize)
            .take(count as usize);
        members.any(|member| member.as_ref().hash() == hash && member.as_str() == text)
    }

    /// All groups, each once, in no order a reader would know.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &GroupName> {
        self.members.iter()
    }
}

/// The first group becomes the primary one; repeated groups count once.
impl FromIterator<GroupName> for Groups {
    fn from_iter<I: IntoIterator<Item = GroupName>>(groups: I) -> Self {
        let mut members: Vec<_> = groups.into_iter().collect();
        let Some(primary) = members.first().cloned() else {
            return Self::default();
        };
        members.sort_unstable_by(|a, b| a.as_ref().hash_order(b.as_ref()));
        members.dedup();
        let mut buckets = vec![Bucket::default(); members.len().next_power_of_two()];
        let count = buckets.len();
        // Stable, so that equal sets of groups are equal.
        members.sort_by_key(|member| place(member.as_ref().hash(), count));
        for (at, member) in (0..).zip(&members) {
            let hash = member.as_ref().hash();
            if let Some(bucket) = buckets.get_mut(place(hash, count)) {
                if bucket.count == 0 {
                    bucket.first = at;
                }
                bucket.count += 1;
                bucket.bits |= bit(hash);
            }
        }
        let primary = members.iter().position(|member| *member == primary);
        Self {
            primary: primary.unwrap_or_default(),
            members: members.into(),
            buckets: buckets.into(),
        }
    }
}

/// Who acts on a request.
///
/// [`Resolver::resolve`](crate::authz::Resolver::resolve) makes it from a [`Principal`](super::Principal); whether it is
/// a super user is decided by the [`Policy`](crate::authz::Policy) alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    user: UserName,
    real: Option<UserName>,
    groups: Groups,
    mechanism: Mechanism,
    super_user: bool,
}

impl Subject {
    /// A subject that the calling service vouches for, with no super-user rights until a
    /// [`Policy::admit`](crate::authz::Policy::admit) has seen it.
    #[must_use]
    pub const fn asserted(user: UserName, groups: Groups, mechanism: Mechanism) -> Self {
        Self {
            user,
            real: None,
            groups,
            mechanism,
            super_user: false,
        }
    }

    /// The same subject, reached through `real`: the user who logged in and acts for it.
    #[must_use]
    pub fn via(mut self, real: UserName) -> Self {
        self.real = Some(real);
        self
    }

    pub(crate) const fn with_super_user(mut self, super_user: bool) -> Self {
        self.super_user = super_user;
        self
    }

    /// The effective user: whose permissions count.
    #[must_use]
    pub const fn user(&self) -> &UserName {
        &self.user
    }

    /// The user who logged in, if another than [`user`](Self::user).
    #[must_use]
    pub const fn real_user(&self) -> Option<&UserName> {
        self.real.as_ref()
    }

    /// The groups of the effective user.
    #[must_use]
    pub const fn groups(&self) -> &Groups {
        &self.groups
    }

    /// What proved the user who logged in.
    #[must_use]
    pub const fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    /// Whether the policy that admitted the subject holds it for a super user.
    #[must_use]
    pub const fn is_super_user(&self) -> bool {
        self.super_user
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primary_group_stays_first_and_membership_is_exact() {
        let groups: Groups = ["staff", "eng", "staff", "adm"]
            .map(|g| GroupName::new(g).unwrap())
            .into_iter()
            .collect();
        assert_eq!(groups.primary().unwrap().as_str(), "staff");
        assert_eq!(groups.iter().len(), 3);
        for (group, member) in [
            ("staff", true),
            ("eng", true),
            ("adm", true),
            ("ops", false),
        ] {
            assert_eq!(
                groups.contains(GroupRef::new(group).unwrap()),
                member,
                "{group}"
            );
        }
    }

    #[test]
    fn every_one_of_many_groups_is_found_and_no_other() {
        for count in [0, 1, 2, 3, 16, 1000] {
            let name = |n| GroupName::new(&format!("group{n}")).unwrap();
            let groups: Groups = (0..count).map(name).collect();
            let found = (0..2 * count + 9).filter(|n| groups.contains((&name(*n)).into()));
            assert!(found.eq(0..count), "{count}");
        }
        let none: [GroupName; 0] = [];
        assert_eq!(none.into_iter().collect::<Groups>(), Groups::default());
    }
}
