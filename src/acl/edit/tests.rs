//! Edits, dialect by dialect.

use super::*;
use crate::acl::{Acl, Mode};

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
