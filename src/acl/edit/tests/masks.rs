//! What becomes of masks.

use super::*;

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
