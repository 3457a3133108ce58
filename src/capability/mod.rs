//! Capabilities: tokens that a metadata server mints after a check, and that a worker verifies without any metadata.
//!
//! ```
//! use std::time::{Duration, SystemTime};
//! use bailiwick::acl::{Dialect, Kind, Mode, Perm};
//! use bailiwick::authz::{Attrs, Op, Policy};
//! use bailiwick::capability::{Issuer, KeyPolicy, Keyring, Rejected, Verifier};
//! use bailiwick::identity::{GroupName, Groups, Mechanism, Subject, UserName};
//!
//! let now = SystemTime::now();
//! let keyring = Keyring::generate(KeyPolicy::ALLUXIO, now)?; // on the metadata server
//! let issuer = Issuer::new(&keyring);
//! let verifier = Verifier::new(); // on each worker
//! verifier.install(&keyring.export(), now);
//!
//! let (bob, staff) = (UserName::new("bob")?, GroupName::new("staff")?);
//! let policy = Policy::new(Dialect::ALLUXIO);
//! let subject = policy.admit(Subject::asserted(bob.clone(), Groups::default(), Mechanism::Simple));
//! let file = Attrs::from_mode(Kind::File, &bob, &staff, Mode::from_bits(0o600));
//! let permit = policy.walk(&subject).check(Op::Open, Some(file)).unwrap();
//!
//! let token = issuer.issue(&permit, b"block 7", Perm::READ, now)?;
//! assert!(verifier.check(&token, b"block 7", Perm::READ, now).is_ok());
//! assert_eq!(verifier.check(&token, b"block 8", Perm::READ, now).err(), Some(Rejected::WrongResource));
//! let later = now + Duration::from_secs(3601);
//! assert!(matches!(verifier.check(&token, b"block 7", Perm::READ, later), Err(Rejected::Expired { .. })));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod issuer;
mod key;
mod keyring;
mod policy;
#[cfg(test)]
mod tests;
mod verifier;
mod wire;

pub use issuer::{IssueError, Issuer};
pub use key::KeyId;
pub use keyring::{KeyUpdate, KeyUpdateError, Keyring, RandomUnavailable};
pub use policy::{KeyPolicy, KeyPolicyError};
pub use verifier::{Grant, Rejected, Verifier};

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970; a clock before that counts as 0.
fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
}
