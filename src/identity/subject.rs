//! Who acts: the effective user with its groups, and the real user behind it under impersonation.

use super::{GroupName, GroupRef, Mechanism, UserName};

/// The groups of one user: the primary group first, and all of them sorted for fast membership tests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Groups {
    primary: Option<GroupName>,
    sorted: Box<[GroupName]>,
}

impl Groups {
    /// The first group, which new files get and audit lines print.
    #[must_use]
    pub const fn primary(&self) -> Option<&GroupName> {
        self.primary.as_ref()
    }

    /// Whether `group` is among them.
    #[must_use]
    pub fn contains(&self, group: GroupRef<'_>) -> bool {
        self.sorted
            .binary_search_by(|member| member.as_ref().hash_order(group))
            .is_ok()
    }

    /// All groups, each once, in no order a reader would know.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &GroupName> {
        self.sorted.iter()
    }

    /// The slice sorted by `hash_order`, for merge joins.
    pub(crate) fn sorted(&self) -> &[GroupName] {
        &self.sorted
    }
}

/// The first group becomes the primary one; repeated groups count once.
impl FromIterator<GroupName> for Groups {
    fn from_iter<I: IntoIterator<Item = GroupName>>(groups: I) -> Self {
        let mut groups: Vec<_> = groups.into_iter().collect();
        let primary = groups.first().cloned();
        groups.sort_unstable_by(|a, b| a.as_ref().hash_order(b.as_ref()));
        groups.dedup();
        Self {
            primary,
            sorted: groups.into(),
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
}
