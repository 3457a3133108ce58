//! A denial: what stood in the way, told in upstream's words or explained in ours, rendered only when asked.

use std::fmt;

use super::{Attrs, Op};
use crate::acl::{Dialect, MessageForm, Mode, Perm, Verdict};
use crate::identity::Subject;

/// What stood in the way.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Reason<'a> {
    /// The inode's ACL does not grant these bits.
    #[non_exhaustive]
    Bits {
        /// What was asked for.
        wanted: Perm,
        /// Which entry decided, and how.
        verdict: Verdict,
    },
    /// The directory is sticky, and the subject owns neither it nor the inode.
    #[non_exhaustive]
    Sticky {
        /// The directory.
        parent: Shown<'a>,
    },
    /// Only the owner may.
    NotOwner,
    /// Only a super user may.
    NotSuperUser,
    /// The owner is not in the group that the file should get.
    #[non_exhaustive]
    NotMember {
        /// The group.
        group: &'a str,
    },
    /// A path leads through something that is no directory.
    NotADirectory,
    /// The root can be neither removed nor moved.
    Root,
}

/// A denied operation. `Copy` and made without allocation; borrowed from the inode that decided, so render it before the
/// service lets its lock go.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Denied<'a> {
    pub(super) dialect: &'a Dialect,
    pub(super) subject: &'a Subject,
    /// The operation as a verb.
    pub(super) verb: &'static str,
    pub(super) reason: Reason<'a>,
    pub(super) inode: Shown<'a>,
    pub(super) depth: usize,
}

/// As much of an inode as a message shows; smaller than its [`Attrs`], for a denial travels by value.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    owner: &'a str,
    group: &'a str,
    /// With the owning group in the group bits.
    mode: Mode,
    mask: Option<Perm>,
    directory: bool,
    has_acl: bool,
}

impl<'a> From<Attrs<'a>> for Shown<'a> {
    fn from(inode: Attrs<'a>) -> Self {
        Self {
            owner: inode.owner.as_str(),
            group: inode.group.as_str(),
            mode: inode.plain_mode(),
            mask: inode.mask(),
            directory: inode.is_directory(),
            has_acl: inode.has_acl,
        }
    }
}

impl<'a> Denied<'a> {
    /// What stood in the way.
    #[must_use]
    pub const fn reason(&self) -> Reason<'a> {
        self.reason
    }

    /// Which inode of the path decided: 0 is the root.
    #[must_use]
    pub const fn depth(&self) -> usize {
        self.depth
    }

    /// The denial in the words of the dialect's upstream, which its clients may parse. `path` is the absolute path that was
    /// asked for.
    #[must_use]
    pub const fn message<'p>(&self, path: &'p str) -> Message<'a, 'p> {
        Message {
            denied: *self,
            path,
        }
    }

    /// The denial in words for the person who must mend it: inode, entry, mask, effective bits, and what would have to
    /// change.
    #[must_use]
    pub const fn explain<'p>(&self, path: &'p str) -> Explanation<'a, 'p> {
        Explanation {
            denied: *self,
            path,
        }
    }

    const fn wanted(&self) -> Perm {
        match self.reason {
            Reason::Bits { wanted, .. } => wanted,
            _ => Perm::NONE,
        }
    }
}

/// The part of `path` that leads to the inode at `depth`.
fn prefix(path: &str, depth: usize) -> &str {
    if depth == 0 {
        return "/";
    }
    let end = path
        .char_indices()
        .filter(|(index, c)| *c == '/' && *index > 0)
        .nth(depth - 1)
        .map(|(index, _)| index);
    end.and_then(|end| path.get(..end)).unwrap_or(path)
}

fn last_component(path: &str) -> &str {
    match path.rsplit('/').next() {
        Some(name) if !name.is_empty() => name,
        _ => "/",
    }
}

/// Displays a [`Denied`] as its dialect's upstream would.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a, 'p> {
    denied: Denied<'a>,
    path: &'p str,
}

impl fmt::Display for Message<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.denied.dialect.messages {
            MessageForm::Hdfs => self.hdfs(f),
            MessageForm::Alluxio => self.alluxio(f),
        }
    }
}

impl Message<'_, '_> {
    /// `FSPermissionChecker.toAccessControlString` and its neighbours.
    fn hdfs(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Denied {
            subject,
            reason,
            inode,
            depth,
            ..
        } = self.denied;
        let user = subject.user();
        let at = prefix(self.path, depth);
        match reason {
            Reason::Bits { wanted, .. } => write!(
                f,
                "Permission denied: user={user}, access={}, inode=\"{at}\":{}",
                wanted.hdfs_name(),
                LongListing(&inode)
            ),
            Reason::Sticky { parent } => write!(
                f,
                "Permission denied by sticky bit: user={user}, path=\"{at}\":{}, parent=\"{}\":{}",
                LongListing(&inode),
                prefix(self.path, depth.saturating_sub(1)),
                LongListing(&parent)
            ),
            Reason::NotOwner => write!(
                f,
                "Permission denied. user={user} is not the owner of inode={at}"
            ),
            Reason::NotSuperUser => write!(
                f,
                "User {user} is not a super user (non-super user cannot change owner)."
            ),
            Reason::NotMember { group } => write!(f, "User {user} does not belong to {group}"),
            Reason::NotADirectory => write!(f, "{at} (is not a directory)"),
            Reason::Root => write!(f, "Permission denied: user={user}, inode=\"/\" is the root"),
        }
    }

    /// `DefaultPermissionChecker`.
    fn alluxio(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Denied {
            subject,
            reason,
            inode,
            depth,
            ..
        } = self.denied;
        let user = subject.user();
        match reason {
            Reason::NotOwner | Reason::NotMember { .. } => {
                write!(f, "user={user} is not the owner of path={}", self.path)
            }
            Reason::NotSuperUser => write!(f, "{user} is not a super user or in super group"),
            Reason::NotADirectory => {
                write!(f, "{} (is not a directory)", prefix(self.path, depth))
            }
            Reason::Bits { .. } | Reason::Sticky { .. } | Reason::Root => write!(
                f,
                "Permission denied: user={user}, access={}, path={}: failed at {}, inode owner={}, inode group={}, inode mode={}",
                self.denied.wanted(),
                self.path,
                last_component(prefix(self.path, depth)),
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

/// `owner:group:drwxr-xr-x+`, with the mask in the group bits.
struct LongListing<'a>(&'a Shown<'a>);

impl fmt::Display for LongListing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shown {
            owner,
            group,
            mode,
            mask,
            directory,
            has_acl,
        } = *self.0;
        let group_bits = mask.unwrap_or_else(|| mode.group());
        let mode = Mode::from_parts(mode.owner(), group_bits, mode.other(), mode.sticky());
        let kind = if directory { 'd' } else { '-' };
        let plus = if has_acl { "+" } else { "" };
        write!(f, "{owner}:{group}:{kind}{}{plus}", mode.symbolic())
    }
}

/// Displays a [`Denied`] in words, with what would have to change.
#[derive(Debug, Clone, Copy)]
pub struct Explanation<'a, 'p> {
    denied: Denied<'a>,
    path: &'p str,
}

impl fmt::Display for Explanation<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let denied = &self.denied;
        let at = prefix(self.path, denied.depth);
        let user = denied.subject.user();
        let inode = &denied.inode;
        write!(f, "{user}")?;
        if let Some(real) = denied.subject.real_user() {
            write!(f, " (via {real})")?;
        }
        write!(f, " may not {} {}: ", denied.verb, self.path)?;
        match denied.reason {
            Reason::Bits { wanted, verdict } => {
                write!(
                    f,
                    "{at} must grant {wanted}, but {} grants {}",
                    verdict.class(),
                    verdict.entry_bits()
                )?;
                if let Some(mask) = verdict.mask() {
                    write!(
                        f,
                        ", which the mask {mask} limits to {}",
                        verdict.effective_bits()
                    )?;
                }
                let missing = wanted & !verdict.effective_bits();
                let masked = inode.mask.is_some_and(|mask| !mask.contains(wanted))
                    && verdict.mask().is_some();
                if missing == Perm::NONE {
                    write!(f, "; no single group entry holds all of it")?;
                }
                match (masked, verdict.entry_bits().contains(wanted)) {
                    (true, true) => write!(f, "; widen the mask by {missing}"),
                    (true, false) => write!(f, "; widen the mask and add an entry with {wanted}"),
                    (false, _) => write!(
                        f,
                        "; add {wanted} to that entry, or an entry of its own for {user}"
                    ),
                }
            }
            Reason::Sticky { parent } => write!(
                f,
                "its directory is sticky, so only {} (owner of {at}), {} (owner of the directory) or a super user may",
                inode.owner, parent.owner
            ),
            Reason::NotOwner => write!(f, "only {} (its owner) or a super user may", inode.owner),
            Reason::NotSuperUser => write!(f, "only a super user may"),
            Reason::NotMember { group } => write!(f, "{user} is not a member of {group}"),
            Reason::NotADirectory => write!(f, "{at} is not a directory"),
            Reason::Root => write!(f, "the root stays where it is"),
        }
    }
}

/// The operation as a verb.
pub(super) const fn verb(op: Op<'_>) -> &'static str {
    match op {
        Op::GetStatus => "pass through to",
        Op::List => "list",
        Op::Open => "open",
        Op::Create => "create",
        Op::Append => "append to",
        Op::Mkdirs => "make directory",
        Op::Delete => "delete",
        Op::RenameFrom => "rename",
        Op::RenameTo => "rename to",
        Op::SetPermission => "change the mode of",
        Op::SetAcl => "change the ACL of",
        Op::SetOwner(_) => "change the owner of",
        Op::SetGroup(_) => "change the group of",
        Op::SetTimes => "set the times of",
        Op::CheckAccess(_) => "access",
        Op::ContentSummary => "sum up",
    }
}
