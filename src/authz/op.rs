//! What each operation needs, on the parent directory, on the target and below it: one table for the three dialects.
//!
//! Every operation also needs to pass through (`--x`) each directory from the root to the parent.

use crate::acl::{
    ChangeDirectory, DeleteTree, Dialect, Kind, ListNeeds, MoveDirectory, OverwriteNeeds, Perm,
    ReplaceNeeds, SetTimesNeeds, StatNeeds,
};
use crate::identity::{GroupRef, UserRef};

/// A file-system operation, with what a check must know of its arguments.
///
/// A rename is two questions, [`RenameFrom`](Self::RenameFrom) at the source and [`RenameTo`](Self::RenameTo) at the
/// destination. A recursive operation goes on with [`Walk::check_tree`](super::Walk::check_tree).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Op<'a> {
    /// Read the attributes, and the ACL.
    GetStatus,
    /// List a directory, or show one file.
    List,
    /// Read a file.
    Open,
    /// Make a new file, or overwrite one. The walk ends at the nearest directory that exists.
    Create,
    /// Add to a file.
    Append,
    /// Make a directory. The walk ends at the nearest directory that exists.
    Mkdirs,
    /// Remove a file or directory.
    Delete,
    /// Take an inode out of its directory.
    RenameFrom(Rename),
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
    /// Change modification and access times, and whatever else upstream lets a writer change (Alluxio's pin and TTL).
    SetTimes,
    /// Ask whether the bits are granted.
    CheckAccess(Perm),
    /// Sum up a tree.
    ContentSummary,
}

/// Where a renamed inode goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a rename does one or the other")]
pub enum Rename {
    /// It keeps its parent.
    Within,
    /// It gets another parent.
    Across,
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
    /// On the target, if it exists: asked one after the other, so that different entries may grant them.
    pub(super) target: [Perm; 2],
    /// Ownership of the target.
    pub(super) who: Who,
    /// Whether the parent's sticky bit protects an existing target.
    pub(super) sticky: bool,
}

const NOTHING: Needs = Needs {
    parent: Perm::NONE,
    target: [Perm::NONE; 2],
    who: Who::Anyone,
    sticky: false,
};

const fn on_target(target: Perm) -> Needs {
    Needs {
        target: [target, Perm::NONE],
        ..NOTHING
    }
}

const fn one_after_the_other(first: Perm, second: Perm) -> Needs {
    Needs {
        target: [first, second],
        ..NOTHING
    }
}

const fn by(who: Who) -> Needs {
    Needs { who, ..NOTHING }
}

const WRITE_EXECUTE: Perm = Perm::WRITE.union(Perm::EXECUTE);
const READ_EXECUTE: Perm = Perm::READ.union(Perm::EXECUTE);

impl Op<'_> {
    /// The operation as a verb.
    pub(super) const fn verb(self) -> &'static str {
        match self {
            Self::GetStatus => "see",
            Self::List => "list",
            Self::Open => "open",
            Self::Create => "create",
            Self::Append => "append to",
            Self::Mkdirs => "make directory",
            Self::Delete => "delete",
            Self::RenameFrom(_) => "rename",
            Self::RenameTo => "rename to",
            Self::SetPermission => "change the mode of",
            Self::SetAcl => "change the ACL of",
            Self::SetOwner(_) => "change the owner of",
            Self::SetGroup(_) => "change the group of",
            Self::SetTimes => "set the times of",
            Self::CheckAccess(_) => "access",
            Self::ContentSummary => "sum up",
        }
    }

    /// What the operation's permit lets the data path do.
    pub(super) const fn data_rights(self) -> Perm {
        match self {
            Self::Open => Perm::READ,
            Self::Create | Self::Append => Perm::WRITE,
            _ => Perm::NONE,
        }
    }

    /// The row for an operation on a target of that kind; `None` is a target that does not exist yet.
    #[inline]
    pub(super) const fn needs(self, dialect: &Dialect, target: Option<Kind>) -> Needs {
        let directory = matches!(target, Some(Kind::Directory));
        let change_parent = Needs {
            parent: match dialect.change_directory {
                ChangeDirectory::Write => Perm::WRITE,
                ChangeDirectory::WriteExecute => WRITE_EXECUTE,
            },
            ..NOTHING
        };
        match self {
            Self::GetStatus => match dialect.stat {
                StatNeeds::Nothing => NOTHING,
                StatNeeds::Read => on_target(Perm::READ),
            },
            Self::List => match dialect.list {
                ListNeeds::ReadThenExecute if directory => {
                    one_after_the_other(Perm::READ, Perm::EXECUTE)
                }
                ListNeeds::ReadThenExecute => on_target(Perm::READ),
                ListNeeds::ReadExecuteOfDirectory if directory => on_target(READ_EXECUTE),
                ListNeeds::ReadOfDirectory if directory => on_target(Perm::READ),
                ListNeeds::ReadExecuteOfDirectory | ListNeeds::ReadOfDirectory => NOTHING,
            },
            Self::Open => on_target(Perm::READ),
            Self::Create if target.is_some() => match dialect.overwrite {
                OverwriteNeeds::Directory => change_parent,
                OverwriteNeeds::File => on_target(Perm::WRITE),
                OverwriteNeeds::DirectoryAndFile => Needs {
                    parent: change_parent.parent,
                    ..on_target(Perm::WRITE)
                },
            },
            Self::Append => on_target(Perm::WRITE),
            Self::Mkdirs if target.is_some() => NOTHING,
            Self::Create | Self::Mkdirs => change_parent,
            Self::Delete | Self::RenameFrom(_) | Self::RenameTo => Needs {
                sticky: match self {
                    Self::RenameTo => matches!(dialect.replace, ReplaceNeeds::NotSticky),
                    _ => true,
                },
                target: match (self, dialect.move_directory) {
                    (Self::RenameFrom(Rename::Across), MoveDirectory::Write) if directory => {
                        [Perm::WRITE, Perm::NONE]
                    }
                    _ => [Perm::NONE; 2],
                },
                ..change_parent
            },
            Self::SetPermission | Self::SetAcl | Self::SetGroup(_) => by(Who::Owner),
            Self::SetOwner(_) => by(Who::SuperUser),
            Self::SetTimes => match dialect.set_times {
                SetTimesNeeds::Write => on_target(Perm::WRITE),
                SetTimesNeeds::Ownership => by(Who::Owner),
            },
            Self::CheckAccess(perm) => on_target(perm),
            // As much of it as can be asked without the tree; see `needs_in_tree`.
            Self::ContentSummary if directory => Self::List.needs(dialect, target),
            Self::ContentSummary => NOTHING,
        }
    }

    /// What a recursive operation needs on each inode of the tree, its root included, besides what it needs of its root
    /// anyway. What is not about trees is asked of each inode as if it were alone (`chmod -R`).
    pub(super) const fn needs_in_tree(
        self,
        dialect: &Dialect,
        kind: Kind,
        filled: bool,
        is_root: bool,
    ) -> Needs {
        let directory = matches!(kind, Kind::Directory);
        match self {
            Self::Delete => match dialect.delete_tree {
                DeleteTree::WriteOfEach => one_after_the_other(
                    if is_root { Perm::NONE } else { Perm::WRITE },
                    if filled { Perm::EXECUTE } else { Perm::NONE },
                ),
                DeleteTree::AllOfFilled if filled => on_target(Perm::ALL),
                DeleteTree::ReadThenWriteExecuteOfFilled if filled => {
                    one_after_the_other(Perm::READ, WRITE_EXECUTE)
                }
                DeleteTree::AllOfFilled | DeleteTree::ReadThenWriteExecuteOfFilled => NOTHING,
            },
            Self::ContentSummary if directory => match dialect.list {
                ListNeeds::ReadExecuteOfDirectory => on_target(READ_EXECUTE),
                // The tool that sums up asks for a listing, and then for each child.
                ListNeeds::ReadOfDirectory if !filled => on_target(Perm::READ),
                ListNeeds::ReadThenExecute | ListNeeds::ReadOfDirectory => {
                    one_after_the_other(Perm::READ, Perm::EXECUTE)
                }
            },
            _ if is_root => NOTHING,
            _ => Needs {
                parent: Perm::NONE,
                sticky: false,
                ..self.needs(dialect, Some(kind))
            },
        }
    }
}
