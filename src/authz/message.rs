//! Denials in the words of HDFS and of Alluxio.

use std::fmt;

use super::{Denied, Reason};
use crate::acl::{MessageForm, Mode};

/// Displays a [`Denied`] as upstream would.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a, 'p> {
    pub(super) denied: Denied<'a>,
    pub(super) form: MessageForm,
    pub(super) path: &'p str,
}

impl fmt::Display for Message<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.form {
            MessageForm::Hdfs => self.hdfs(f),
            MessageForm::Alluxio => self.alluxio(f),
        }
    }
}

impl Message<'_, '_> {
    /// `FSPermissionChecker.toAccessControlString` and its neighbours; `RangerAccessControlException` for an authorizer.
    fn hdfs(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Denied {
            subject,
            reason,
            site,
            ..
        } = self.denied;
        let user = subject.user();
        let at = site.path(self.path);
        let inode = site.shown();
        let access = self.denied.wanted().hdfs_name();
        let not_owner = |f: &mut fmt::Formatter<'_>| {
            write!(
                f,
                "Permission denied. user={user} is not the owner of inode={at}"
            )
        };
        match reason {
            Reason::Bits { .. } => {
                write!(
                    f,
                    "Permission denied: user={user}, access={access}, inode=\"{at}\":{inode}"
                )
            }
            Reason::Authorizer { .. } => {
                write!(
                    f,
                    "Permission denied: user={user}, access={access}, inode=\"{at}\""
                )
            }
            Reason::Sticky { parent } => write!(
                f,
                "Permission denied by sticky bit: user={user}, path=\"{at}\":{inode}, parent=\"{}\":{parent}",
                site.parent_path(self.path),
            ),
            Reason::NotOwner => not_owner(f),
            // Upstream asks for the owner first, and then what the owner may.
            Reason::NotSuperUser if site.owner != user.as_str() => not_owner(f),
            Reason::NotSuperUser => write!(
                f,
                "User {user} is not a super user (non-super user cannot change owner)."
            ),
            Reason::NotMember { group } => write!(f, "User {user} does not belong to {group}"),
            Reason::NotADirectory => write!(f, "{at} (is not a directory)"),
            Reason::Root | Reason::NothingEntered => {
                write!(f, "Permission denied: user={user}, inode=\"/\" is the root")
            }
        }
    }

    /// `DefaultPermissionChecker`, each behind the prefix of `ExceptionMessage.PERMISSION_DENIED`.
    fn alluxio(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Denied {
            subject,
            reason,
            site,
            ..
        } = self.denied;
        let user = subject.user();
        let inode = site.shown();
        match reason {
            Reason::NotADirectory => write!(f, "{} (is not a directory)", site.path(self.path)),
            Reason::NotOwner => write!(
                f,
                "Permission denied: user={user} is not the owner of path={}",
                self.path
            ),
            Reason::NotSuperUser => write!(
                f,
                "Permission denied: {user} is not a super user or in super group"
            ),
            Reason::NotMember { group } => write!(
                f,
                "Permission denied: Owner {user} does not belong to the group {group}"
            ),
            Reason::Bits { .. }
            | Reason::Authorizer { .. }
            | Reason::Sticky { .. }
            | Reason::Root
            | Reason::NothingEntered => write!(
                f,
                "Permission denied: user={user}, access={}, path={}: failed at {}, inode owner={}, inode group={}, inode mode={}",
                self.denied.wanted(),
                self.path,
                site.name(self.path),
                inode.owner,
                inode.group,
                without_sticky(inode.mode).symbolic(),
            ),
        }
    }
}

/// Alluxio's modes have no sticky bit.
const fn without_sticky(mode: Mode) -> Mode {
    Mode::from_bits(mode.bits() & 0o777)
}
