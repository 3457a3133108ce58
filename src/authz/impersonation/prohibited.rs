//! What no rule can allow.

use super::Ban;
use crate::authz::Policy;
use crate::authz::names::{GroupSet, NameSet};
use crate::identity::{GroupName, Groups, UserName};

/// Impersonations that are refused whatever the rules say: a proxy that is taken over must not become everybody.
///
/// A [`Resolver`](crate::authz::Resolver) keeps it apart from the rules, so that no file of rules, and none that is read
/// later, can take anything out of it. The super users of the policy, and users without a name, always belong to it.
///
/// ```
/// use bailiwick::authz::Prohibited;
/// use bailiwick::identity::{GroupName, UserName};
///
/// let prohibited = Prohibited::default()
///     .as_user(UserName::new("backup")?)
///     .as_member_of(GroupName::new("admins")?)
///     .by_user(UserName::new("guest")?);
/// # Ok::<(), bailiwick::identity::NameError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Prohibited {
    users: NameSet<UserName>,
    groups: GroupSet,
    actors: NameSet<UserName>,
}

impl Prohibited {
    /// Nobody may act as `user`.
    #[must_use]
    pub fn as_user(mut self, user: UserName) -> Self {
        self.users.insert(user);
        self
    }

    /// Nobody may act as a member of `group`.
    #[must_use]
    pub fn as_member_of(mut self, group: GroupName) -> Self {
        self.groups.change(|groups| groups.insert(group));
        self
    }

    /// `user` may act for nobody.
    #[must_use]
    pub fn by_user(mut self, user: UserName) -> Self {
        self.actors.insert(user);
        self
    }

    /// What the names alone say.
    pub(in crate::authz) fn names(
        &self,
        policy: &Policy,
        real: &UserName,
        target: &UserName,
    ) -> Option<Ban> {
        if real.is_unnamed() || target.is_unnamed() {
            Some(Ban::Unnamed)
        } else if self.actors.contains(real) {
            Some(Ban::Actor)
        } else if self.users.contains(target) {
            Some(Ban::User)
        } else {
            policy.names_user(target).then_some(Ban::SuperUser)
        }
    }

    /// What the groups of the target say.
    pub(in crate::authz) fn groups(&self, policy: &Policy, groups: &Groups) -> Option<Ban> {
        if let Some(group) = self.groups.any_of(groups) {
            return Some(Ban::MemberOf(group.clone()));
        }
        policy.names_group(groups).then_some(Ban::SuperUser)
    }
}
