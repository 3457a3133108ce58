//! What each operation needs, dialect by dialect.

use super::*;

#[test]
fn the_way_needs_execution_and_the_target_what_is_done_to_it() {
    for dialect in DIALECTS {
        let open = world(dialect, 0o701, 0o604);
        assert!(open.allows("bob", Op::Open), "{}", dialect.name);
        assert!(open.allows("bob", Op::GetStatus));
        assert!(!open.allows("bob", Op::Append));
        assert!(!open.allows("bob", Op::Delete));
        assert!(open.ask("bob", &[], Op::Create, false).is_err());
        let closed = world(dialect, 0o704, 0o777);
        for op in [
            Op::Open,
            Op::GetStatus,
            Op::CheckAccess(Perm::READ),
            Op::SetTimes,
        ] {
            assert!(!closed.allows("bob", op), "{} {op:?}", dialect.name);
            assert_eq!(closed.ask("hdfs", &[], op, true), Ok(Because::SuperUser));
            assert_eq!(
                closed.ask("bob", &["ops"], op, true),
                Ok(Because::SuperUser)
            );
        }
        let shared = world(dialect, 0o703, 0o600);
        assert!(shared.ask("bob", &[], Op::Create, false).is_ok());
        assert!(
            shared.allows("bob", Op::Delete)
                && shared.allows("bob", Op::RenameFrom(Rename::Within))
        );
    }
}

#[test]
fn the_kernel_wants_both_bits_of_a_directory_from_one_entry() {
    let spec = "group:w:-w-,group:x:--x";
    for (dialect, allowed) in [
        (Dialect::HDFS, true),
        (Dialect::POSIX, false),
        (Dialect::ALLUXIO, true),
    ] {
        let mut world = world(dialect, 0o700, 0o600);
        let spec = AclSpec::parse(spec, &dialect).unwrap();
        world.directory = world
            .directory
            .modify(&spec, Kind::Directory, &dialect)
            .unwrap();
        assert_eq!(
            world.ask("bob", &["w", "x"], Op::Create, false).is_ok(),
            allowed,
            "{}",
            dialect.name
        );
    }
}

#[test]
fn sticky_directories_protect_what_others_own_where_the_dialect_knows_them() {
    for (dialect, allowed) in [
        (Dialect::HDFS, false),
        (Dialect::POSIX, false),
        (Dialect::ALLUXIO, true),
    ] {
        let world = world(dialect, 0o1777, 0o666);
        for op in [Op::Delete, Op::RenameFrom(Rename::Across), Op::RenameTo] {
            // HDFS does not look there before it puts something in the place of a file.
            let allowed = allowed || op == Op::RenameTo && dialect.name == "hdfs";
            assert_eq!(world.allows("bob", op), allowed, "{} {op:?}", dialect.name);
            assert!(world.allows("alice", op) && world.allows("hdfs", op));
        }
        assert!(
            world.ask("bob", &[], Op::Create, false).is_ok(),
            "new files are welcome"
        );
    }
}

#[test]
fn the_owner_of_a_sticky_directory_clears_it() {
    let (carol, alice, staff) = (user("carol"), user("alice"), group("staff"));
    let world = world(Dialect::HDFS, 0o1777, 0o600);
    let directory = Attrs::new(Kind::Directory, &carol, &staff, &world.directory);
    let file = Attrs::new(Kind::File, &alice, &staff, &world.file);
    for (who, allowed) in [("carol", true), ("alice", true), ("bob", false)] {
        let subject = world.subject(who, &[]);
        let walk = world.policy.walk(&subject).enter(directory).unwrap();
        assert_eq!(walk.check(Op::Delete, Some(file)).is_ok(), allowed, "{who}");
    }
}

#[test]
fn owners_keep_what_is_theirs() {
    let (eng, bob) = (group("eng"), user("bob"));
    for dialect in DIALECTS {
        let world = world(dialect, 0o777, 0o777);
        for op in [Op::SetPermission, Op::SetAcl] {
            assert_eq!(world.ask("alice", &[], op, true), Ok(Because::Ownership));
            assert!(!world.allows("bob", op), "{} {op:?}", dialect.name);
        }
        assert!(!world.allows("alice", Op::SetOwner(bob.as_ref())));
        assert!(world.allows("hdfs", Op::SetOwner(bob.as_ref())));
        let chgrp = Op::SetGroup(eng.as_ref());
        assert!(world.ask("alice", &["eng"], chgrp, true).is_ok());
        assert_eq!(world.allows("alice", chgrp), dialect.name == "alluxio");
        assert!(!world.allows("bob", chgrp));
        assert_eq!(world.allows("bob", Op::SetTimes), dialect.name != "posix");
    }
}

#[test]
fn an_owner_may_set_the_owner_to_what_it_is_where_upstream_lets_it() {
    let (alice, bob) = (user("alice"), user("bob"));
    for (dialect, unchanged, stranger) in [
        (
            Dialect::ALLUXIO,
            false,
            "Permission denied: bob is not a super user or in super group",
        ),
        (
            Dialect::HDFS,
            true,
            "Permission denied. user=bob is not the owner of inode=/d/f",
        ),
        (
            Dialect::POSIX,
            true,
            "Permission denied. user=bob is not the owner of inode=/d/f",
        ),
    ] {
        let world = world(dialect, 0o777, 0o777);
        let (to_alice, to_bob) = (Op::SetOwner(alice.as_ref()), Op::SetOwner(bob.as_ref()));
        assert_eq!(
            world.allows("alice", to_alice),
            unchanged,
            "{}",
            dialect.name
        );
        for op in [to_alice, to_bob] {
            assert_eq!(world.ask("bob", &[], op, true).unwrap_err(), stranger);
        }
        let denied = world.ask("alice", &[], to_bob, true).unwrap_err();
        assert!(denied.contains("alice is not a super user"), "{denied}");
    }
}

#[test]
fn an_owner_may_leave_a_file_in_a_group_of_others_where_the_kernel_decides() {
    let staff = group("staff");
    let unchanged = Op::SetGroup(staff.as_ref());
    for (dialect, allowed) in [
        (Dialect::HDFS, false),
        (Dialect::POSIX, true),
        (Dialect::ALLUXIO, true),
    ] {
        let world = world(dialect, 0o777, 0o777);
        assert_eq!(
            world.allows("alice", unchanged),
            allowed,
            "{}",
            dialect.name
        );
        assert!(!world.allows("bob", unchanged));
    }
}

#[test]
fn an_empty_mask_hides_the_named_entries_from_the_kernel_alone() {
    for (dialect, hidden) in [
        (Dialect::HDFS, false),
        (Dialect::POSIX, true),
        (Dialect::ALLUXIO, false),
    ] {
        let spec = AclSpec::parse("user:bob:rwx,group:eng:rwx,mask::---", &dialect).unwrap();
        let mut world = world(dialect, 0o755, 0o604);
        world.file = world.file.modify(&spec, Kind::File, &dialect).unwrap();
        for (who, groups, allowed) in [
            ("carol", &[][..], true),
            ("bob", &[], hidden),
            ("carol", &["eng"], hidden),
            ("bob", &["staff"], false),
            ("carol", &["eng", "staff"], false),
        ] {
            let asked = world.ask(who, groups, Op::Open, true);
            assert_eq!(asked.is_ok(), allowed, "{} {who} {groups:?}", dialect.name);
        }
    }
}

#[test]
fn the_kernel_lets_a_super_user_run_only_what_somebody_may() {
    let (alice, staff) = (user("alice"), group("staff"));
    for dialect in DIALECTS {
        for (mode, spec, anybody) in [
            (0o644, "user::rw-", false),
            (0o645, "user::rw-", true),
            (0o610, "user::rw-", true),
            (0o610, "user:bob:rwx,mask::rw-", false),
        ] {
            let mut world = world(dialect, 0o755, mode);
            let spec = AclSpec::parse(spec, &dialect).unwrap();
            world.file = world.file.modify(&spec, Kind::File, &dialect).unwrap();
            let allowed = anybody || dialect.name != "posix";
            for bits in [Perm::EXECUTE, Perm::ALL] {
                let asked = world.ask("hdfs", &[], Op::CheckAccess(bits), true);
                assert_eq!(asked.is_ok(), allowed, "{} {mode:o} {bits}", dialect.name);
            }
            for op in [
                Op::CheckAccess(Perm::READ | Perm::WRITE),
                Op::Open,
                Op::Append,
            ] {
                assert_eq!(world.ask("hdfs", &[], op, true), Ok(Because::SuperUser));
            }
            let subject = world.subject("hdfs", &[]);
            let effective = |kind| {
                let inode = Attrs::new(kind, &alice, &staff, &world.file);
                world
                    .policy
                    .effective(&subject, inode)
                    .contains(Perm::EXECUTE)
            };
            assert_eq!(effective(Kind::File), allowed);
            assert!(effective(Kind::Directory), "directories are no programs");
        }
    }
}

#[test]
fn moving_a_directory_elsewhere_changes_it_for_the_kernel_alone() {
    let (alice, staff) = (user("alice"), group("staff"));
    let subdirectory = Protection::from(Mode::from_bits(0o755));
    for (dialect, across) in [
        (Dialect::HDFS, true),
        (Dialect::POSIX, false),
        (Dialect::ALLUXIO, true),
    ] {
        let world = world(dialect, 0o777, 0o755);
        let parent = Attrs::new(Kind::Directory, &alice, &staff, &world.directory);
        let subject = world.subject("bob", &[]);
        let walk = world.policy.walk(&subject).enter(parent).unwrap();
        let may = |kind, rename| {
            let target = Attrs::new(kind, &alice, &staff, &subdirectory);
            walk.check(Op::RenameFrom(rename), Some(target)).is_ok()
        };
        assert_eq!(
            may(Kind::Directory, Rename::Across),
            across,
            "{}",
            dialect.name
        );
        assert!(may(Kind::Directory, Rename::Within) && may(Kind::File, Rename::Across));
    }
}

#[test]
fn nobody_deletes_the_root_but_a_super_user_and_nothing_is_below_a_file() {
    let world = world(Dialect::HDFS, 0o777, 0o777);
    let (alice, staff) = (user("alice"), group("staff"));
    let root = Attrs::new(Kind::Directory, &alice, &staff, &world.root);
    let (subject, super_user) = (world.subject("alice", &[]), world.subject("hdfs", &[]));
    assert!(
        world
            .policy
            .walk(&subject)
            .check(Op::Delete, Some(root))
            .is_err()
    );
    let file = Attrs::new(Kind::File, &alice, &staff, &world.file);
    for subject in [&subject, &super_user] {
        let denied = world
            .policy
            .walk(subject)
            .enter(root)
            .unwrap()
            .enter(file)
            .unwrap_err();
        assert_eq!(
            denied.message("/f/x").to_string(),
            "/f (is not a directory)"
        );
    }
}
