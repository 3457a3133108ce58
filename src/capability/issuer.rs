//! Minting tokens.

use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use thiserror::Error;

use super::key::{KeyId, MacKey};
use super::wire::Claims;
use super::{Keyring, seconds};
use crate::acl::Perm;
use crate::authz::Permit;

/// Why no token was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IssueError {
    /// The permit does not cover the rights, or none were asked for.
    #[error("a token for {wanted} was asked for, but the permit covers {permitted}")]
    NotPermitted {
        /// What was asked for.
        wanted: Perm,
        /// What the permit covers.
        permitted: Perm,
    },
    /// The current key has served its life; rotate the keyring and install it.
    #[error("capability key {key} has served its life and was not rotated")]
    KeyExpired {
        /// The key.
        key: KeyId,
    },
    /// The resource is named by more than 255 bytes.
    #[error("resource name of {length} bytes is longer than 255")]
    ResourceTooLong {
        /// Its length.
        length: usize,
    },
}

/// Mints tokens with the current key of a ring. Share it behind an `Arc`; installing a rotated ring blocks nobody.
pub struct Issuer {
    signing: ArcSwap<Signing>,
}

struct Signing {
    key: KeyId,
    mac: MacKey,
    issue_until: u64,
    token_life: u64,
}

impl Signing {
    fn of(keyring: &Keyring) -> Self {
        let key = keyring.current();
        Self {
            key: key.id,
            mac: key.mac(),
            issue_until: key.issue_until,
            token_life: keyring.policy().token_life(),
        }
    }
}

impl Issuer {
    /// An issuer with the ring's current key.
    #[must_use]
    pub fn new(keyring: &Keyring) -> Self {
        Self {
            signing: ArcSwap::from_pointee(Signing::of(keyring)),
        }
    }

    /// Takes over the current key of a rotated ring. Export the ring to the workers first.
    pub fn install(&self, keyring: &Keyring) {
        self.signing.store(Arc::new(Signing::of(keyring)));
    }

    /// A token that lets its bearer use `rights` on `resource` for one token life from `now`. The permit says for whom, and
    /// that a policy was asked.
    ///
    /// # Errors
    ///
    /// [`IssueError`].
    pub fn issue(
        &self,
        permit: &Permit<'_>,
        resource: &[u8],
        rights: Perm,
        now: SystemTime,
    ) -> Result<String, IssueError> {
        let permitted = permit.data_rights();
        if rights == Perm::NONE || !permitted.contains(rights) {
            return Err(IssueError::NotPermitted {
                wanted: rights,
                permitted,
            });
        }
        let signing = self.signing.load();
        let now = seconds(now);
        if now > signing.issue_until {
            return Err(IssueError::KeyExpired { key: signing.key });
        }
        let subject = permit.subject();
        let claims = Claims {
            key: signing.key,
            expires: now.saturating_add(signing.token_life),
            rights,
            user: subject.user().as_str(),
            real: subject.real_user().map_or("", |real| real.as_str()),
            resource,
        };
        claims
            .encode(|bytes| signing.mac.sign(bytes))
            .ok_or(IssueError::ResourceTooLong {
                length: resource.len(),
            })
    }
}
