//! Why an exchange failed.

use std::borrow::Cow;

use thiserror::Error;

use crate::identity::{NameError, UserName};

/// Why an exchange failed. Its text is for the log; tell the peer [`public`](Self::public).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AuthnError {
    /// The peer sent more at once than [`Limits::input`](super::Limits::input).
    #[error("authentication input of {length} bytes is longer than {limit}")]
    TooLong {
        /// How much it sent.
        length: usize,
        /// How much it may send.
        limit: usize,
    },
    /// The peer sent more in all than [`Limits::total`](super::Limits::total).
    #[error("authentication takes more than {limit} bytes")]
    TooMuch {
        /// How much it may send.
        limit: usize,
    },
    /// The exchange went on for more than [`Limits::rounds`](super::Limits::rounds).
    #[error("authentication takes more than {limit} rounds")]
    TooManyRounds {
        /// How many there may be.
        limit: u32,
    },
    /// What the peer sent is not what the mechanism says.
    #[error("{mechanism} authentication failed: {reason}")]
    Malformed {
        /// Which mechanism.
        mechanism: &'static str,
        /// What is wrong. Nothing secret.
        reason: Cow<'static, str>,
    },
    /// What the peer proved is not enough: wrong password, expired ticket, untrusted token.
    #[error("{mechanism} authentication failed: {reason}")]
    Refused {
        /// Which mechanism.
        mechanism: &'static str,
        /// Why. Nothing secret.
        reason: Cow<'static, str>,
    },
    /// What decides cannot be asked now: a KDC, a key server, a user directory. That is a failure (503), never a refusal.
    #[error("{mechanism} authentication is unavailable: {reason}")]
    Unavailable {
        /// Which mechanism.
        mechanism: &'static str,
        /// What does not answer.
        reason: Cow<'static, str>,
    },
    /// The peer's name is not a user name.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl AuthnError {
    /// What a peer is told.
    pub(super) const UNAVAILABLE: &str = "authentication is unavailable";
    pub(super) const FAILED: &str = "authentication failed";

    /// Whether trying again later may help: answer 503 then, and 401 otherwise.
    #[must_use]
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    /// What the peer may read: nothing that helps it guess.
    #[must_use]
    pub const fn public(&self) -> &'static str {
        if self.is_unavailable() {
            Self::UNAVAILABLE
        } else {
            Self::FAILED
        }
    }

    pub(super) fn malformed(mechanism: &'static str, reason: impl Into<Cow<'static, str>>) -> Self {
        let reason = reason.into();
        Self::Malformed { mechanism, reason }
    }

    pub(super) fn refused(mechanism: &'static str, reason: impl Into<Cow<'static, str>>) -> Self {
        let reason = reason.into();
        Self::Refused { mechanism, reason }
    }

    pub(super) fn unavailable(
        mechanism: &'static str,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        let reason = reason.into();
        Self::Unavailable { mechanism, reason }
    }
}

/// As errors call it.
pub(super) const AUTHZID: &str = "authorization identity";

/// For whom the peer wants to act, by its authorization identity (RFC 4422 §2): an empty one is its own.
pub(super) fn act_as(
    mechanism: &'static str,
    authzid: impl AsRef<[u8]>,
) -> Result<Option<UserName>, AuthnError> {
    match std::str::from_utf8(authzid.as_ref()) {
        Ok("") => Ok(None),
        Ok(authzid) => user_name(mechanism, AUTHZID, authzid).map(Some),
        Err(_) => Err(AuthnError::malformed(
            mechanism,
            format!("the {AUTHZID} is not UTF-8"),
        )),
    }
}

/// A name that the peer has sent. The text is not told: in a message that was put together wrongly, or meant for another
/// mechanism, it may be the password.
pub(super) fn user_name(
    mechanism: &'static str,
    what: &str,
    text: &str,
) -> Result<UserName, AuthnError> {
    UserName::new(text).map_err(|error| {
        let reason = match error {
            NameError::Forbidden {
                character,
                position,
                ..
            } => format!("the {what} holds {character:?} at byte {position}"),
            _ => format!("the {what} is not a user name"),
        };
        AuthnError::malformed(mechanism, reason)
    })
}
