//! What is known of a provider's keys, for logs and metrics.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

/// The keys that count, and what keeps them from being renewed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct JwksStatus {
    /// How often other keys than before were fetched: 0 before the first success.
    pub generation: u64,
    /// When the provider last gave its keys, the same or others.
    pub fetched_at: Option<SystemTime>,
    /// Why the last attempt gave none. `None` if it did.
    pub failure: Option<JwksFailure>,
    /// The keys that count, each with its id and what it is.
    pub keys: Arc<[String]>,
    /// Keys of the provider that cannot be used, each with the reason.
    pub passed_over: Arc<[String]>,
}

/// Why the provider's keys could not be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct JwksFailure {
    /// What the last attempt said.
    pub reason: Arc<str>,
    /// When the first of these attempts failed.
    pub since: SystemTime,
    /// How many have failed since then.
    pub attempts: u64,
}

impl fmt::Display for JwksFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}
