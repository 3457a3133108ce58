//! What a check needs to know of one inode.

use crate::acl::{Dialect, Kind, Mode, Perm, Protection, SuperUserExecutes, View};
use crate::identity::{GroupRef, UserRef};

/// The attributes of one inode, borrowed from wherever the service keeps them.
#[derive(Debug, Clone, Copy)]
pub struct Attrs<'a> {
    pub(super) kind: Kind,
    pub(super) owner: UserRef<'a>,
    pub(super) group: GroupRef<'a>,
    permissions: Permissions<'a>,
}

/// Looked into only when something depends on it.
#[derive(Debug, Clone, Copy)]
enum Permissions<'a> {
    Protection(&'a Protection),
    Mode(Mode),
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
            permissions: Permissions::Protection(protection),
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
            permissions: Permissions::Mode(mode),
        }
    }

    /// What the inode is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Who owns it.
    #[must_use]
    pub const fn owner(&self) -> UserRef<'a> {
        self.owner
    }

    /// The owning group.
    #[must_use]
    pub const fn group(&self) -> GroupRef<'a> {
        self.group
    }

    #[inline]
    pub(super) fn acl(&self) -> View<'a> {
        match self.permissions {
            Permissions::Protection(protection) => protection.access().view(),
            Permissions::Mode(mode) => View::of_mode(mode),
        }
    }

    #[inline]
    pub(super) const fn is_sticky(&self) -> bool {
        match self.permissions {
            Permissions::Protection(protection) => protection.is_sticky(),
            Permissions::Mode(mode) => mode.sticky(),
        }
    }

    #[inline]
    pub(super) const fn is_directory(&self) -> bool {
        matches!(self.kind, Kind::Directory)
    }

    /// What a super user may do to the inode.
    pub(super) fn super_user_bits(&self, dialect: &Dialect) -> Perm {
        match dialect.super_user_executes {
            SuperUserExecutes::WhatAnybodyMay if self.kind == Kind::File => {
                Perm::READ | Perm::WRITE | self.acl().anybody() & Perm::EXECUTE
            }
            _ => Perm::ALL,
        }
    }
}
