//! One entry of an access control list.

use std::fmt;

use super::{AclError, Perm};
use crate::identity::{GroupName, UserName};

/// Which list an entry belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "POSIX.1e knows these two")]
pub enum Scope {
    /// The list that is evaluated.
    Access,
    /// The list that new children of a directory inherit.
    Default,
}

/// `access` or `default`.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Access => "access",
            Self::Default => "default",
        })
    }
}

/// Whom an entry is for (POSIX.1e's tag type and qualifier).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "POSIX.1e knows these six")]
pub enum Tag {
    /// `user::` — the owner of the file.
    Owner,
    /// `user:NAME:`
    User(UserName),
    /// `group::` — the owning group.
    OwningGroup,
    /// `group:NAME:`
    Group(GroupName),
    /// `mask::` — the most that named users and any group may get.
    Mask,
    /// `other::` — everybody else.
    Other,
}

impl Tag {
    /// Whether every ACL must hold this entry exactly once.
    #[must_use]
    pub const fn is_base(&self) -> bool {
        matches!(self, Self::Owner | Self::OwningGroup | Self::Other)
    }

    /// Whether the entry names a user or a group.
    #[must_use]
    pub const fn is_named(&self) -> bool {
        matches!(self, Self::User(_) | Self::Group(_))
    }
}

/// `user:NAME`, `user:`, `mask:` and so on.
impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Owner => f.write_str("user:"),
            Self::User(name) => write!(f, "user:{name}"),
            Self::OwningGroup => f.write_str("group:"),
            Self::Group(name) => write!(f, "group:{name}"),
            Self::Mask => f.write_str("mask:"),
            Self::Other => f.write_str("other:"),
        }
    }
}

/// One entry: a scope, whom it is for, and what it grants. Printed as `[default:]type:name:rwx`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "an entry is these three things")]
pub struct Entry {
    /// Which list it belongs to.
    pub scope: Scope,
    /// Whom it is for.
    pub tag: Tag,
    /// What it grants.
    pub perm: Perm,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scope == Scope::Default {
            f.write_str("default:")?;
        }
        write!(f, "{}:{}", self.tag, self.perm)
    }
}

/// A name is not empty, except that of the user without one ([`UserName::unnamed`]), of whom no ACL says anything.
pub(super) fn refuse_unnamed(entries: &[Entry]) -> Result<(), AclError> {
    let unnamed = |entry: &&Entry| matches!(&entry.tag, Tag::User(name) if name.is_unnamed());
    match entries.iter().find(unnamed) {
        None => Ok(()),
        Some(entry) => Err(AclError::Unnamed {
            entry: entry.to_string(),
        }),
    }
}
