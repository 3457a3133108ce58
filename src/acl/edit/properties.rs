//! What holds for every ACL and every change of it, in each dialect.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::acl::{Acl, LoneMask, Mode};
use crate::identity::{GroupName, UserName};

fn dialects() -> impl Strategy<Value = &'static Dialect> {
    prop_oneof![
        Just(&Dialect::ALLUXIO),
        Just(&Dialect::HDFS),
        Just(&Dialect::POSIX)
    ]
}

fn perms() -> impl Strategy<Value = Perm> {
    (0..8_u16).prop_map(Perm::from_bits)
}

/// Few names, so that they meet, and any other.
fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop_oneof![Just("a"), Just("b c"), Just(r"d\141"), Just("#e"), Just("7")]
            .prop_map(str::to_owned),
        1 => "[^:,/=\\pC\\s]([^:,/=\\pC]{0,8}[^:,/=\\pC\\s])?",
    ]
}

fn tags() -> impl Strategy<Value = Tag> {
    prop_oneof![
        Just(Tag::Owner),
        Just(Tag::OwningGroup),
        Just(Tag::Mask),
        Just(Tag::Other),
        names().prop_map(|name| Tag::User(UserName::new(&name).unwrap())),
        names().prop_map(|name| Tag::Group(GroupName::new(&name).unwrap())),
    ]
}

fn scopes() -> impl Strategy<Value = Scope> {
    prop_oneof![2 => Just(Scope::Access), 1 => Just(Scope::Default)]
}

/// Entries of which none stands twice.
fn specs(scopes: impl Strategy<Value = Scope>) -> impl Strategy<Value = AclSpec> {
    let entries = (scopes, tags(), perms());
    vec(
        entries.prop_map(|(scope, tag, perm)| Entry { scope, tag, perm }),
        1..10,
    )
    .prop_map(|mut entries| {
        entries.sort();
        entries.dedup_by(|a, b| a.scope == b.scope && a.tag == b.tag);
        AclSpec::new(entries).unwrap()
    })
}

fn kinds() -> impl Strategy<Value = Kind> {
    prop_oneof![Just(Kind::Directory), Just(Kind::File)]
}

fn changes() -> impl Strategy<Value = AclChange> {
    prop_oneof![
        4 => specs(scopes()).prop_map(AclChange::Modify),
        2 => specs(scopes()).prop_map(AclChange::Remove),
        2 => specs(scopes()).prop_map(AclChange::Set),
        1 => Just(AclChange::RemoveAll),
        1 => Just(AclChange::RemoveDefault),
    ]
}

fn masks() -> impl Strategy<Value = MaskUpdate> {
    prop_oneof![
        3 => Just(MaskUpdate::Usual),
        1 => Just(MaskUpdate::Keep),
        1 => Just(MaskUpdate::Recalculate)
    ]
}

/// What becomes of a mode and some changes, as far as they are allowed.
fn grown(mode: u16, changes: &[AclChange], kind: Kind, dialect: &Dialect) -> Protection {
    changes
        .iter()
        .fold(Protection::from(Mode::from_bits(mode)), |inode, change| {
            change.apply(&inode, kind, dialect).unwrap_or(inode)
        })
}

fn inodes() -> impl Strategy<Value = (Protection, Kind, &'static Dialect)> {
    inodes_of(kinds())
}

fn inodes_of(
    kinds: impl Strategy<Value = Kind>,
) -> impl Strategy<Value = (Protection, Kind, &'static Dialect)> {
    (0..0o2000_u16, vec(changes(), 0..5), kinds, dialects()).prop_map(
        |(mode, changes, kind, dialect)| (grown(mode, &changes, kind, dialect), kind, dialect),
    )
}

fn keeps_the_invariants(acl: &Acl, scope: Scope, dialect: &Dialect) {
    let entries = acl.entries(scope, dialect);
    for base in [Tag::Owner, Tag::OwningGroup, Tag::Other] {
        assert_eq!(
            entries.iter().filter(|e| e.tag == base).count(),
            1,
            "{entries:?}"
        );
    }
    let mut tags: Vec<_> = entries.iter().map(|e| &e.tag).collect();
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), entries.len(), "{entries:?}");
    let named = tags.iter().any(|tag| tag.is_named());
    let mask = tags.contains(&&Tag::Mask);
    assert!(mask || !named, "{entries:?}");
    assert!(
        named || !mask || dialect.lone_mask == LoneMask::Kept,
        "{entries:?}"
    );
    assert_eq!(mask, acl.is_extended());
    assert!(
        dialect
            .max_entries
            .is_none_or(|limit| entries.len() <= limit)
    );
    assert_eq!(Acl::from_entries(entries).as_ref(), Ok(acl));
}

proptest! {
    #[test]
    fn what_is_printed_is_read_again(spec in specs(scopes()), dialect in dialects()) {
        let text = spec.text(dialect);
        prop_assert_eq!(AclSpec::parse(&text, dialect), Ok(spec.clone()));
        let named = spec.entries().iter().filter(|entry| !entry.tag.is_base());
        let removal = AclSpec::new(named.map(|e| Entry { perm: Perm::NONE, ..e.clone() })).unwrap();
        if !removal.entries().is_empty() {
            let text = removal.removal_text(dialect);
            prop_assert_eq!(AclSpec::parse_removal(&text, dialect), Ok(removal));
        }
    }

    #[test]
    fn a_listing_is_read_again((inode, kind, dialect) in inodes(), owner in names(), group in names()) {
        let (owner, group) = (UserName::new(&owner).unwrap(), GroupName::new(&group).unwrap());
        let listing = inode.getfacl("/path", &owner, &group, dialect).to_string();
        let spec = AclSpec::parse_lines(&listing, dialect).unwrap();
        let bare = Mode::from_parts(Perm::NONE, Perm::NONE, Perm::NONE, inode.is_sticky());
        prop_assert_eq!(Protection::from(bare).set(&spec, kind, dialect), Ok(inode));
    }

    #[test]
    fn a_change_keeps_the_invariants_or_changes_nothing(
        (inode, kind, dialect) in inodes(),
        changes in vec(changes(), 0..4),
        mask in masks(),
    ) {
        let before = inode.clone();
        let after = inode.change(&changes, mask, kind, dialect);
        prop_assert_eq!(&inode, &before);
        let after = after.unwrap_or(inode);
        keeps_the_invariants(after.access(), Scope::Access, dialect);
        if let Some(default) = after.default_acl() {
            prop_assert_eq!(kind, Kind::Directory);
            keeps_the_invariants(default, Scope::Default, dialect);
        }
        prop_assert_eq!(after.is_sticky(), before.is_sticky());
    }

    #[test]
    fn modified_twice_is_modified_once((inode, kind, dialect) in inodes(), spec in specs(scopes())) {
        if let Ok(once) = inode.modify(&spec, kind, dialect) {
            prop_assert_eq!(once.modify(&spec, kind, dialect), Ok(once));
        }
    }

    #[test]
    fn removed_twice_is_removed_once((inode, kind, dialect) in inodes(), spec in specs(scopes())) {
        if let Ok(once) = inode.remove(&spec, kind, dialect) {
            prop_assert_eq!(once.remove(&spec, kind, dialect), Ok(once));
        }
    }

    #[test]
    fn what_was_modified_is_there((inode, kind, dialect) in inodes(), spec in specs(Just(Scope::Access))) {
        let Ok(after) = inode.modify(&spec, kind, dialect) else {
            return Ok(());
        };
        let entries = after.entries(dialect);
        let masked = dialect.lone_mask == LoneMask::Dropped && !after.access().is_extended();
        for entry in spec.entries() {
            prop_assert!(entries.contains(entry) || masked && entry.tag == Tag::Mask);
        }
    }

    #[test]
    fn a_recursive_request_does_to_files_what_its_access_entries_do(
        (inode, kind, dialect) in inodes_of(Just(Kind::File)),
        change in changes(),
    ) {
        let rest = change.access_only();
        let after = inode.change(&rest, MaskUpdate::Usual, kind, dialect);
        prop_assert_ne!(after.as_ref().err(), Some(&AclError::DefaultOnFile));
        if rest.is_none() {
            prop_assert_eq!(after, Ok(inode));
        }
    }
}
