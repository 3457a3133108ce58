//! Nothing is allocated on the request path: checks, denials, verified and refused capabilities.

use std::alloc::System;
use std::time::SystemTime;

use bailiwick::acl::{AclSpec, Dialect, Kind, Mode, Perm, Protection};
use bailiwick::authz::{Attrs, Op, Policy};
use bailiwick::capability::{Issuer, KeyPolicy, Keyring, Verifier};
use bailiwick::identity::{GroupName, GroupRef, Groups, Mechanism, Subject, UserName, UserRef};
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
    assert!(
        allocations(|| drop(std::hint::black_box(Box::new(1)))) > 0,
        "the allocator counts"
    );
}
