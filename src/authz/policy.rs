//! The rules of one service: its dialect, its super users.

use super::Walk;
use crate::acl::Dialect;
use crate::identity::{GroupName, Subject, UserName};

/// Decides. Immutable once built; share it behind an `Arc` and replace it whole.
#[derive(Debug, Clone)]
pub struct Policy {
    dialect: Dialect,
    super_users: Vec<UserName>,
    super_groups: Vec<GroupName>,
}

impl Policy {
    /// A policy without super users: not even `root` is one unless named.
    #[must_use]
    pub const fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            super_users: Vec::new(),
            super_groups: Vec::new(),
        }
    }

    /// Makes `user` a super user: every check passes.
    #[must_use]
    pub fn with_super_user(mut self, user: UserName) -> Self {
        self.super_users.push(user);
        self
    }

    /// Makes all members of `group` super users. There may be several such groups.
    #[must_use]
    pub fn with_super_group(mut self, group: GroupName) -> Self {
        self.super_groups.push(group);
        self
    }

    /// The dialect it decides in.
    #[must_use]
    pub const fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// Looks whether the subject is a super user here. A subject that another policy admitted is judged anew.
    #[must_use]
    pub fn admit(&self, subject: Subject) -> Subject {
        let groups = subject.groups();
        let super_user = self.super_users.contains(subject.user())
            || self
                .super_groups
                .iter()
                .any(|g| groups.contains(g.as_ref()));
        subject.with_super_user(super_user)
    }

    /// Starts a walk from above the root.
    pub const fn walk<'a>(&'a self, subject: &'a Subject) -> Walk<'a> {
        Walk::start(&self.dialect, subject)
    }
}
