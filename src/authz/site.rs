//! The inode that decided, and where it stands: as much as a message or an explanation shows.

use std::fmt;

use super::Attrs;
use crate::acl::{Extended, Mode, Perm};

/// As much of an inode as a message shows; smaller than its [`Attrs`], for an answer travels by value.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    pub(super) owner: &'a str,
    pub(super) group: &'a str,
    /// With the owning group in the group bits.
    pub(super) mode: Mode,
    pub(super) mask: Option<Perm>,
    pub(super) directory: bool,
}

impl Shown<'_> {
    /// The owner's name.
    #[must_use]
    pub const fn owner(&self) -> &str {
        self.owner
    }

    /// The owning group's name.
    #[must_use]
    pub const fn group(&self) -> &str {
        self.group
    }
}

/// `owner:group:drwxr-xr-x`, with the mask in the group bits. There is no `+` of an ACL: HDFS 3 prints none.
impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            owner, group, mode, ..
        } = *self;
        let group_bits = self.mask.unwrap_or_else(|| mode.group());
        let mode = Mode::from_parts(mode.owner(), group_bits, mode.other(), mode.sticky());
        let kind = if self.directory { 'd' } else { '-' };
        write!(f, "{owner}:{group}:{kind}{}", mode.symbolic())
    }
}

/// The inode that decided, with its ACL for an explanation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site<'a> {
    pub(super) owner: &'a str,
    pub(super) group: &'a str,
    /// With the owning group in the group bits.
    pub(super) mode: Mode,
    pub(super) extended: Option<&'a Extended>,
    pub(super) depth: u32,
    directory: bool,
}

impl<'a> Site<'a> {
    /// The depth of an inode whose own path the caller will show.
    pub(super) const OF_PATH: u32 = u32::MAX;

    /// There is no inode at all.
    pub(super) const NOWHERE: Self = Self {
        owner: "",
        group: "",
        mode: Mode::from_bits(0),
        extended: None,
        depth: 0,
        directory: false,
    };

    #[inline]
    pub(super) fn new(inode: &Attrs<'a>, depth: u32) -> Self {
        let acl = inode.acl();
        Self {
            owner: inode.owner.as_str(),
            group: inode.group.as_str(),
            mode: acl.plain_mode(inode.is_sticky()),
            extended: acl.extended(),
            depth,
            directory: inode.is_directory(),
        }
    }

    pub(super) const fn shown(&self) -> Shown<'a> {
        Shown {
            owner: self.owner,
            group: self.group,
            mode: self.mode,
            mask: match self.extended {
                Some(extended) => Some(extended.mask),
                None => None,
            },
            directory: self.directory,
        }
    }

    /// The part of `path` that leads to the inode.
    pub(super) fn path<'p>(&self, path: &'p str) -> &'p str {
        prefix(path, self.depth)
    }

    /// The path of the directory that the inode is in.
    pub(super) fn parent_path<'p>(&self, path: &'p str) -> &'p str {
        match self.path(path).rsplit_once('/') {
            None | Some(("", _)) => "/",
            Some((parent, _)) => parent,
        }
    }

    /// The inode's own name; that of the root is `/`.
    pub(super) fn name<'p>(&self, path: &'p str) -> &'p str {
        match self.path(path).rsplit('/').next() {
            Some(name) if !name.is_empty() => name,
            _ => "/",
        }
    }
}

/// The first `depth` components of `path`.
fn prefix(path: &str, depth: u32) -> &str {
    if depth == 0 {
        return "/";
    }
    let end = path
        .char_indices()
        .filter(|(index, c)| *c == '/' && *index > 0)
        .nth(depth as usize - 1)
        .map(|(index, _)| index);
    end.and_then(|end| path.get(..end)).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_finds_itself_in_the_path() {
        let at = |depth| Site {
            depth,
            ..Site::NOWHERE
        };
        for (depth, path, parent, name) in [
            (0, "/", "/", "/"),
            (1, "/a", "/", "a"),
            (2, "/a/b", "/a", "b"),
            (3, "/a/b/c", "/a/b", "c"),
            (9, "/a/b/c", "/a/b", "c"),
            (Site::OF_PATH, "/a/b/c", "/a/b", "c"),
        ] {
            let site = at(depth);
            let of = "/a/b/c";
            assert_eq!(
                (site.path(of), site.parent_path(of), site.name(of)),
                (path, parent, name)
            );
        }
    }
}
