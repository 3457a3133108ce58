//! Values from a fuzzer's bytes are valid, and reach everything that there is to reach.

use std::collections::{BTreeMap, HashSet};
use std::mem::discriminant;

use arbitrary::{Arbitrary, Unstructured};
use bailiwick::acl::{Acl, AclSpec, Dialect, Kind, Mode, Perm, Protection, Scope};
use bailiwick::authz::{Attrs, Because, Op, Policy, Reason};
use bailiwick::identity::{GroupName, Subject, UserName};

/// Bytes without a pattern, the same every time.
fn bytes() -> Vec<u8> {
    let mut state = 1_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(1_000_000).collect()
}

/// As many values as the bytes hold.
fn values<'a, T: Arbitrary<'a>>(bytes: &'a [u8]) -> Vec<T> {
    let mut u = Unstructured::new(bytes);
    let mut all = Vec::new();
    while !u.is_empty() {
        all.push(T::arbitrary(&mut u).unwrap());
    }
    all
}

#[test]
fn names_meet_and_are_sometimes_new() {
    let bytes = bytes();
    let names: Vec<UserName> = values(&bytes);
    let mut count = BTreeMap::<_, usize>::new();
    for name in &names {
        *count.entry(name).or_default() += 1;
    }
    let common = count
        .values()
        .filter(|count| **count > names.len() / 10)
        .count();
    assert_eq!(common, 4, "{count:?}");
    assert!(count.len() > 100, "{count:?}");
}

#[test]
fn acls_and_specs_are_valid_in_every_dialect_and_of_every_shape() {
    let bytes = bytes();
    let mut shapes = HashSet::new();
    for acl in values::<Acl>(&bytes) {
        let entries = acl.entries(Scope::Access, &Dialect::POSIX);
        assert!(entries.len() <= Dialect::HDFS.max_entries.unwrap());
        assert_eq!(Acl::from_entries(entries.clone()), Ok(acl.clone()));
        shapes.insert((acl.is_extended(), entries.len().min(6)));
    }
    assert_eq!(
        shapes.len(),
        4,
        "minimal, a mask alone, one named entry, more: {shapes:?}"
    );
    for spec in values::<AclSpec>(&bytes) {
        assert_eq!(
            AclSpec::new(spec.entries().iter().cloned()),
            Ok(spec.clone())
        );
        for dialect in [Dialect::ALLUXIO, Dialect::HDFS, Dialect::POSIX] {
            if !spec.entries().is_empty() {
                assert_eq!(
                    AclSpec::parse(&spec.text(&dialect), &dialect),
                    Ok(spec.clone())
                );
            }
        }
    }
    let kinds: HashSet<(bool, bool)> = values::<Protection>(&bytes)
        .iter()
        .map(|protection| (protection.default_acl().is_some(), protection.is_sticky()))
        .collect();
    assert_eq!(kinds.len(), 4);
}

#[test]
fn subjects_end_at_every_class_with_either_answer() {
    type Case = (
        Dialect,
        Subject,
        UserName,
        GroupName,
        Protection,
        Kind,
        Perm,
    );
    let bytes = bytes();
    let mut reached = HashSet::new();
    for case in values::<Case>(&bytes) {
        let (dialect, subject, owner, group, protection, kind, wanted) = case;
        assert!(!subject.is_super_user());
        let policy = Policy::new(dialect);
        let inode = Attrs::new(kind, &owner, &group, &protection);
        let answer = policy
            .walk(&subject)
            .check(Op::CheckAccess(wanted), Some(inode));
        reached.insert(match answer {
            Ok(permit) => match permit.because() {
                Because::Entry(class) => (true, Some(class)),
                _ => (true, None),
            },
            Err(denied) => match denied.reason() {
                Reason::Bits { verdict, .. } => (false, Some(verdict.class())),
                other => panic!("{other:?}"),
            },
        });
    }
    assert_eq!(
        reached.len(),
        9,
        "four classes, two answers, and nothing asked for: {reached:?}"
    );
}

#[test]
fn every_bit_and_every_operation_comes_up() {
    let bytes = bytes();
    assert_eq!(
        values::<Perm>(&bytes)
            .into_iter()
            .collect::<HashSet<_>>()
            .len(),
        8
    );
    assert_eq!(
        values::<Mode>(&bytes)
            .into_iter()
            .collect::<HashSet<_>>()
            .len(),
        0o2000
    );
    let ops = values::<Op<'_>>(&bytes);
    assert_eq!(
        ops.iter().map(discriminant).collect::<HashSet<_>>().len(),
        16
    );
}

#[test]
fn bytes_that_end_still_make_a_value() {
    let mut u = Unstructured::new(&[]);
    let subject = Subject::arbitrary(&mut u).unwrap();
    assert_eq!(subject.user().as_str(), "alice");
    let protection = Protection::arbitrary(&mut u).unwrap();
    assert_eq!(protection, Protection::from(Mode::from_bits(0)));
    assert_eq!(AclSpec::arbitrary(&mut u).unwrap(), AclSpec::default());
}
