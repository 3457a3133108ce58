//! An independent oracle: what POSIX, HDFS and Alluxio say, as plain and slow code over plain data.
//!
//! Written from the text of the rules and from what upstream's tools do, never from the library, of which it uses nothing.
//! It is meant to be read beside the rules. It serves `tests/small_world` and the fuzz targets.

pub(crate) mod access;
pub(crate) mod create;
pub(crate) mod edit;

use access::Answers;
use edit::{Change, Lists, Outcome, Verb};

/// The rules of one upstream.
#[derive(Debug)]
pub(crate) struct Upstream {
    /// An inode with that access ACL, ready to be asked.
    pub(crate) inode: for<'a> fn(&'a [Entry<'a>]) -> Answers<'a>,
    /// A request for a directory (true) or a file.
    pub(crate) edit: for<'a> fn(&Lists<'a>, Verb, &[Change<'a>], bool) -> Outcome<'a>,
    pub(crate) remove_all: for<'a> fn(&Lists<'a>) -> Lists<'a>,
    /// The child of a directory with that default ACL, created with a mode under a umask; a directory (true) or a file.
    pub(crate) child: for<'a> fn(&Acl<'a>, Mode, Mode, bool) -> Lists<'a>,
    pub(crate) chmod: for<'a> fn(&Acl<'a>, Mode) -> Acl<'a>,
    /// The mode that an access ACL shows.
    pub(crate) mode: fn(&Acl<'_>) -> Mode,
    /// Whether a mask can be without named entries.
    pub(crate) lone_mask: bool,
    pub(crate) sticky: bool,
}

impl Upstream {
    pub(crate) const POSIX: Self = Self {
        inode: access::posix,
        edit: edit::posix,
        remove_all: edit::posix_remove_all,
        child: create::posix_child,
        chmod: create::posix_chmod,
        mode: create::posix_mode,
        lone_mask: true,
        sticky: true,
    };

    pub(crate) const HDFS: Self = Self {
        inode: access::hdfs,
        edit: edit::hdfs,
        remove_all: edit::hdfs_remove_all,
        child: create::hdfs_child,
        chmod: create::posix_chmod,
        mode: create::posix_mode,
        lone_mask: true,
        sticky: true,
    };

    pub(crate) const HDFS_WITHOUT_INHERITANCE: Self = Self {
        child: create::hdfs_child_without_inheritance,
        ..Self::HDFS
    };

    pub(crate) const ALLUXIO: Self = Self {
        inode: access::alluxio,
        edit: edit::alluxio,
        remove_all: edit::alluxio_remove_all,
        child: create::alluxio_child,
        chmod: create::alluxio_chmod,
        mode: create::alluxio_mode,
        lone_mask: false,
        sticky: false,
    };

    /// Whether there can be such an ACL.
    pub(crate) fn has(&self, acl: &[Entry<'_>]) -> bool {
        self.lone_mask || names_somebody(acl) || find(acl, Tag::Mask, "").is_none()
    }
}

/// Read, write, execute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Bits {
    pub(crate) r: bool,
    pub(crate) w: bool,
    pub(crate) x: bool,
}

impl Bits {
    /// From an octal digit.
    pub(crate) fn digit(digit: u16) -> Self {
        Self {
            r: digit & 4 != 0,
            w: digit & 2 != 0,
            x: digit & 1 != 0,
        }
    }

    /// Whether all of `asked` is here.
    pub(crate) fn has(self, asked: Self) -> bool {
        (self.r || !asked.r) && (self.w || !asked.w) && (self.x || !asked.x)
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            r: self.r && other.r,
            w: self.w && other.w,
            x: self.x && other.x,
        }
    }

    pub(crate) fn or(self, other: Self) -> Self {
        Self {
            r: self.r || other.r,
            w: self.w || other.w,
            x: self.x || other.x,
        }
    }

    pub(crate) fn without(self, other: Self) -> Self {
        Self {
            r: self.r && !other.r,
            w: self.w && !other.w,
            x: self.x && !other.x,
        }
    }
}

/// The tag types of POSIX.1e 23.1.2, under the names it gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tag {
    UserObj,
    User,
    GroupObj,
    Group,
    Mask,
    Other,
}

/// One entry. The name is empty except for `User` and `Group`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    pub(crate) tag: Tag,
    pub(crate) name: &'a str,
    pub(crate) bits: Bits,
}

/// An ACL of one scope, in any order; empty where there is none.
pub(crate) type Acl<'a> = Vec<Entry<'a>>;

/// The bits of an entry, if the ACL has it.
pub(crate) fn find(acl: &[Entry<'_>], tag: Tag, name: &str) -> Option<Bits> {
    let found = acl.iter().find(|e| e.tag == tag && e.name == name);
    found.map(|entry| entry.bits)
}

/// The bits of an entry without a name; none where it is missing.
pub(crate) fn bits(acl: &[Entry<'_>], tag: Tag) -> Bits {
    find(acl, tag, "").unwrap_or_default()
}

/// Whether the ACL names anybody.
pub(crate) fn names_somebody(acl: &[Entry<'_>]) -> bool {
    acl.iter().any(|e| matches!(e.tag, Tag::User | Tag::Group))
}

/// Owner, group and other bits of a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mode {
    pub(crate) user: Bits,
    pub(crate) group: Bits,
    pub(crate) other: Bits,
}

impl Mode {
    pub(crate) fn octal(mode: u16) -> Self {
        Self {
            user: Bits::digit(mode >> 6),
            group: Bits::digit(mode >> 3),
            other: Bits::digit(mode),
        }
    }
}
