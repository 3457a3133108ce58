//! Random values for property tests.

use proptest::collection::btree_map;
use proptest::prelude::*;

use super::{Acl, Entry, Perm, Protection, Scope, Tag};
use crate::identity::{GroupName, UserName};

fn perms() -> impl Strategy<Value = Perm> {
    (0..8_u16).prop_map(Perm::from_bits)
}

const WORDS: &[&str] = &[
    "default",
    "user",
    "group",
    "mask",
    "other",
    "sticky",
    "rwx",
    "0",
    "Domain Users",
];

/// Names as they may be: also with blanks, letters beyond ASCII, and words that mean something in ACL text.
fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-d]",
        "[!-~ü\u{a0}]{1,3}([ -~]{0,3}[!-~])?".prop_filter_map("no name", |text| {
            UserName::new(&text).is_ok().then_some(text)
        }),
        proptest::sample::select(WORDS).prop_map(str::to_owned),
    ]
}

/// Minimal ones, extended ones, and some that a mask alone extends.
pub(crate) fn acls() -> impl Strategy<Value = Acl> {
    let named = || btree_map(names(), perms(), 0..4);
    (
        [perms(), perms(), perms()],
        named(),
        named(),
        proptest::option::of(perms()),
    )
        .prop_map(|([owner, group, other], users, groups, mask)| {
            let entry = |tag, perm| Entry {
                scope: Scope::Access,
                tag,
                perm,
            };
            let mut entries = vec![
                entry(Tag::Owner, owner),
                entry(Tag::OwningGroup, group),
                entry(Tag::Other, other),
            ];
            if let Some(mask) = mask {
                entries.push(entry(Tag::Mask, mask));
                entries.extend(
                    users
                        .iter()
                        .map(|(name, perm)| entry(Tag::User(UserName::new(name).unwrap()), *perm)),
                );
                entries.extend(
                    groups.iter().map(|(name, perm)| {
                        entry(Tag::Group(GroupName::new(name).unwrap()), *perm)
                    }),
                );
            }
            Acl::from_entries(entries).unwrap()
        })
}

pub(crate) fn protections() -> impl Strategy<Value = Protection> {
    (acls(), proptest::option::of(acls()), any::<bool>())
        .prop_map(|(access, default, sticky)| Protection::from_parts(access, default, sticky))
}
