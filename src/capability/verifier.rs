//! Verifying tokens on a worker.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use thiserror::Error;

use super::key::{Key, KeyId, MacKey};
use super::wire::Token;
use super::{KeyUpdate, seconds};
use crate::acl::Perm;

/// Why a token was refused. `Copy`: refusing costs no more than accepting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Rejected {
    /// It is no token.
    #[error("capability is malformed")]
    Malformed,
    /// It names a key that this verifier does not have: forged, older than the grace, or the worker missed a key update.
    #[error("capability key {key} is unknown")]
    UnknownKey {
        /// The key that it names.
        key: KeyId,
    },
    /// Its key is past its grace.
    #[error("capability key {key} has expired")]
    KeyExpired {
        /// The key that it names.
        key: KeyId,
    },
    /// Its MAC does not hold: changed on the way, or made without the key.
    #[error("capability is forged")]
    Forged,
    /// Its time is over.
    #[error("capability expired {ago} seconds ago")]
    Expired {
        /// How long ago.
        ago: u64,
    },
    /// It is for another resource.
    #[error("capability is for another resource")]
    WrongResource,
    /// It does not cover the right.
    #[error("capability grants {granted}, but {wanted} is needed")]
    Insufficient {
        /// What it covers.
        granted: Perm,
        /// What was asked for.
        wanted: Perm,
    },
}

/// A token that was verified.
#[derive(Clone)]
pub struct Grant {
    token: Token,
}

impl Grant {
    fn text(&self, pick: impl for<'a> Fn(super::wire::Claims<'a>) -> &'a str) -> &str {
        self.token.claims().map_or("", pick)
    }

    /// For whom it was issued.
    #[must_use]
    pub fn user(&self) -> &str {
        self.text(|claims| claims.user)
    }

    /// Who logged in, if another.
    #[must_use]
    pub fn real_user(&self) -> Option<&str> {
        Some(self.text(|claims| claims.real)).filter(|real| !real.is_empty())
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant")
            .field("user", &self.user())
            .field("real_user", &self.real_user())
            .finish_non_exhaustive()
    }
}

/// Verifies tokens with the keys it was sent. Share it behind an `Arc`; checks take no lock and allocate nothing.
#[derive(Default)]
pub struct Verifier {
    keys: ArcSwap<Vec<Verifying>>,
}

#[derive(Clone)]
struct Verifying {
    id: KeyId,
    mac: MacKey,
    accept_until: u64,
}

impl Verifier {
    /// A verifier without keys, which refuses everything.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes over the keys of an update. Keys held already and not expired stay, so updates of several metadata servers
    /// add up.
    pub fn install(&self, update: &KeyUpdate, now: SystemTime) {
        let now = seconds(now);
        let arrived = |id| update.keys.iter().any(|key: &Key| key.id == id);
        self.keys.rcu(|held| {
            let kept = held
                .iter()
                .filter(|key| !arrived(key.id) && key.accept_until >= now)
                .cloned();
            let new = update.keys.iter().map(|key| Verifying {
                id: key.id,
                mac: key.mac(),
                accept_until: key.accept_until,
            });
            Arc::new(kept.chain(new).collect::<Vec<_>>())
        });
    }

    /// Whether `token` lets its bearer use `right` on `resource` now. The MAC is checked before anything else that the
    /// token says.
    ///
    /// # Errors
    ///
    /// [`Rejected`].
    pub fn check(
        &self,
        token: &str,
        resource: &[u8],
        right: Perm,
        now: SystemTime,
    ) -> Result<Grant, Rejected> {
        let token = Token::decode(token).ok_or(Rejected::Malformed)?;
        let id = token.key().ok_or(Rejected::Malformed)?;
        let (signed, mac) = token.split().ok_or(Rejected::Malformed)?;
        let keys = self.keys.load();
        let key = keys
            .iter()
            .find(|key| key.id == id)
            .ok_or(Rejected::UnknownKey { key: id })?;
        if !key.mac.verify(signed, mac) {
            return Err(Rejected::Forged);
        }
        let now = seconds(now);
        if now > key.accept_until {
            return Err(Rejected::KeyExpired { key: id });
        }
        let claims = token.claims().ok_or(Rejected::Malformed)?;
        if now > claims.expires {
            return Err(Rejected::Expired {
                ago: now - claims.expires,
            });
        }
        if claims.resource != resource {
            return Err(Rejected::WrongResource);
        }
        if right == Perm::NONE || !claims.rights.contains(right) {
            return Err(Rejected::Insufficient {
                granted: claims.rights,
                wanted: right,
            });
        }
        Ok(Grant { token })
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.keys.load();
        f.debug_list()
            .entries(keys.iter().map(|key| key.id))
            .finish()
    }
}
