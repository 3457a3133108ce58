//! What operations need in each dialect, and who becomes a subject.

use std::sync::Arc;

use super::*;
use crate::acl::{AclSpec, Dialect, Kind, Mode, Perm, Protection};
use crate::identity::{GroupName, Groups, Mechanism, Principal, Subject, UserName};

fn user(name: &str) -> UserName {
    UserName::new(name).unwrap()
}

fn group(name: &str) -> GroupName {
    GroupName::new(name).unwrap()
}

/// alice owns a directory and a file in it; bob asks.
struct World {
    policy: Policy,
    root: Protection,
    directory: Protection,
    file: Protection,
}

fn world(dialect: Dialect, directory: u16, file: u16) -> World {
    let protection = |bits| Protection::from(Mode::from_bits(bits));
    World {
        policy: Policy::new(dialect)
            .with_super_user(user("hdfs"))
            .with_super_group(group("ops")),
        root: protection(0o755),
        directory: protection(directory),
        file: protection(file),
    }
}

impl World {
    fn subject(&self, name: &str, groups: &[&str]) -> Subject {
        let groups: Groups = groups.iter().map(|name| group(name)).collect();
        self.policy
            .admit(Subject::asserted(user(name), groups, Mechanism::Simple))
    }

    /// What `who` is told about an operation on `/d/f`, or on `/d/missing`.
    fn ask(&self, who: &str, groups: &[&str], op: Op<'_>, exists: bool) -> Result<Because, String> {
        let (root, alice, staff) = (user("root"), user("alice"), group("staff"));
        let subject = self.subject(who, groups);
        let attrs = |kind, owner, protection| Attrs::new(kind, owner, &staff, protection);
        let target = attrs(Kind::File, &alice, &self.file);
        let walk = self.policy.walk(&subject);
        walk.enter(attrs(Kind::Directory, &root, &self.root))
            .and_then(|walk| walk.enter(attrs(Kind::Directory, &alice, &self.directory)))
            .and_then(|walk| walk.check(op, exists.then_some(target)))
            .map(|permit| permit.because())
            .map_err(|denied| denied.message("/d/f").to_string())
    }

    fn allows(&self, who: &str, op: Op<'_>) -> bool {
        self.ask(who, &[], op, true).is_ok()
    }
}

const DIALECTS: [Dialect; 3] = [Dialect::ALLUXIO, Dialect::HDFS, Dialect::POSIX];

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
fn a_walk_that_has_entered_nothing_makes_nothing() {
    let world = world(Dialect::HDFS, 0o777, 0o777);
    let subject = world.subject("bob", &[]);
    for op in [Op::Create, Op::Mkdirs, Op::Open] {
        let denied = world.policy.walk(&subject).check(op, None).unwrap_err();
        assert!(matches!(denied.reason(), Reason::NothingEntered));
        assert!(
            denied
                .explain("/x")
                .to_string()
                .ends_with("the walk has not entered any directory")
        );
        let _ = denied.message("/x").to_string();
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
fn an_outside_authorizer_goes_first_and_may_leave_it_to_the_acls() {
    let policy = Policy::new(Dialect::HDFS)
        .with_super_user(user("hdfs"))
        .with_authorizer(
            |question| match (question.subject.user().as_str(), question.op) {
                ("friend", _) => Opinion::Allow,
                ("foe", Some(Op::Open)) => Opinion::Deny,
                ("blocked", None) if question.path == Some("/d/f") => Opinion::Deny,
                _ => Opinion::NotDetermined,
            },
        );
    let (alice, staff) = (user("alice"), group("staff"));
    let (closed, open) = (
        Protection::from(Mode::from_bits(0o700)),
        Protection::from(Mode::from_bits(0o777)),
    );
    let inode = |kind, protection| Attrs::new(kind, &alice, &staff, protection);
    let ask = |who: &str, protection, op| {
        let subject = policy.admit(Subject::asserted(
            user(who),
            Groups::default(),
            Mechanism::Simple,
        ));
        policy
            .walk(&subject)
            .along("/d/f")
            .enter(inode(Kind::Directory, protection))
            .and_then(|walk| walk.check(op, Some(inode(Kind::File, protection))))
            .map(|permit| (permit.because(), permit.explain("/d/f").to_string()))
            .map_err(|denied| denied.message("/d/f").to_string())
    };
    let (because, words) = ask("friend", &closed, Op::SetAcl).unwrap();
    assert_eq!(because, Because::Authorizer);
    assert_eq!(
        words,
        "friend may change the ACL of /d/f: the outside authorizer allows it"
    );
    assert_eq!(
        ask("foe", &open, Op::Open).unwrap_err(),
        "Permission denied: user=foe, access=READ, inode=\"/d\""
    );
    assert!(
        ask("foe", &open, Op::Append).is_ok(),
        "it denies reading only"
    );
    assert_eq!(
        ask("blocked", &open, Op::Open).unwrap_err(),
        "Permission denied: user=blocked, access=EXECUTE, inode=\"/\""
    );
    assert!(ask("bob", &open, Op::Open).is_ok() && ask("bob", &closed, Op::Open).is_err());
    assert_eq!(
        ask("hdfs", &closed, Op::Open).unwrap().0,
        Because::SuperUser
    );
}

#[test]
fn effective_permissions_are_all_that_may_be_asked_for() {
    let (alice, staff) = (user("alice"), group("staff"));
    let spec = "user:bob:rwx,group:g1:r--,group:g2:-w-,mask::rw-";
    for dialect in DIALECTS {
        let mut world = world(dialect, 0o755, 0o741);
        let spec = AclSpec::parse(spec, &dialect).unwrap();
        world.file = world.file.modify(&spec, Kind::File, &dialect).unwrap();
        let file = Attrs::new(Kind::File, &alice, &staff, &world.file);
        for (who, groups, expected) in [
            ("alice", &[][..], "rwx"),
            ("bob", &["g1"], "rw-"),
            ("carol", &["g1", "g2"], "rw-"),
            ("carol", &["staff"], "r--"),
            ("carol", &[], "--x"),
            ("hdfs", &[], "rwx"),
        ] {
            let bits = world.policy.effective(&world.subject(who, groups), file);
            assert_eq!(bits.to_string(), expected, "{} {who}", dialect.name);
        }
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

#[test]
fn explanations_say_what_would_have_to_change() {
    let spec = AclSpec::parse("user:bob:r--,mask::---", &Dialect::HDFS).unwrap();
    let mut world = world(Dialect::HDFS, 0o755, 0o600);
    world.file = world
        .file
        .modify(&spec, Kind::File, &Dialect::HDFS)
        .unwrap();
    let (alice, staff) = (user("alice"), group("staff"));
    let subject = world.subject("bob", &[]).via(user("yarn"));
    let file = Attrs::new(Kind::File, &alice, &staff, &world.file);
    let denied = world
        .policy
        .walk(&subject)
        .check(Op::Open, Some(file))
        .unwrap_err();
    assert_eq!(
        denied.explain("/").to_string(),
        "bob (via yarn) may not open /: / must grant r--, but the entry user:bob:r-- grants r--, which the mask --- limits \
         to ---; widen the mask by r--"
    );
    assert!(size_of::<Denied<'_>>() <= 128);
}

/// A group service that is down.
struct Down;

impl GroupMapping for Down {
    fn groups(&self, user: &UserName) -> Result<Groups, GroupsUnavailable> {
        Err(GroupsUnavailable::new(user, "connection refused"))
    }
}

#[test]
fn a_broken_group_service_is_no_refusal_and_super_users_are_nobodys_mask() {
    let policy = Policy::new(Dialect::HDFS).with_super_user(user("hdfs"));
    let any = [
        ("hadoop.proxyuser.yarn.users", "*"),
        ("hadoop.proxyuser.yarn.hosts", "*"),
    ];
    let rules = || Impersonation::hadoop("hadoop.proxyuser", any).unwrap();
    let yarn = Principal::asserted(user("yarn"), Mechanism::Simple);
    let groups: StaticGroups = "alice=staff".parse().unwrap();
    let resolver = Resolver::new(Arc::new(groups), rules());
    let as_user = |name| resolver.resolve(&policy, &yarn, Some(&user(name)), None);
    let alice = as_user("alice").unwrap();
    assert_eq!(
        (alice.user().as_str(), alice.real_user().unwrap().as_str()),
        ("alice", "yarn")
    );
    assert!(
        as_user("yarn").unwrap().real_user().is_none(),
        "to act as oneself is no impersonation"
    );
    assert!(matches!(as_user("hdfs"), Err(ResolveError::Refused(_))));

    let down = Resolver::new(Arc::new(Down), rules());
    assert!(matches!(
        down.resolve(&policy, &yarn, None, None),
        Err(ResolveError::Unavailable(_))
    ));
    let by_group = [
        ("hadoop.proxyuser.yarn.groups", "staff"),
        ("hadoop.proxyuser.yarn.hosts", "*"),
    ];
    let down = Resolver::new(
        Arc::new(Down),
        Impersonation::hadoop("hadoop.proxyuser", by_group).unwrap(),
    );
    let error = down
        .resolve(&policy, &yarn, Some(&user("alice")), None)
        .unwrap_err();
    assert!(matches!(error, ResolveError::Unavailable(_)), "{error}");
}

#[test]
fn rules_that_are_no_rules_are_named() {
    for (key, value, says) in [
        (
            "p.yarn.user",
            "a",
            "unknown impersonation property \"p.yarn.user\": expected p.USER.users|groups|hosts",
        ),
        (
            "p.users",
            "a",
            "unknown impersonation property \"p.users\": expected p.USER.users|groups|hosts",
        ),
        (
            "p.yarn.users",
            "a:b",
            "invalid impersonation property \"p.yarn.users\": user name \"a:b\" holds ':' at byte 1",
        ),
        (
            "p.yarn.hosts",
            "10.0.0.0/33",
            "invalid impersonation property \"p.yarn.hosts\": invalid network \"10.0.0.0/33\": expected ADDRESS/BITS",
        ),
    ] {
        assert_eq!(
            Impersonation::hadoop("p", [(key, value)])
                .unwrap_err()
                .to_string(),
            says
        );
    }
    assert!(
        Impersonation::hadoop("p", [("p.a.b.users", "*"), ("other", "x")]).is_ok(),
        "names have dots"
    );
}
