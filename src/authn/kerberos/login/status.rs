//! What a login says about itself, for logs and metrics.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use thiserror::Error;

use super::credentials::Credential;
use super::schedule::{self, BackOff};

/// Why there is no login.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LoginError {
    /// Neither the keytab nor the ticket cache has a credential that the KDC takes. The text begins as upstream's does, and
    /// asks for what upstream asks for.
    #[error("Failed to login: {reason}; provide the keytab file, or login via kinit")]
    NoCredentials {
        /// What was tried, and what is wrong with each.
        reason: String,
    },
    /// The KDC does not answer or has a failure of its own, and the ticket cache holds nothing that is still valid.
    #[error("Failed to login: {reason}")]
    Unavailable {
        /// What was tried, and what is wrong with each.
        reason: String,
    },
    /// The ticket could be had, but lasts no longer than the one before it: nobody has renewed the cache, or the KDC lets
    /// the principal's tickets end at a fixed time.
    #[error("the new ticket of {principal} lasts no longer than the one before it")]
    NotRenewed {
        /// Whose ticket.
        principal: String,
    },
}

impl LoginError {
    /// Whether trying again later may help.
    #[must_use]
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }
}

/// Where a credential came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoginSource {
    /// From the KDC, with the key of the keytab.
    Keytab,
    /// From the ticket cache, where `kinit` or somebody else has put it.
    TicketCache,
}

/// Who is logged in, until when, and what keeps it from being longer.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LoginStatus {
    /// Who is logged in: `alice@EXAMPLE.COM`.
    pub principal: String,
    /// Where the credential came from.
    pub source: LoginSource,
    /// How many credentials there were: 1 after the first login.
    pub generation: u64,
    /// When the current one was acquired.
    pub since: SystemTime,
    /// When it ends.
    pub expires: SystemTime,
    /// When the next attempt is due.
    pub next: SystemTime,
    /// Why the last attempt came to nothing. `None` if it did not.
    pub failure: Option<LoginFailure>,
}

/// Why the last attempts came to nothing.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct LoginFailure {
    /// What the last attempt said.
    pub error: Arc<LoginError>,
    /// When the first of them was made.
    pub since: SystemTime,
    /// How many there were.
    pub attempts: u64,
}

/// Slack in the comparison of two ends of tickets, of which each is known to a second.
const SLACK: Duration = Duration::from_secs(2);

impl LoginStatus {
    /// Whether a credential is worth taking in place of this one's.
    pub(super) fn gives_way_to(&self, credential: &Credential) -> bool {
        use LoginSource::{Keytab, TicketCache};
        let longer = credential.expires > self.expires + SLACK;
        let same = credential.principal == self.principal;
        match (self.source, credential.source) {
            (Keytab, Keytab) | (TicketCache, TicketCache) => longer || !same,
            (TicketCache, Keytab) => true,
            (Keytab, TicketCache) => longer && same,
        }
    }

    /// The same after one more attempt that failed.
    pub(super) fn failing(&self, now: SystemTime, error: LoginError, wait: BackOff) -> Self {
        let (since, attempts) = self
            .failure
            .as_ref()
            .map_or((now, 0), |failure| (failure.since, failure.attempts));
        let attempts = attempts.saturating_add(1);
        Self {
            next: wait.next(now, attempts, schedule::spread()),
            failure: Some(LoginFailure {
                error: Arc::new(error),
                since,
                attempts,
            }),
            ..self.clone()
        }
    }

    /// Whether somebody who was told of `before` wants to be told of this.
    pub(super) fn is_news_after(&self, before: &Self) -> bool {
        let failure = |status: &Self| status.failure.as_ref().map(|failure| failure.error.clone());
        self.generation != before.generation || failure(self) != failure(before)
    }
}
