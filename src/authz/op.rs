//! What each operation needs, on the parent directory, on the target and below it: one table for the three dialects.
//!
//! Every operation also needs to pass through (`--x`) each directory from the root to the parent.

use crate::acl::{Kind, OperationRules, Perm};
use crate::identity::{GroupRef, UserRef};

/// A file-system operation, with what a check must know of its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Op<'a> {
    /// Read the attributes, and the ACL.
    GetStatus,
    /// List a directory, or show one file.
    List,
    /// Read a file.
    Open,
    /// Make a new file, or overwrite one.
    Create,
    /// Add to a file.
    Append,
    /// Make a directory. The walk ends at the nearest directory that exists.
    Mkdirs,
    /// Remove a file or directory; ask [`Walk::check_below`](super::Walk::check_below) for everything in it.
    Delete,
    /// Take an inode out of its directory.
    RenameFrom,
    /// Put an inode into a directory, perhaps in place of another.
    RenameTo,
    /// Change the mode.
    SetPermission,
    /// Change the ACL.
    SetAcl,
    /// Change the owner.
    SetOwner(UserRef<'a>),
    /// Change the group.
    SetGroup(GroupRef<'a>),
    /// Change modification and access times.
    SetTimes,
    /// Ask whether the bits are granted.
    CheckAccess(Perm),
    /// Sum up a tree; ask [`Walk::check_below`](super::Walk::check_below) for every directory in it.
    ContentSummary,
}

/// Who may do it at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Anyone,
    Owner,
    SuperUser,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Needs {
    /// On the parent, or the nearest directory that exists. Where the target is the root, there is none.
    pub(super) parent: Perm,
    /// On the target, if it exists.
    pub(super) target: Perm,
    /// Ownership of the target.
    pub(super) who: Who,
    /// Whether the parent's sticky bit protects an existing target.
    pub(super) sticky: bool,
}

const NOTHING: Needs = Needs {
    parent: Perm::NONE,
    target: Perm::NONE,
    who: Who::Anyone,
    sticky: false,
};

const fn on_target(target: Perm) -> Needs {
    Needs { target, ..NOTHING }
}

const fn by(who: Who) -> Needs {
    Needs { who, ..NOTHING }
}

const WRITE_EXECUTE: Perm = Perm::from_bits(3);
const READ_EXECUTE: Perm = Perm::from_bits(5);

impl Op<'_> {
    /// What the operation's permit lets the data path do.
    pub(super) const fn data_rights(self) -> Perm {
        match self {
            Self::Open => Perm::READ,
            Self::Create | Self::Append => Perm::WRITE,
            _ => Perm::NONE,
        }
    }

    /// The row for an operation on a target of that kind; `None` is a target that does not exist yet.
    pub(super) fn needs(self, rules: OperationRules, target: Option<Kind>) -> Needs {
        // The kernel asks a directory for both bits at once; the others have asked for `x` on the way.
        let change_parent = match rules {
            OperationRules::Posix => WRITE_EXECUTE,
            _ => Perm::WRITE,
        };
        match self {
            Self::GetStatus => NOTHING,
            Self::List => match (rules, target) {
                (OperationRules::Alluxio | OperationRules::Posix, _) => on_target(Perm::READ),
                (_, Some(Kind::Directory)) => on_target(READ_EXECUTE),
                (_, _) => NOTHING,
            },
            Self::Open => on_target(Perm::READ),
            Self::Create => match (rules, target) {
                // Overwriting changes no directory for the kernel; HDFS asks for both.
                (OperationRules::Posix, Some(_)) => on_target(Perm::WRITE),
                (OperationRules::Hdfs, _) => Needs {
                    parent: change_parent,
                    ..on_target(Perm::WRITE)
                },
                _ => Needs {
                    parent: change_parent,
                    ..NOTHING
                },
            },
            Self::Append => on_target(Perm::WRITE),
            Self::Mkdirs if target.is_some() => NOTHING,
            Self::Mkdirs => Needs {
                parent: change_parent,
                ..NOTHING
            },
            Self::Delete | Self::RenameFrom | Self::RenameTo => Needs {
                parent: change_parent,
                sticky: true,
                ..NOTHING
            },
            Self::SetPermission | Self::SetAcl | Self::SetGroup(_) => by(Who::Owner),
            Self::SetOwner(_) => by(Who::SuperUser),
            Self::SetTimes => match rules {
                OperationRules::Posix => by(Who::Owner),
                _ => on_target(Perm::WRITE),
            },
            Self::CheckAccess(perm) => on_target(perm),
            // On the directories themselves; see `needs_below`.
            Self::ContentSummary => NOTHING,
        }
    }

    /// What a recursive operation needs on the target itself and on each inode below it.
    pub(super) fn needs_below(self, rules: OperationRules, kind: Kind, empty: bool) -> Perm {
        match (self, rules, kind) {
            (Self::Delete, OperationRules::Alluxio, _) => Perm::WRITE,
            (Self::Delete, _, Kind::Directory) if !empty => Perm::ALL,
            (Self::ContentSummary, _, Kind::Directory) => READ_EXECUTE,
            _ => Perm::NONE,
        }
    }
}
