//! How long keys and tokens live.

use std::time::Duration;

use thiserror::Error;

/// Why a set of lifetimes cannot work.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyPolicyError {
    /// A lifetime below one second: every token or key would be born expired.
    #[error("{which} is shorter than one second")]
    Zero {
        /// Which lifetime.
        which: &'static str,
    },
    /// A token could outlive the key that verifies it.
    #[error(
        "grace of {grace:?} is shorter than the token life of {token_life:?} and the clock skew of {skew:?} together"
    )]
    ShortGrace {
        /// The grace given.
        grace: Duration,
        /// The token life given.
        token_life: Duration,
        /// The clock skew given.
        skew: Duration,
    },
}

/// Lifetimes that fit each other: no token outlives its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyPolicy {
    key_life: Duration,
    token_life: Duration,
    grace: Duration,
}

impl KeyPolicy {
    /// Alluxio's defaults: keys rotate daily, tokens live one hour, an old key is accepted for a quarter of its life.
    pub const ALLUXIO: Self = Self {
        key_life: Duration::from_secs(24 * 3600),
        token_life: Duration::from_secs(3600),
        grace: Duration::from_secs(6 * 3600),
    };

    /// Keys issue tokens for `key_life`, tokens live for `token_life`, and a key verifies for `grace` after it stopped
    /// issuing. `skew` is by how much the clocks of the servers may differ. Parts of a second are dropped.
    ///
    /// # Errors
    ///
    /// [`KeyPolicyError`] for a lifetime under one second, and for a grace shorter than `token_life` and `skew` together.
    pub fn new(
        key_life: Duration,
        token_life: Duration,
        grace: Duration,
        skew: Duration,
    ) -> Result<Self, KeyPolicyError> {
        for (which, life) in [("key life", key_life), ("token life", token_life)] {
            if life.as_secs() == 0 {
                return Err(KeyPolicyError::Zero { which });
            }
        }
        if grace < token_life.saturating_add(skew) {
            return Err(KeyPolicyError::ShortGrace {
                grace,
                token_life,
                skew,
            });
        }
        Ok(Self {
            key_life,
            token_life,
            grace,
        })
    }

    pub(super) const fn key_life(&self) -> u64 {
        self.key_life.as_secs()
    }

    pub(super) const fn token_life(&self) -> u64 {
        self.token_life.as_secs()
    }

    pub(super) const fn grace(&self) -> u64 {
        self.grace.as_secs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes_that_cannot_work_are_refused() {
        let s = Duration::from_secs;
        assert!(KeyPolicy::new(s(100), s(10), s(11), s(1)).is_ok());
        assert_eq!(
            KeyPolicy::new(s(0), s(10), s(11), s(1)),
            Err(KeyPolicyError::Zero { which: "key life" })
        );
        assert_eq!(
            KeyPolicy::new(s(100), s(0), s(11), s(1)),
            Err(KeyPolicyError::Zero {
                which: "token life"
            })
        );
        assert!(matches!(
            KeyPolicy::new(s(100), s(10), s(10), s(1)),
            Err(KeyPolicyError::ShortGrace { .. })
        ));
        assert!(KeyPolicy::new(s(100), s(10), Duration::MAX, Duration::MAX).is_ok());
    }
}
