//! Recursive operations.

use super::*;

#[test]
fn summing_up_passes_through_directories_that_hold_something() {
    let (alice, staff) = (user("alice"), group("staff"));
    for (dialect, empty) in [
        (Dialect::HDFS, false),
        (Dialect::POSIX, true),
        (Dialect::ALLUXIO, false),
    ] {
        let world = world(dialect, 0o777, 0o704);
        let subject = world.subject("bob", &[]);
        let parent = Attrs::new(Kind::Directory, &alice, &staff, &world.directory);
        let unpassable = Attrs::new(Kind::Directory, &alice, &staff, &world.file);
        let walk = world.policy.walk(&subject).enter(parent).unwrap();
        for (filled, allowed) in [(false, empty), (true, false)] {
            let tree = walk.check_tree(Op::ContentSummary, unpassable, filled);
            assert_eq!(tree.is_ok(), allowed, "{} {filled}", dialect.name);
        }
        // Who forgets the tree has asked at least for a listing.
        let (none, file) = (Protection::from(Mode::NONE), Kind::File);
        let closed = |kind| Some(Attrs::new(kind, &alice, &staff, &none));
        assert!(
            walk.check(Op::ContentSummary, closed(Kind::Directory))
                .is_err()
        );
        assert!(walk.check(Op::ContentSummary, closed(file)).is_ok());
    }
}

#[test]
fn deleting_a_tree_asks_for_what_is_in_it() {
    fn of<'a>(
        names: &'a (UserName, GroupName),
        kind: Kind,
        protection: &'a Protection,
    ) -> Attrs<'a> {
        Attrs::new(kind, &names.0, &names.1, protection)
    }
    let names = (user("alice"), group("staff"));
    // What is in the way when bob, who may change the parent, deletes an inode of alice's, and one below it.
    for (dialect, kind, mode, filled, as_root, below) in [
        (Dialect::HDFS, Kind::Directory, 0o755, true, false, false),
        (Dialect::HDFS, Kind::Directory, 0o755, false, true, true),
        (Dialect::HDFS, Kind::Directory, 0o757, true, true, true),
        (Dialect::HDFS, Kind::File, 0o700, false, true, true),
        (Dialect::POSIX, Kind::Directory, 0o755, true, false, false),
        (Dialect::POSIX, Kind::Directory, 0o757, true, true, true),
        (Dialect::POSIX, Kind::File, 0o700, false, true, true),
        (Dialect::ALLUXIO, Kind::Directory, 0o755, false, true, false),
        (Dialect::ALLUXIO, Kind::Directory, 0o752, false, true, true),
        (Dialect::ALLUXIO, Kind::Directory, 0o752, true, false, false),
        (Dialect::ALLUXIO, Kind::Directory, 0o751, true, true, false),
        (Dialect::ALLUXIO, Kind::File, 0o755, false, true, false),
        (Dialect::ALLUXIO, Kind::File, 0o702, false, true, true),
    ] {
        let world = world(dialect, 0o777, 0o777);
        let protection = Protection::from(Mode::from_bits(mode));
        let parent = of(&names, Kind::Directory, &world.directory);
        let inode = of(&names, kind, &protection);
        let checks = |who: &str| {
            let subject = world.subject(who, &[]);
            let walk = world.policy.walk(&subject).enter(parent).unwrap();
            let above = walk.check_tree(Op::Delete, parent, true).unwrap();
            (
                walk.check_tree(Op::Delete, inode, filled).is_ok(),
                above.check(parent, inode, filled).is_ok(),
            )
        };
        let case = format!("{} {kind:?} {mode:o} {filled}", dialect.name);
        assert_eq!(checks("bob"), (as_root, below), "{case}");
        assert_eq!(checks("alice"), (true, true), "{case}");
        assert_eq!(checks("hdfs"), (true, true), "{case}");
    }
}

#[test]
fn a_sticky_directory_anywhere_in_a_tree_protects_what_is_in_it() {
    let (alice, carol, staff) = (user("alice"), user("carol"), group("staff"));
    let world = world(Dialect::HDFS, 0o777, 0o777);
    let sticky = Protection::from(Mode::from_bits(0o1777));
    let inner = Attrs::new(Kind::Directory, &alice, &staff, &sticky);
    let file = Attrs::new(Kind::File, &carol, &staff, &world.file);
    let top = Attrs::new(Kind::Directory, &alice, &staff, &world.directory);
    let subject = world.subject("bob", &[]);
    let walk = world.policy.walk(&subject).enter(top).unwrap();
    let tree = walk.check_tree(Op::Delete, top, true).unwrap();
    tree.check(top, inner, true).unwrap();
    let denied = tree.check(inner, file, false).unwrap_err();
    assert_eq!(denied.depth(), None);
    assert_eq!(
        denied.message("/d/tmp/f").to_string(),
        "Permission denied by sticky bit: user=bob, path=\"/d/tmp/f\":carol:staff:-rwxrwxrwx, \
         parent=\"/d/tmp\":alice:staff:drwxrwxrwt"
    );
}

#[test]
fn what_only_an_owner_may_do_is_asked_of_every_inode_of_a_tree() {
    let (alice, carol, staff) = (user("alice"), user("carol"), group("staff"));
    for dialect in DIALECTS {
        let world = world(dialect, 0o777, 0o666);
        let top = Attrs::new(Kind::Directory, &alice, &staff, &world.directory);
        let own = Attrs::new(Kind::File, &alice, &staff, &world.file);
        let others = Attrs::new(Kind::File, &carol, &staff, &world.file);
        let subject = world.subject("alice", &[]);
        let walk = world.policy.walk(&subject).enter(top).unwrap();
        for op in [Op::SetPermission, Op::SetAcl] {
            let tree = walk.check_tree(op, top, true).unwrap();
            tree.check(top, own, false).unwrap();
            let denied = tree.check(top, others, false).unwrap_err();
            assert!(
                matches!(denied.reason(), Reason::NotOwner),
                "{} {op:?}",
                dialect.name
            );
        }
    }
}
