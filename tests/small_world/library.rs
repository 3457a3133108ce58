//! The oracle's plain data as the library's values.

use bailiwick::acl::{Acl, AclSpec, Entry, Perm, Protection, Scope, Tag};
use bailiwick::identity::{GroupName, UserName};

use crate::oracle;
use crate::oracle::edit::{Change, Lists};

fn perm(bits: oracle::Bits) -> Perm {
    let bit = |set: bool, perm: Perm| if set { perm } else { Perm::NONE };
    bit(bits.r, Perm::READ) | bit(bits.w, Perm::WRITE) | bit(bits.x, Perm::EXECUTE)
}

fn entry(entry: &oracle::Entry<'_>, scope: Scope) -> Entry {
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

fn acl(list: &[oracle::Entry<'_>]) -> Acl {
    let entries = list.iter().map(|e| entry(e, Scope::Access));
    Acl::from_entries(entries).unwrap()
}

pub(crate) fn protection(lists: &Lists<'_>) -> Protection {
    let default = (!lists.default.is_empty()).then(|| acl(&lists.default));
    Protection::from_parts(acl(&lists.access), default, true)
}

pub(crate) fn spec(changes: &[Change<'_>]) -> AclSpec {
    let entries = changes.iter().map(|change| match change.default {
        true => entry(&change.entry, Scope::Default),
        false => entry(&change.entry, Scope::Access),
    });
    AclSpec::new(entries).unwrap()
}
