//! What a check needs to know of one inode.

use crate::acl::{Dialect, Kind, Mode, Perm, Protection, SuperUserExecutes, View};
use crate::identity::{GroupRef, UserRef};

/// The attributes of one inode, borrowed from wherever the service keeps them.
#[derive(Debug, Clone, Copy)]
pub struct Attrs<'a> {
    pub(super) kind: Kind,
    pub(super) owner: UserRef<'a>,
    pub(super) group: GroupRef<'a>,
    pub(super) acl: View<'a>,
    pub(super) sticky: bool,
    pub(super) has_acl: bool,
}

impl<'a> Attrs<'a> {
    /// An inode with its protection.
    #[must_use]
    #[inline]
    pub fn new(
        kind: Kind,
        owner: impl Into<UserRef<'a>>,
        group: impl Into<GroupRef<'a>>,
        protection: &'a Protection,
    ) -> Self {
        Self {
            kind,
            owner: owner.into(),
            group: group.into(),
            acl: protection.access().view(),
            sticky: protection.is_sticky(),
            has_acl: protection.has_acl(),
        }
    }

    /// An inode of a service that knows no ACLs, only modes.
    #[must_use]
    #[inline]
    pub fn from_mode(
        kind: Kind,
        owner: impl Into<UserRef<'a>>,
        group: impl Into<GroupRef<'a>>,
        mode: Mode,
    ) -> Self {
        Self {
            kind,
            owner: owner.into(),
            group: group.into(),
            acl: View::of_mode(mode),
            sticky: mode.sticky(),
            has_acl: false,
        }
    }

    pub(super) const fn is_directory(&self) -> bool {
        matches!(self.kind, Kind::Directory)
    }

    /// What a super user may do to the inode.
    pub(super) fn super_user_bits(&self, dialect: &Dialect) -> Perm {
        match dialect.super_user_executes {
            SuperUserExecutes::WhatAnybodyMay if self.kind == Kind::File => {
                Perm::READ | Perm::WRITE | self.acl.anybody() & Perm::EXECUTE
            }
            _ => Perm::ALL,
        }
    }
}
