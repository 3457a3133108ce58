//! Rotation, distribution and refusal, on a clock of the test's own.

use std::time::{Duration, SystemTime};

use super::*;
use crate::acl::{Dialect, Kind, Mode, Perm};
use crate::authz::{Attrs, Op, Policy};
use crate::identity::{GroupName, Groups, Mechanism, Subject, UserName};

const START: Duration = Duration::from_secs(1_000_000);

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + START + Duration::from_secs(seconds)
}

/// Keys issue for 100 seconds, tokens live for 10, old keys verify for 20.
fn keyring() -> Keyring {
    let s = Duration::from_secs;
    Keyring::generate(KeyPolicy::new(s(100), s(10), s(20), s(10)).unwrap(), at(0)).unwrap()
}

/// Issues a token after a real check of `op` on alice's file, as alice via yarn.
fn issue(issuer: &Issuer, op: Op<'_>, right: Perm, now: SystemTime) -> Result<String, IssueError> {
    let (alice, staff) = (
        UserName::new("alice").unwrap(),
        GroupName::new("staff").unwrap(),
    );
    let policy = Policy::new(Dialect::HDFS);
    let subject = Subject::asserted(alice.clone(), Groups::default(), Mechanism::Simple);
    let subject = policy.admit(subject.via(UserName::new("yarn").unwrap()));
    let file = Attrs::from_mode(Kind::File, &alice, &staff, Mode::from_bits(0o600));
    let permit = policy.walk(&subject).check(op, Some(file)).unwrap();
    issuer.issue(&permit, b"block 1", right, now)
}

fn verifier(keyring: &Keyring, now: SystemTime) -> Verifier {
    let verifier = Verifier::new();
    let sent = KeyUpdate::from_bytes(&keyring.export().to_bytes()).unwrap();
    verifier.install(&sent, now);
    verifier
}

fn check(verifier: &Verifier, token: &str, now: SystemTime) -> Result<Grant, Rejected> {
    verifier.check(token, b"block 1", Perm::READ, now)
}

#[test]
fn a_token_says_for_whom_and_lives_as_long_as_it_should() {
    let keyring = keyring();
    let verifier = verifier(&keyring, at(0));
    let token = issue(&Issuer::new(&keyring), Op::Open, Perm::READ, at(5)).unwrap();
    let grant = check(&verifier, &token, at(15)).unwrap();
    assert_eq!((grant.user(), grant.real_user()), ("alice", Some("yarn")));
    assert_eq!(
        check(&verifier, &token, at(16)).unwrap_err(),
        Rejected::Expired { ago: 1 }
    );
    assert_eq!(
        check(&Verifier::new(), &token, at(5))
            .unwrap_err()
            .to_string()
            .split(' ')
            .next(),
        Some("capability")
    );
    assert_eq!(
        verifier
            .check(&token, b"block 1", Perm::NONE, at(5))
            .unwrap_err(),
        Rejected::Insufficient {
            granted: Perm::READ,
            wanted: Perm::NONE
        }
    );
}

#[test]
fn a_token_is_for_one_resource() {
    let keyring = keyring();
    let verifier = verifier(&keyring, at(0));
    let token = issue(&Issuer::new(&keyring), Op::Open, Perm::READ, at(0)).unwrap();
    for other in [&b"block 2"[..], b"block 1\0", b"block", b""] {
        let refused = verifier
            .check(&token, other, Perm::READ, at(0))
            .unwrap_err();
        assert_eq!(refused, Rejected::WrongResource);
    }
}

#[test]
fn a_permit_bounds_the_rights() {
    let keyring = keyring();
    let issuer = Issuer::new(&keyring);
    for (op, right, covered) in [
        (Op::Open, Perm::READ, true),
        (Op::Open, Perm::WRITE, false),
        (Op::Open, Perm::READ | Perm::WRITE, false),
        (Op::Open, Perm::NONE, false),
        (Op::Append, Perm::WRITE, true),
        (Op::GetStatus, Perm::READ, false),
        (Op::CheckAccess(Perm::READ), Perm::READ, false),
    ] {
        assert_eq!(
            issue(&issuer, op, right, at(0)).is_ok(),
            covered,
            "{op:?} {right}"
        );
    }
}

#[test]
fn a_worker_that_missed_a_rotation_still_verifies() {
    let mut keyring = keyring();
    let verifier = verifier(&keyring, at(0));
    assert!(!keyring.rotation_is_due(at(99)) && keyring.rotation_is_due(at(100)));
    let issuer = Issuer::new(&keyring);
    assert!(matches!(
        issue(&issuer, Op::Open, Perm::READ, at(101)),
        Err(IssueError::KeyExpired { .. })
    ));
    let old = issue(&issuer, Op::Open, Perm::READ, at(100)).unwrap();
    keyring.rotate(at(100)).unwrap();
    issuer.install(&keyring);
    let new = issue(&issuer, Op::Open, Perm::READ, at(100)).unwrap();
    // The worker has heard nothing, and knows the next key all the same.
    assert!(check(&verifier, &old, at(110)).is_ok() && check(&verifier, &new, at(110)).is_ok());
    // Two rotations later it does not.
    keyring.rotate(at(200)).unwrap();
    issuer.install(&keyring);
    let newest = issue(&issuer, Op::Open, Perm::READ, at(200)).unwrap();
    assert!(matches!(
        check(&verifier, &newest, at(200)),
        Err(Rejected::UnknownKey { .. })
    ));
    verifier.install(&keyring.export(), at(200));
    assert!(check(&verifier, &newest, at(200)).is_ok());
    assert!(
        matches!(
            check(&verifier, &old, at(200)),
            Err(Rejected::UnknownKey { .. })
        ),
        "old keys are dropped"
    );
}

#[test]
fn an_old_key_ends_with_its_grace() {
    let mut keyring = keyring();
    let token = issue(&Issuer::new(&keyring), Op::Open, Perm::READ, at(100)).unwrap();
    keyring.rotate(at(50)).unwrap(); // early, so that its grace ends at 70
    let verifier = verifier(&keyring, at(50));
    assert!(check(&verifier, &token, at(70)).is_ok());
    assert!(matches!(
        check(&verifier, &token, at(71)),
        Err(Rejected::KeyExpired { .. })
    ));
}

#[test]
fn updates_of_two_servers_add_up() {
    let (one, two) = (keyring(), keyring());
    let verifier = verifier(&one, at(0));
    verifier.install(&two.export(), at(0));
    for keyring in [&one, &two] {
        let token = issue(&Issuer::new(keyring), Op::Open, Perm::READ, at(0)).unwrap();
        assert!(check(&verifier, &token, at(0)).is_ok());
    }
}

#[test]
fn every_single_bit_counts() {
    let keyring = keyring();
    let verifier = verifier(&keyring, at(0));
    let token = issue(&Issuer::new(&keyring), Op::Open, Perm::READ, at(0)).unwrap();
    for bit in 0..token.len() * 8 {
        let mut changed = token.clone().into_bytes();
        changed[bit / 8] ^= 1 << (bit % 8);
        if let Ok(changed) = String::from_utf8(changed) {
            assert!(check(&verifier, &changed, at(0)).is_err(), "bit {bit}");
        }
    }
    for end in 0..token.len() {
        assert!(
            check(&verifier, &token[..end], at(0)).is_err(),
            "cut at {end}"
        );
    }
    assert!(check(&verifier, &format!("{token}A"), at(0)).is_err());
    assert!(check(&verifier, &"A".repeat(1 << 20), at(0)).is_err());
}

#[test]
fn key_updates_are_read_whole_or_not_at_all_and_tell_nobody() {
    let update = keyring().export();
    let bytes = update.to_bytes();
    assert!(
        (0..bytes.len())
            .all(|end| KeyUpdate::from_bytes(&bytes[..end]).is_err()
                || (end - 1) % 56 == 0 && end > 1)
    );
    assert!(KeyUpdate::from_bytes(&[2]).is_err());
    let secret: Vec<_> = bytes[9..41].iter().map(|byte| format!("{byte}")).collect();
    assert!(!format!("{update:?} {:?}", keyring()).contains(&secret.join(", ")));
    assert!(format!("{update:?}").starts_with("[Key("));
}
