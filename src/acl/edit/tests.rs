//! Edits, dialect by dialect.

use super::*;
use crate::acl::{Acl, Mode, RemovalText};

fn after(spec: &str, dialect: &Dialect) -> Protection {
    let directory = Protection::from(Mode::from_bits(0o750));
    let spec = AclSpec::parse(spec, dialect).unwrap();
    directory.modify(&spec, Kind::Directory, dialect).unwrap()
}

#[test]
fn an_explicit_mask_freezes_its_scope_and_in_alluxio_the_other_too() {
    let spec = "user:a:rwx,default:user:a:rwx,mask::r--";
    for (dialect, default) in [
        (&Dialect::HDFS, Perm::ALL),
        (&Dialect::POSIX, Perm::ALL),
        (&Dialect::ALLUXIO, Perm::NONE),
    ] {
        let directory = after(spec, dialect);
        assert_eq!(
            directory.access().mask(),
            Some(Perm::READ),
            "{}",
            dialect.name
        );
        let mask = directory.default_acl().and_then(Acl::mask);
        assert_eq!(mask, Some(default), "{}", dialect.name);
    }
}

#[test]
fn a_lone_mask_counts_where_the_dialect_keeps_it() {
    for (dialect, mask) in [
        (&Dialect::HDFS, Some(Perm::READ)),
        (&Dialect::ALLUXIO, None),
    ] {
        assert_eq!(
            after("mask::r--", dialect).access().mask(),
            mask,
            "{}",
            dialect.name
        );
    }
}

#[test]
fn set_and_remove_all_treat_the_default_acl_as_their_dialect_does() {
    let base = "user::rwx,group::r--,other::---";
    for (dialect, set_keeps, remove_all_keeps) in [
        (&Dialect::HDFS, true, false),
        (&Dialect::POSIX, true, false),
        (&Dialect::ALLUXIO, true, true),
    ] {
        let directory = after("user:a:rwx,default:user:a:rwx", dialect);
        let set = directory.set(
            &AclSpec::parse(base, dialect).unwrap(),
            Kind::Directory,
            dialect,
        );
        let set = set.unwrap();
        assert!(!set.access().is_extended());
        assert_eq!(set.default_acl().is_some(), set_keeps, "{}", dialect.name);
        let bare = directory.remove_all(dialect);
        assert!(!bare.access().is_extended() && bare.access().group().to_string() == "r-x");
        assert_eq!(
            bare.default_acl().is_some(),
            remove_all_keeps,
            "{}",
            dialect.name
        );
    }
}

#[test]
fn refused_edits_say_why() {
    let dialect = &Dialect::HDFS;
    let file = Protection::from(Mode::from_bits(0o640));
    let read = |text: &str| AclSpec::parse(text, dialect).unwrap();
    let removal = |text: &str| AclSpec::parse_removal(text, dialect).unwrap();
    let named = file
        .modify(&read("user:a:r--"), Kind::File, dialect)
        .unwrap();
    let many: Vec<_> = (0..33).map(|n| format!("user:u{n}:r--")).collect();
    for (result, says) in [
        (
            file.modify(&read("default:user::rwx"), Kind::File, dialect),
            "invalid ACL: only directories may have a default ACL",
        ),
        (
            file.set(&read("user::rwx,group::r--"), Kind::File, dialect),
            "invalid ACL: the entry other:: is missing",
        ),
        (
            named.remove(&removal("mask"), Kind::File, dialect),
            "invalid ACL: mask is required and cannot be deleted",
        ),
        (
            named.remove(&removal("group"), Kind::File, dialect),
            "deleting base entry is not allowed: group::",
        ),
        (
            file.modify(&read(&many.join(",")), Kind::File, dialect),
            "invalid ACL: ACL has 33 access entries, which exceeds maximum of 32.",
        ),
    ] {
        assert_eq!(result.unwrap_err().to_string(), says.trim_end_matches('.'));
    }
}

/// The entries of what became of it, or why nothing did.
fn changed(start: &Protection, change: &AclChange, kind: Kind, dialect: &Dialect) -> String {
    match change.apply(start, kind, dialect) {
        Ok(inode) => {
            let entries: Vec<_> = inode
                .entries(dialect)
                .iter()
                .map(Entry::to_string)
                .collect();
            entries.join(",")
        }
        Err(error) => error.to_string(),
    }
}

fn modify(spec: &str, dialect: &Dialect) -> AclChange {
    AclChange::Modify(AclSpec::parse(spec, dialect).unwrap())
}

fn remove(spec: &str, dialect: &Dialect) -> AclChange {
    // As upstream's Java interfaces, which carry what Alluxio's text cannot say.
    let named_alike = Dialect {
        removal_text: RemovalText::AnyEntry,
        ..*dialect
    };
    AclChange::Remove(AclSpec::parse_removal(spec, &named_alike).unwrap())
}

#[test]
fn a_removal_of_what_is_not_there_recalculates_the_mask_in_its_dialect() {
    for (dialect, spec, mask) in [
        (&Dialect::HDFS, "user:b", Perm::READ),
        (&Dialect::POSIX, "user:b", Perm::ALL),
        (&Dialect::ALLUXIO, "user:b", Perm::ALL),
        // A mask in the request freezes.
        (&Dialect::POSIX, "user:b,default:mask", Perm::ALL),
        (&Dialect::ALLUXIO, "user:b,default:mask", Perm::READ),
    ] {
        let directory = after("user:a:rwx,mask::r--", dialect);
        let removed = remove(spec, dialect).apply(&directory, Kind::Directory, dialect);
        assert_eq!(
            removed.unwrap().access().mask(),
            Some(mask),
            "{} {spec}",
            dialect.name
        );
    }
}

#[test]
fn a_base_change_recalculates_the_mask_except_in_alluxio() {
    for (dialect, mask) in [
        (&Dialect::HDFS, Perm::ALL),
        (&Dialect::POSIX, Perm::ALL),
        (&Dialect::ALLUXIO, Perm::READ),
    ] {
        let directory = after("user:a:rwx,mask::r--", dialect);
        let changed = modify("other::rwx", dialect).apply(&directory, Kind::Directory, dialect);
        assert_eq!(
            changed.unwrap().access().mask(),
            Some(mask),
            "{}",
            dialect.name
        );
    }
}

#[test]
fn a_mask_can_go_when_nobody_needs_it() {
    for (dialect, after_user, after_mask) in [
        (
            &Dialect::HDFS,
            "user::rwx,group::r-x,mask::r-x,other::---",
            "user::rwx,group::r-x,other::---",
        ),
        (
            &Dialect::POSIX,
            "user::rwx,group::r-x,mask::r-x,other::---",
            "user::rwx,group::r-x,other::---",
        ),
        // It goes with the last named entry.
        (
            &Dialect::ALLUXIO,
            "user::rwx,group::r-x,other::---",
            "user::rwx,group::r-x,other::---",
        ),
    ] {
        let start = after("user:a:rwx", dialect);
        let kind = Kind::Directory;
        let mask = remove("mask", dialect);
        assert_eq!(
            changed(&start, &mask, kind, dialect),
            "invalid ACL: mask is required and cannot be deleted"
        );
        assert_eq!(
            changed(&start, &remove("mask,user:a", dialect), kind, dialect),
            after_mask
        );
        let user = remove("user:a", dialect);
        assert_eq!(
            changed(&start, &user, kind, dialect),
            after_user,
            "{}",
            dialect.name
        );
        let start = user.apply(&start, kind, dialect).unwrap();
        assert_eq!(changed(&start, &mask, kind, dialect), after_mask);
    }
}

#[test]
fn removed_base_entries_of_a_default_acl_are_reset_and_all_of_them_end_it() {
    let kind = Kind::Directory;
    for (dialect, all_gone) in [
        (&Dialect::HDFS, true),
        (&Dialect::POSIX, true),
        (&Dialect::ALLUXIO, false),
    ] {
        let start = after(
            "default:user::r--,default:group::---,default:other::rwx",
            dialect,
        );
        let one = remove("default:group", dialect)
            .apply(&start, kind, dialect)
            .unwrap();
        let default = one.default_acl().unwrap();
        assert_eq!(
            [default.owner(), default.group(), default.other()].map(|perm| perm.to_string()),
            ["r--", "r-x", "rwx"],
            "{}",
            dialect.name
        );
        let all = remove("default:user,default:group,default:other", dialect);
        let all = all.apply(&start, kind, dialect).unwrap();
        assert_eq!(all.default_acl().is_none(), all_gone, "{}", dialect.name);
        if let Some(default) = all.default_acl() {
            assert_eq!(*default, Acl::from_mode(Mode::from_bits(0o750)));
        }
        assert_eq!(
            changed(&start, &remove("group", dialect), kind, dialect),
            "deleting base entry is not allowed: group::"
        );
    }
}

#[test]
fn a_default_mask_alone_makes_a_default_acl_or_none() {
    for (dialect, default) in [
        (&Dialect::HDFS, None),
        (&Dialect::POSIX, Some(Some(Perm::READ))),
        (&Dialect::ALLUXIO, Some(None)),
    ] {
        let directory = after("default:mask::r--", dialect);
        assert_eq!(
            directory.default_acl().map(Acl::mask),
            default,
            "{}",
            dialect.name
        );
    }
}

#[test]
fn alluxio_copies_the_base_of_a_default_acl_when_its_first_entry_comes() {
    for (dialect, owner) in [
        (&Dialect::HDFS, Perm::NONE),
        (&Dialect::POSIX, Perm::NONE),
        (&Dialect::ALLUXIO, Perm::ALL),
    ] {
        let directory = after("default:user:a:r--,user::---", dialect);
        assert_eq!(
            directory.default_acl().unwrap().owner(),
            owner,
            "{}",
            dialect.name
        );
    }
}

#[test]
fn what_the_mask_withheld_from_the_group_comes_back_in_hdfs_and_alluxio() {
    for (dialect, group) in [
        (&Dialect::HDFS, "r-x"),
        (&Dialect::POSIX, "r--"),
        (&Dialect::ALLUXIO, "r-x"),
    ] {
        let directory = after("user:a:rwx,mask::r--", dialect);
        let bare = directory.remove_all(dialect);
        assert_eq!(bare.access().group().to_string(), group, "{}", dialect.name);
        let same = AclChange::RemoveAll.apply(&directory, Kind::Directory, dialect);
        assert_eq!(same, Ok(bare));
    }
}

#[test]
fn default_entries_on_a_file_are_refused_by_name_or_by_result() {
    let file = Protection::from(Mode::from_bits(0o640));
    let refused = "invalid ACL: only directories may have a default ACL";
    for (dialect, removal) in [
        (&Dialect::HDFS, "user::rw-,group::r--,other::---"),
        (&Dialect::POSIX, "user::rw-,group::r--,other::---"),
        (&Dialect::ALLUXIO, refused),
    ] {
        let kind = Kind::File;
        let spec = modify("user:a:r--,default:user:a:r--", dialect);
        assert_eq!(changed(&file, &spec, kind, dialect), refused);
        assert_eq!(
            changed(&file, &remove("default:user:a", dialect), kind, dialect),
            removal
        );
        let removed = AclChange::RemoveDefault.apply(&file, kind, dialect);
        assert_eq!(removed.as_ref(), Ok(&file));
    }
}

#[test]
fn set_asks_for_the_base_of_what_it_replaces() {
    let kind = Kind::Directory;
    for (dialect, spec, says) in [
        (&Dialect::HDFS, "user::rwx,group::r-x", Some("other::")),
        (&Dialect::POSIX, "user::rwx,other::r-x", Some("group::")),
        (&Dialect::ALLUXIO, "group::rwx,other::r-x", Some("user::")),
        (&Dialect::HDFS, "default:user:a:r--", None),
        (&Dialect::POSIX, "default:user:a:r--", None),
        (
            &Dialect::ALLUXIO,
            "default:user:a:r--",
            Some("default:user::"),
        ),
        (
            &Dialect::ALLUXIO,
            "default:user::rwx,default:group::r--,default:other::---",
            None,
        ),
    ] {
        let start = after("default:user:z:r--", dialect);
        let spec = AclSpec::parse(spec, dialect).unwrap();
        let said = start
            .set(&spec, kind, dialect)
            .map_err(|error| error.to_string());
        let expected = says.map(|entry| format!("invalid ACL: the entry {entry} is missing"));
        assert_eq!(said.err(), expected, "{} {spec}", dialect.name);
    }
}

#[test]
fn what_stands_twice_is_refused() {
    for dialect in [&Dialect::HDFS, &Dialect::POSIX, &Dialect::ALLUXIO] {
        let spec = AclSpec::parse("user:a:r--,group:a:r--,default:user:a:r--", dialect).unwrap();
        let entries = spec.entries().iter().chain(spec.entries().first()).cloned();
        let twice = AclSpec::new(entries.clone());
        let entry = "user:a:r--".to_owned();
        assert_eq!(twice, Err(AclError::Duplicate { entry }));
        assert!(AclSpec::parse("user:a:r--,user:a:rwx", dialect).is_err());
        assert_eq!(
            AclSpec::parse("user:a:r--,default:user:a:rwx", dialect)
                .unwrap()
                .into_default(),
            Err(AclError::Duplicate {
                entry: "default:user:a:rwx".to_owned()
            })
        );
    }
}

#[test]
fn the_limit_is_for_each_scope_and_counts_the_mask() {
    let names = |count: usize, scope: &str| -> Vec<_> {
        (0..count)
            .map(|n| format!("{scope}user:u{n}:r--"))
            .collect()
    };
    let directory = Protection::from(Mode::from_bits(0o750));
    for (count, fits) in [(28, true), (29, false)] {
        for scope in ["", "default:"] {
            let spec = names(count, scope).join(",");
            for (dialect, fits) in [
                (&Dialect::HDFS, fits),
                (&Dialect::POSIX, true),
                (&Dialect::ALLUXIO, true),
            ] {
                // Three base entries and a mask come to them.
                let result = modify(&spec, dialect).apply(&directory, Kind::Directory, dialect);
                assert_eq!(result.is_ok(), fits, "{} {scope} {count}", dialect.name);
            }
        }
    }
    let both = [names(28, ""), names(28, "default:")].concat().join(",");
    let both = modify(&both, &Dialect::HDFS);
    assert!(
        both.apply(&directory, Kind::Directory, &Dialect::HDFS)
            .is_ok()
    );
}

#[test]
fn several_changes_are_one() {
    let dialect = &Dialect::POSIX;
    let kind = Kind::File;
    let file = Protection::from(Mode::from_bits(0o640));
    let shown = |changes: &[AclChange], mask| match file.change(changes, mask, kind, dialect) {
        Ok(file) => {
            let entries: Vec<_> = file.entries(dialect).iter().map(Entry::to_string).collect();
            entries.join(",")
        }
        Err(error) => error.to_string(),
    };
    let usual = MaskUpdate::Usual;
    let (add, take) = (modify("u:a:rwx", dialect), remove("u:a", dialect));
    assert_eq!(
        shown(&[add.clone(), take.clone()], usual),
        "user::rw-,group::r--,other::---"
    );
    assert_eq!(
        shown(&[take, add.clone()], usual),
        "user::rw-,user:a:rwx,group::r--,mask::rwx,other::---"
    );
    assert_eq!(
        shown(&[add.clone(), AclChange::RemoveAll], usual),
        "user::rw-,group::r--,other::---"
    );
    // Only the end must be whole.
    let base = [remove("g", dialect), modify("g::x", dialect)];
    assert_eq!(shown(&base, usual), "user::rw-,group::--x,other::---");
    // A refused change undoes those before it, of which the protection shows nothing.
    assert_eq!(
        shown(&[add.clone(), remove("m", dialect)], usual),
        "invalid ACL: mask is required and cannot be deleted"
    );
    assert_eq!(
        shown(
            &[add.clone(), remove("m", dialect)],
            MaskUpdate::Recalculate
        ),
        "user::rw-,user:a:rwx,group::r--,mask::rwx,other::---"
    );
    assert_eq!(
        shown(&[add], MaskUpdate::Keep),
        "user::rw-,user:a:rwx,group::r--,mask::r--,other::---"
    );
    assert_eq!(file, Protection::from(Mode::from_bits(0o640)));
}

#[test]
fn what_alluxio_copies_into_a_default_acl_depends_on_what_came_before() {
    let alluxio = &Dialect::ALLUXIO;
    let directory = Protection::from(Mode::from_bits(0o750));
    let set = |spec: &str| {
        let spec = AclSpec::parse(spec, alluxio).unwrap();
        let after = directory.set(&spec, Kind::Directory, alluxio).unwrap();
        let default = after.default_acl().unwrap();
        [default.owner(), default.group(), default.other()].map(|perm| perm.to_string())
    };
    let base = "user::rwx,group::r-x,other::r--";
    assert_eq!(
        set(&format!("{base},default:user:a:r--")),
        ["rwx", "r-x", "r--"]
    );
    assert_eq!(
        set(&format!("default:user:a:r--,{base}")),
        ["---", "---", "---"]
    );
}
