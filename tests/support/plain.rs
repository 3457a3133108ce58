//! The library's values as the oracle's plain data, and back.

use bailiwick::acl::{Acl, AclSpec, Entry, Mode, Perm, Protection, Scope, Tag};
use bailiwick::identity::{GroupName, UserName};

use crate::oracle;
use crate::oracle::edit::{Change, Lists};

pub(crate) fn bits(perm: Perm) -> oracle::Bits {
    oracle::Bits::digit(perm.bits())
}

pub(crate) fn perm(bits: oracle::Bits) -> Perm {
    let bit = |set: bool, value: u16| if set { value } else { 0 };
    Perm::from_bits(bit(bits.r, 4) | bit(bits.w, 2) | bit(bits.x, 1))
}

pub(crate) fn mode(mode: Mode) -> oracle::Mode {
    oracle::Mode::octal(mode.bits())
}

fn plain_entry(entry: &Entry) -> oracle::Entry<'_> {
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

/// The entries of an edit.
pub(crate) fn changes(entries: &[Entry]) -> Vec<Change<'_>> {
    entries
        .iter()
        .map(|entry| Change {
            default: entry.scope == Scope::Default,
            entry: plain_entry(entry),
        })
        .collect()
}

/// Both lists of a protection, from its entries.
pub(crate) fn lists(entries: &[Entry]) -> Lists<'_> {
    let (default, access): (Vec<_>, Vec<_>) = changes(entries).into_iter().partition(|c| c.default);
    Lists {
        access: access.iter().map(|c| c.entry).collect(),
        default: default.iter().map(|c| c.entry).collect(),
    }
    .sorted()
}

fn library_entry(entry: &oracle::Entry<'_>, scope: Scope) -> Entry {
    let tag = match entry.tag {
        oracle::Tag::UserObj => Tag::Owner,
        oracle::Tag::User => Tag::User(UserName::new(entry.name).unwrap()),
        oracle::Tag::GroupObj => Tag::OwningGroup,
        oracle::Tag::Group => Tag::Group(GroupName::new(entry.name).unwrap()),
        oracle::Tag::Mask => Tag::Mask,
        oracle::Tag::Other => Tag::Other,
    };
    let perm = perm(entry.bits);
    Entry { scope, tag, perm }
}

pub(crate) fn acl(list: &[oracle::Entry<'_>]) -> Acl {
    let entries = list.iter().map(|entry| library_entry(entry, Scope::Access));
    Acl::from_entries(entries).unwrap()
}

pub(crate) fn protection(lists: &Lists<'_>, sticky: bool) -> Protection {
    let default = (!lists.default.is_empty()).then(|| acl(&lists.default));
    Protection::from_parts(acl(&lists.access), default, sticky)
}

pub(crate) fn spec(changes: &[Change<'_>]) -> AclSpec {
    let entries = changes.iter().map(|change| {
        let scope = if change.default {
            Scope::Default
        } else {
            Scope::Access
        };
        library_entry(&change.entry, scope)
    });
    AclSpec::new(entries).unwrap()
}
