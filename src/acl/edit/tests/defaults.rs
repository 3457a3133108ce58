//! What becomes of default ACLs.

use super::*;

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
