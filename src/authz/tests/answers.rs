//! Permits and denials: who gave them, what they say, what would mend them.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

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
fn an_outside_authorizer_is_asked_once_for_each_answer() {
    let asked = Arc::new(AtomicUsize::new(0));
    let policy = {
        let asked = Arc::clone(&asked);
        Policy::new(Dialect::HDFS).with_authorizer(move |_| {
            // Whoever asks again gets the opposite.
            match asked.fetch_add(1, Ordering::Relaxed) % 2 {
                0 => Opinion::Deny,
                _ => Opinion::Allow,
            }
        })
    };
    let (alice, staff) = (user("alice"), group("staff"));
    let closed = Protection::from(Mode::NONE);
    let directory = Attrs::new(Kind::Directory, &alice, &staff, &closed);
    let subject = Subject::asserted(user("bob"), Groups::default(), Mechanism::Simple);
    let denied = policy.walk(&subject).enter(directory).unwrap_err();
    assert!(matches!(denied.reason(), Reason::Authorizer { wanted } if wanted == Perm::EXECUTE));
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[test]
fn a_super_user_of_one_policy_is_none_of_another() {
    let world = world(Dialect::HDFS, 0o700, 0o600);
    let (alice, staff) = (user("alice"), group("staff"));
    let file = Attrs::new(Kind::File, &alice, &staff, &world.file);
    for (who, groups) in [("hdfs", &[][..]), ("bob", &["ops"])] {
        let subject = world.subject(who, groups);
        assert!(subject.is_super_user());
        let other = Policy::new(Dialect::HDFS).with_super_user(alice.clone());
        let walk = other.walk(&subject);
        assert!(walk.check(Op::Open, Some(file)).is_err(), "{who}");
        assert!(
            walk.check(Op::SetOwner(alice.as_ref()), Some(file))
                .is_err()
        );
        let directory = Attrs::new(Kind::Directory, &alice, &staff, &world.directory);
        assert!(walk.enter(directory).is_err());
        assert_eq!(other.effective(&subject, file), Perm::NONE);
        assert_eq!(world.policy.effective(&subject, file), Perm::ALL);
    }
    // And who was not admitted is none either.
    let subject = Subject::asserted(user("hdfs"), Groups::default(), Mechanism::Simple);
    assert!(
        world
            .policy
            .walk(&subject)
            .check(Op::Open, Some(file))
            .is_err()
    );
}

#[test]
fn hdfs_shows_the_mask_in_the_mode_and_no_sign_of_an_acl() {
    let mut world = world(Dialect::HDFS, 0o755, 0o640);
    let spec = AclSpec::parse("user:eve:rwx,mask::-w-", &Dialect::HDFS).unwrap();
    world.file = world
        .file
        .modify(&spec, Kind::File, &Dialect::HDFS)
        .unwrap();
    assert_eq!(
        world.ask("bob", &["staff"], Op::Open, true).unwrap_err(),
        "Permission denied: user=bob, access=READ, inode=\"/d/f\":alice:staff:-rw--w----"
    );
}

#[test]
fn an_empty_mask_that_hides_nothing_is_not_said_to_hide() {
    for (spec, says) in [
        ("mask::---", "the entry for others grants ---; "),
        (
            "user:eve:r--,mask::---",
            "the entry for others grants ---, for the empty mask hides the named entries; ",
        ),
    ] {
        let mut world = world(Dialect::POSIX, 0o755, 0o640);
        let spec = AclSpec::parse(spec, &Dialect::POSIX).unwrap();
        world.file = world
            .file
            .modify(&spec, Kind::File, &Dialect::POSIX)
            .unwrap();
        let (alice, staff, bob) = (user("alice"), group("staff"), world.subject("bob", &[]));
        let file = Attrs::new(Kind::File, &alice, &staff, &world.file);
        let denied = world.policy.walk(&bob).check(Op::Open, Some(file));
        let words = denied.unwrap_err().explain("/f").to_string();
        assert!(words.contains(says), "{words}");
    }
}

#[test]
fn a_permit_for_a_file_that_was_not_there_opens_nothing() {
    let world = world(Dialect::HDFS, 0o777, 0o777);
    let (alice, staff) = (user("alice"), group("staff"));
    let directory = Attrs::new(Kind::Directory, &alice, &staff, &world.directory);
    let file = Attrs::new(Kind::File, &alice, &staff, &world.file);
    let subject = world.subject("bob", &[]);
    let walk = world.policy.walk(&subject).enter(directory).unwrap();
    for (op, missing, there) in [
        (Op::Open, Perm::NONE, Perm::READ),
        (Op::Append, Perm::NONE, Perm::WRITE),
        (Op::Create, Perm::WRITE, Perm::WRITE),
    ] {
        assert_eq!(
            walk.check(op, None).unwrap().data_rights(),
            missing,
            "{op:?}"
        );
        assert_eq!(walk.check(op, Some(file)).unwrap().data_rights(), there);
    }
}

#[test]
fn an_outside_authorizer_is_told_which_inode_of_a_tree_is_meant() {
    let policy = Policy::new(Dialect::HDFS).with_authorizer(|question| match question.path {
        Some("/d/keep/f") => Opinion::Deny,
        _ => Opinion::NotDetermined,
    });
    let (bob, staff) = (user("bob"), group("staff"));
    let open = Protection::from(Mode::from_bits(0o777));
    let inode = |kind| Attrs::new(kind, &bob, &staff, &open);
    let directory = inode(Kind::Directory);
    let subject = Subject::asserted(bob.clone(), Groups::default(), Mechanism::Simple);
    let walk = policy.walk(&subject).along("/d").enter(directory).unwrap();
    let tree = walk.check_tree(Op::Delete, directory, true).unwrap();
    tree.along("/d/keep")
        .check(directory, directory, true)
        .unwrap();
    let file = tree.along("/d/keep/f");
    let denied = file.check(directory, inode(Kind::File), false).unwrap_err();
    assert_eq!(denied.depth(), None);
    assert_eq!(
        denied.message("/d/keep/f").to_string(),
        "Permission denied: user=bob, access=NONE, inode=\"/d/keep/f\""
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

/// Every denial by an ACL of a small world names entries that would mend it, and they do.
#[test]
fn a_remedy_allows_what_was_denied_and_takes_nothing_away() {
    let (alice, staff) = (user("alice"), group("staff"));
    let specs = [
        "",
        "user:bob:r--",
        "user:bob:rwx,mask::---",
        "group:g1:r--,group:g2:-w-",
        "user:eve:rwx,group:g1:rw-,mask::r--",
        "mask::-w-",
    ];
    let mut mended = 0;
    for (dialect, mode, spec) in DIALECTS.into_iter().flat_map(|dialect| {
        (0..512).flat_map(move |mode| specs.map(move |spec| (dialect, mode, spec)))
    }) {
        let mut world = world(dialect, 0o755, mode);
        if !spec.is_empty() {
            let spec = AclSpec::parse(spec, &dialect).unwrap();
            world.file = world.file.modify(&spec, Kind::File, &dialect).unwrap();
        }
        for (who, groups) in [
            ("alice", &[][..]),
            ("bob", &["staff"]),
            ("carol", &["g1", "g2"]),
        ] {
            let subject = world.subject(who, groups);
            let check = |protection: &Protection, wanted| {
                let file = Attrs::new(Kind::File, &alice, &staff, protection);
                let answer = world
                    .policy
                    .walk(&subject)
                    .check(Op::CheckAccess(wanted), Some(file));
                answer
                    .map(|_| ())
                    .map_err(|denied| denied.remedy().unwrap())
            };
            let before = world.policy.effective(
                &subject,
                Attrs::new(Kind::File, &alice, &staff, &world.file),
            );
            for wanted in (1..8).map(Perm::from_bits) {
                let Err(remedy) = check(&world.file, wanted) else {
                    continue;
                };
                let after = world.file.modify(&remedy, Kind::File, &dialect).unwrap();
                let case = format!(
                    "{} {mode:o} {spec:?} {who} {wanted}: {remedy}",
                    dialect.name
                );
                assert_eq!(check(&after, wanted | before), Ok(()), "{case}");
                mended += 1;
            }
        }
    }
    assert!(mended > 10_000, "{mended}");
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
         to ---; user:bob:r--,mask::r-- in its ACL would allow it"
    );
    assert!(size_of::<Denied<'_>>() <= 128);
    assert!(size_of::<Denied<'_>>() <= 128);
    let posix = Policy::new(Dialect::POSIX);
    let denied = posix
        .walk(&subject)
        .check(Op::Open, Some(file))
        .unwrap_err();
    assert_eq!(
        denied.explain("/").to_string(),
        "bob (via yarn) may not open /: / must grant r--, but the entry for others grants ---, for the empty mask hides the \
         named entries; user:bob:r--,mask::r-- in its ACL would allow it"
    );
}
