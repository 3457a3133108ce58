//! Nothing is allocated on the request path: checks, denials, verified and refused capabilities, the current configuration,
//! impersonation.

use std::alloc::System;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use bailiwick::acl::{AclSpec, Dialect, Kind, Mode, Perm, Protection};
use bailiwick::authz::{
    AccessList, Attrs, GroupMapping, GroupsUnavailable, HostNames, Impersonation, Op, Opinion,
    Policy, Prohibited, Resolver,
};
use bailiwick::capability::{Issuer, KeyPolicy, Keyring, Verifier};
use bailiwick::identity::{
    GroupName, GroupRef, Groups, Mechanism, Principal, Subject, UserName, UserRef,
};
use bailiwick::tls::Reloader;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn subject(policy: &Policy, user: &str) -> Subject {
    let groups: Groups = (0..16)
        .map(|n| GroupName::new(&format!("g{n}")).unwrap())
        .collect();
    policy.admit(Subject::asserted(
        UserName::new(user).unwrap(),
        groups,
        Mechanism::Simple,
    ))
}

/// Allocations of what runs, on a process that does nothing else.
fn allocations(work: impl FnOnce()) -> usize {
    let region = Region::new(ALLOCATOR);
    work();
    region.change().allocations
}

/// Denials on the way, by ownership, by the sticky bit and by an outside authorizer; trees, listings, effective permissions.
fn denials_and_the_rest(policy: &Policy, bob: &Subject, directory: &Protection, file: &Protection) {
    let (root, root_group) = (
        UserName::new("root").unwrap(),
        GroupName::new("root").unwrap(),
    );
    let mode = |kind, bits| Attrs::from_mode(kind, &root, &root_group, Mode::from_bits(bits));
    let open = Attrs::new(Kind::Directory, &root, &root_group, directory);
    let (closed, sticky) = (mode(Kind::Directory, 0o700), mode(Kind::Directory, 0o1777));
    let target = Attrs::new(Kind::File, &root, &root_group, file);
    let outside = policy
        .clone()
        .with_authorizer(|question| match question.op {
            Some(Op::Append) => Opinion::Deny,
            _ => Opinion::NotDetermined,
        });
    let listed = [target; 100];
    let count = allocations(|| {
        assert!(policy.walk(bob).enter(closed).is_err());
        let walk = policy.walk(bob).enter(open).unwrap();
        assert!(walk.check(Op::SetAcl, Some(target)).is_err());
        let in_sticky = policy.walk(bob).enter(sticky).unwrap();
        let sticky_counts = policy.dialect().sticky;
        let deleted = in_sticky.check(Op::Delete, Some(target));
        assert_eq!(deleted.is_err(), sticky_counts);
        let tree = in_sticky
            .check_tree(Op::ContentSummary, open, true)
            .unwrap();
        assert!(tree.check(open, closed, true).is_err());
        assert_eq!(
            walk.check_each(Op::Open, listed)
                .filter(Result::is_ok)
                .count(),
            100
        );
        assert_eq!(policy.effective(bob, target), Perm::READ);
        assert!(outside.walk(bob).check(Op::Append, Some(target)).is_err());
        assert!(
            outside
                .walk(bob)
                .along("/f")
                .check(Op::Open, Some(target))
                .is_ok()
        );
    });
    assert_eq!(count, 0, "{}", policy.dialect().name);
}

/// What each connection asks for.
fn the_configuration_that_is_served() {
    let reloader = Reloader::new(SystemTime::now(), |_| Ok(7)).unwrap();
    drop(reloader.current()); // a thread's first load prepares itself
    let count = allocations(|| assert_eq!(*reloader.current(), 7));
    assert_eq!(count, 0);
}

/// Allowed by a user, a group, a network and a host name, refused by each, and prohibited; and who may use a service.
fn acting_for_others() {
    let rules = [
        ("p.yarn.users", "alice,zoe"),
        ("p.yarn.groups", "staff,g15"),
        ("p.yarn.hosts", "10.0.0.0/8,gw1"),
        ("p.guest.users", "*"),
        ("p.guest.hosts", "*"),
    ];
    let rules = Impersonation::hadoop("p", rules).unwrap();
    let names = HostNames::new(|_| Ok(vec![[192, 0, 2, 1].into()]));
    names.refresh(rules.host_lists(), Instant::now());
    let user = |name| UserName::new(name).unwrap();
    let groups = (0..16).map(|n| GroupName::new(&format!("g{n}")).unwrap());
    let prohibited = Prohibited::default().as_user(user("zoe"));
    let resolver = Resolver::new(Arc::new(Cached(groups.collect())), rules).prohibiting(prohibited);
    let policy = Policy::new(Dialect::HDFS).with_super_user(user("hdfs"));
    let list: AccessList = "bob g15".parse().unwrap();
    let principal = |name| Principal::asserted(user(name), Mechanism::Simple);
    let (yarn, guest) = (principal("yarn"), principal("guest"));
    let (alice, bob, zoe, hdfs) = (user("alice"), user("bob"), user("zoe"), user("hdfs"));
    let near = Some([10, 1, 1, 1].into());
    let resolve = |real, target, peer| resolver.resolve(&policy, real, Some(target), peer);
    let _ = resolve(&yarn, &alice, near); // a thread's first load prepares itself
    for (real, target, peer, allowed) in [
        (&yarn, &alice, near, true),
        (&yarn, &bob, near, true),
        (&yarn, &bob, Some([192, 0, 2, 1].into()), true),
        (&yarn, &bob, Some([192, 0, 2, 2].into()), false),
        (&yarn, &bob, None, false),
        (&guest, &bob, None, true),
        (&yarn, yarn.name(), None, true),
        (&guest, &zoe, near, false),
        (&guest, &hdfs, near, false),
        (&principal("carol"), &bob, near, false),
    ] {
        let count = allocations(|| match resolve(real, target, peer) {
            Ok(subject) => {
                assert!(allowed, "{target}");
                assert!(list.allows(&subject));
            }
            Err(error) => {
                assert!(!allowed, "{target}");
                drop(error);
            }
        });
        assert_eq!(count, 0, "{target} {peer:?}");
    }
}

/// Groups as a cache hands them out.
struct Cached(Groups);

impl GroupMapping for Cached {
    fn groups(&self, _: &UserName) -> Result<Groups, GroupsUnavailable> {
        Ok(self.0.clone())
    }
}

#[test]
fn the_request_path_allocates_nothing() {
    let spec: Vec<_> = (8..24).map(|n| format!("group:g{n}:r--")).collect();
    let spec = spec.join(",");
    for dialect in [Dialect::ALLUXIO, Dialect::HDFS, Dialect::POSIX] {
        let policy = Policy::new(dialect);
        let directory = Protection::from(Mode::from_bits(0o755));
        let spec = AclSpec::parse(&spec, &dialect).unwrap();
        let file = Protection::from(Mode::from_bits(0o600))
            .modify(&spec, Kind::File, &dialect)
            .unwrap();
        let bob = subject(&policy, "bob");
        let check = |op, granted| {
            let count = allocations(|| {
                // Names as plain text, as a service may store them.
                let (root, root_group) = (
                    UserRef::new("root").unwrap(),
                    GroupRef::new("root").unwrap(),
                );
                let inode = |kind, protection| Attrs::new(kind, root, root_group, protection);
                let mut walk = policy.walk(&bob);
                for _ in 0..6 {
                    walk = walk.enter(inode(Kind::Directory, &directory)).unwrap();
                }
                assert_eq!(
                    walk.check(op, Some(inode(Kind::File, &file))).is_ok(),
                    granted
                );
            });
            assert_eq!(count, 0, "{} {op:?}", policy.dialect().name);
        };
        check(Op::Open, true);
        check(Op::Append, false);

        denials_and_the_rest(&policy, &bob, &directory, &file);

        let now = SystemTime::now();
        let keyring = Keyring::generate(KeyPolicy::ALLUXIO, now).unwrap();
        let verifier = Verifier::new();
        verifier.install(&keyring.export(), now);
        let attrs = Attrs::from_mode(
            Kind::File,
            bob.user(),
            GroupRef::new("g1").unwrap(),
            Mode::from_bits(0o600),
        );
        let permit = policy.walk(&bob).check(Op::Open, Some(attrs)).unwrap();
        let token = Issuer::new(&keyring)
            .issue(&permit, b"block 1", Perm::READ, now)
            .unwrap();
        let _ = verifier.check(&token, b"block 1", Perm::READ, now); // a thread's first load prepares itself
        for (resource, right, granted) in [
            (b"block 1", Perm::READ, true),
            (b"block 2", Perm::READ, false),
            (b"block 1", Perm::WRITE, false),
        ] {
            let count = allocations(|| {
                let checked = verifier.check(&token, resource, right, now);
                assert_eq!(checked.is_ok(), granted);
            });
            assert_eq!(count, 0, "{right}");
        }
    }
    the_configuration_that_is_served();
    acting_for_others();
    assert!(
        allocations(|| drop(std::hint::black_box(Box::new(1)))) > 0,
        "the allocator counts"
    );
}
