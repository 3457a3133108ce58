//! What a reloader says about itself, for logs and metrics.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use super::super::TlsError;
use super::super::files::Expiry;

/// What a [`Reloader`](super::Reloader) serves, and what keeps it from serving what lies in the files.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Status {
    /// How often something was loaded: 1 after the start, and one more with each swap.
    pub generation: u64,
    /// When what is served was loaded.
    pub loaded_at: SystemTime,
    /// Why the files as they are now are not served. `None` if they are.
    pub failure: Option<Failure>,
    /// When the first certificate expires of the chains that [`KeySource::identity`](crate::tls::KeySource::identity)
    /// loaded for what is served.
    pub expires: Option<SystemTime>,
    /// When the first certificate or revocation list expires that
    /// [`TrustSource::trust`](crate::tls::TrustSource::trust) loaded.
    pub trust_expires: Option<SystemTime>,
}

/// Why the files as they are now are not served. Shown as one line with its causes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Failure {
    /// What the last attempt said.
    pub error: Arc<TlsError>,
    /// When the first of these attempts was made.
    pub since: SystemTime,
    /// How many attempts have failed since then.
    pub attempts: u64,
}

impl Status {
    pub(super) const fn loaded(generation: u64, now: SystemTime, expiry: Expiry) -> Self {
        Self {
            generation,
            loaded_at: now,
            failure: None,
            expires: expiry.identity,
            trust_expires: expiry.trust,
        }
    }

    /// The same after one more attempt that failed.
    pub(super) fn failed(&self, now: SystemTime, error: Arc<TlsError>) -> Self {
        let (since, attempts) = self
            .failure
            .as_ref()
            .map_or((now, 0), |failure| (failure.since, failure.attempts));
        Self {
            failure: Some(Failure {
                error,
                since,
                attempts: attempts.saturating_add(1),
            }),
            ..self.clone()
        }
    }

    /// The same without a failure.
    pub(super) fn recovered(&self) -> Self {
        Self {
            failure: None,
            ..self.clone()
        }
    }

    /// Seconds until [`expires`](Self::expires), negative afterwards.
    #[must_use]
    pub fn seconds_to_expiry(&self, now: SystemTime) -> Option<i64> {
        self.expires.map(|expires| seconds(now, expires))
    }

    /// Seconds until [`trust_expires`](Self::trust_expires), negative afterwards.
    #[must_use]
    pub fn seconds_to_trust_expiry(&self, now: SystemTime) -> Option<i64> {
        self.trust_expires.map(|expires| seconds(now, expires))
    }
}

fn seconds(from: SystemTime, to: SystemTime) -> i64 {
    let seconds = |duration: std::time::Duration| i64::try_from(duration.as_secs());
    match to.duration_since(from) {
        Ok(left) => seconds(left).unwrap_or(i64::MAX),
        Err(past) => seconds(past.duration()).map_or(i64::MIN, |past| -past),
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.error)?;
        let mut cause = self.error.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
