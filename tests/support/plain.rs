//! The library's values as the oracle's plain data.

use bailiwick::acl::{Entry, Mode, Perm, Scope, Tag};

use crate::oracle;
use crate::oracle::edit::{Change, Lists};

pub(crate) fn bits(perm: Perm) -> oracle::Bits {
    oracle::Bits::digit(perm.bits())
}

pub(crate) fn mode(mode: Mode) -> oracle::Mode {
    oracle::Mode::octal(mode.bits())
}

fn entry(entry: &Entry) -> oracle::Entry<'_> {
    let (tag, name) = match &entry.tag {
        Tag::Owner => (oracle::Tag::UserObj, ""),
        Tag::User(name) => (oracle::Tag::User, name.as_str()),
        Tag::OwningGroup => (oracle::Tag::GroupObj, ""),
        Tag::Group(name) => (oracle::Tag::Group, name.as_str()),
        Tag::Mask => (oracle::Tag::Mask, ""),
        Tag::Other => (oracle::Tag::Other, ""),
    };
    let bits = bits(entry.perm);
    oracle::Entry { tag, name, bits }
}

/// The entries of a request.
pub(crate) fn changes(entries: &[Entry]) -> Vec<Change<'_>> {
    entries
        .iter()
        .map(|e| Change {
            default: e.scope == Scope::Default,
            entry: entry(e),
        })
        .collect()
}

/// Both lists of an inode, from the entries of its protection.
pub(crate) fn lists(entries: &[Entry]) -> Lists<'_> {
    let (default, access): (Vec<_>, Vec<_>) = changes(entries).into_iter().partition(|c| c.default);
    Lists {
        access: access.iter().map(|c| c.entry).collect(),
        default: default.iter().map(|c| c.entry).collect(),
    }
    .sorted()
}
