//! What a new child gets, what chmod does to an ACL, and what its mode is.

use super::edit::Lists;
use super::{Acl, Bits, Entry, Mode, Tag, bits, find, names_somebody};

fn minimal(mode: Mode) -> Acl<'static> {
    let entry = |tag, bits| Entry {
        tag,
        name: "",
        bits,
    };
    vec![
        entry(Tag::UserObj, mode.user),
        entry(Tag::GroupObj, mode.group),
        entry(Tag::Other, mode.other),
    ]
}

fn less(mode: Mode, umask: Mode) -> Mode {
    Mode {
        user: mode.user.without(umask.user),
        group: mode.group.without(umask.group),
        other: mode.other.without(umask.other),
    }
}

/// The list with each entry's bits limited as `limit` says.
fn limited<'a>(list: &[Entry<'a>], limit: impl Fn(Tag) -> Option<Bits>) -> Acl<'a> {
    list.iter()
        .map(|entry| Entry {
            bits: limit(entry.tag).map_or(entry.bits, |by| entry.bits.and(by)),
            ..*entry
        })
        .collect()
}

fn born<'a>(access: Acl<'a>, default: &Acl<'a>, directory: bool) -> Lists<'a> {
    let default = if directory {
        default.clone()
    } else {
        Acl::new()
    };
    Lists { access, default }
}

/// POSIX.1e 23.3.1, as acl(5) has it under "object creation and default ACLs".
pub(crate) fn posix_child<'a>(
    default: &Acl<'a>,
    asked: Mode,
    umask: Mode,
    directory: bool,
) -> Lists<'a> {
    // Without a default ACL, what was asked for less the umask.
    if default.is_empty() {
        return born(minimal(less(asked, umask)), default, directory);
    }
    // With one, that list, in which the entries that stand for the file permission bits hold nothing that was not asked
    // for: the owner's, others', and for the group bits the mask, or without a mask the owning group's. No umask.
    let has_mask = find(default, Tag::Mask, "").is_some();
    let access = limited(default, |tag| match tag {
        Tag::UserObj => Some(asked.user),
        Tag::Mask => Some(asked.group),
        Tag::GroupObj if !has_mask => Some(asked.group),
        Tag::Other => Some(asked.other),
        _ => None,
    });
    born(access, default, directory)
}

/// `AclStorage.copyINodeDefaultAcl` with `dfs.namenode.posix.acl.inheritance.enabled`: the mode that the client asked for is
/// the filter.
pub(crate) fn hdfs_child<'a>(
    default: &Acl<'a>,
    asked: Mode,
    umask: Mode,
    directory: bool,
) -> Lists<'a> {
    if default.is_empty() {
        return born(minimal(less(asked, umask)), default, directory);
    }
    copy_inode_default_acl(default, asked, directory)
}

/// The same without it: the client takes its umask off the mode and sends what is left.
pub(crate) fn hdfs_child_without_inheritance<'a>(
    default: &Acl<'a>,
    asked: Mode,
    umask: Mode,
    directory: bool,
) -> Lists<'a> {
    let sent = less(asked, umask);
    if default.is_empty() {
        return born(minimal(sent), default, directory);
    }
    copy_inode_default_acl(default, sent, directory)
}

fn copy_inode_default_acl<'a>(default: &Acl<'a>, filter: Mode, directory: bool) -> Lists<'a> {
    // Three entries are a minimal list; in any longer one the owning group is copied as it is.
    let is_minimal = default.len() == 3;
    let access = limited(default, |tag| match tag {
        Tag::UserObj => Some(filter.user),
        Tag::GroupObj => is_minimal.then_some(filter.group),
        Tag::Mask => Some(filter.group),
        Tag::Other => Some(filter.other),
        Tag::User | Tag::Group => None,
    });
    born(access, default, directory)
}

/// `DefaultAccessControlList.generateChildFileACL` and `generateChildDirACL`, whose argument has seen the umask.
pub(crate) fn alluxio_child<'a>(
    default: &Acl<'a>,
    asked: Mode,
    umask: Mode,
    directory: bool,
) -> Lists<'a> {
    let mode = less(asked, umask);
    if default.is_empty() {
        return born(minimal(mode), default, directory);
    }
    let access = if names_somebody(default) {
        // The owner and others by their bits, the mask by the group bits; the owning group is copied.
        limited(default, |tag| match tag {
            Tag::UserObj => Some(mode.user),
            Tag::Mask => Some(mode.group),
            Tag::Other => Some(mode.other),
            _ => None,
        })
    } else {
        limited(default, |tag| match tag {
            Tag::UserObj => Some(mode.user),
            Tag::GroupObj => Some(mode.group),
            _ => Some(mode.other),
        })
    };
    born(access, default, directory)
}

/// acl(5), "correspondence between ACL entries and file permission bits": the group bits are the mask, or without one the
/// owning group. So it is in HDFS, which stores the mask there.
pub(crate) fn posix_mode(access: &Acl<'_>) -> Mode {
    Mode {
        user: bits(access, Tag::UserObj),
        group: find(access, Tag::Mask, "").unwrap_or_else(|| bits(access, Tag::GroupObj)),
        other: bits(access, Tag::Other),
    }
}

/// Alluxio stores the owning group in the group bits.
pub(crate) fn alluxio_mode(access: &Acl<'_>) -> Mode {
    Mode {
        user: bits(access, Tag::UserObj),
        group: bits(access, Tag::GroupObj),
        other: bits(access, Tag::Other),
    }
}

/// chmod by the same correspondence.
pub(crate) fn posix_chmod<'a>(access: &Acl<'a>, mode: Mode) -> Acl<'a> {
    let group = match find(access, Tag::Mask, "") {
        Some(_) => Tag::Mask,
        None => Tag::GroupObj,
    };
    replaced(access, mode, group)
}

/// chmod in Alluxio: the mode is all it changes.
pub(crate) fn alluxio_chmod<'a>(access: &Acl<'a>, mode: Mode) -> Acl<'a> {
    replaced(access, mode, Tag::GroupObj)
}

fn replaced<'a>(access: &Acl<'a>, mode: Mode, group: Tag) -> Acl<'a> {
    let new = |entry: &Entry<'a>| match entry.tag {
        Tag::UserObj => mode.user,
        Tag::Other => mode.other,
        tag if tag == group => mode.group,
        _ => entry.bits,
    };
    access
        .iter()
        .map(|entry| Entry {
            bits: new(entry),
            ..*entry
        })
        .collect()
}
