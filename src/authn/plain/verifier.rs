//! Who decides about passwords.

use std::borrow::Cow;
use std::fmt;
use std::pin::Pin;

use thiserror::Error;

use crate::identity::{Password, UserName};

/// Decides whether a password is the user's; one of the library's extension points.
///
/// Called once for each login with a well-formed name and a password that is not empty, on the thread that steps the
/// exchange. A wrong `Ok` lets a stranger in under that name.
///
/// How long it takes must not tell whether there is such a user: go the same way for a user whom nobody knows as for a wrong
/// password. [`StoredPasswords`](super::StoredPasswords) does.
///
/// A closure is one, too; it answers `verdict.into()`, or [`Verification::later`].
pub trait PasswordVerifier: Send + Sync {
    /// Looks whether `password` is that of `user`. It is wiped when it is dropped.
    fn verify(&self, user: &UserName, password: Password) -> Verification;
}

impl<F: Fn(&UserName, Password) -> Verification + Send + Sync> PasswordVerifier for F {
    fn verify(&self, user: &UserName, password: Password) -> Verification {
        self(user, password)
    }
}

/// A verdict about a password, now or later.
#[expect(clippy::exhaustive_enums, reason = "there is no third time")]
pub enum Verification {
    /// It is there.
    Now(Result<(), VerifyError>),
    /// It has to be awaited: a directory or a database is asked.
    Later(Pin<Box<dyn Future<Output = Result<(), VerifyError>> + Send>>),
}

impl Verification {
    /// The verdict that `future` comes to. Whoever drives the exchange sets the deadline.
    pub fn later(future: impl Future<Output = Result<(), VerifyError>> + Send + 'static) -> Self {
        Self::Later(Box::pin(future))
    }
}

impl From<Result<(), VerifyError>> for Verification {
    fn from(verdict: Result<(), VerifyError>) -> Self {
        Self::Now(verdict)
    }
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Now(verdict) => f.debug_tuple("Now").field(verdict).finish(),
            Self::Later(_) => f.write_str("Later(..)"),
        }
    }
}

/// Why a password was not accepted. The reason is for the log and holds nothing secret; the peer never reads it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a caller must answer 401 to one and 503 to the other"
)]
pub enum VerifyError {
    /// It is not the user's, or nobody knows the user.
    #[error("{reason}")]
    Refused {
        /// Why.
        reason: Cow<'static, str>,
    },
    /// What knows the passwords does not answer: a failure, never a refusal.
    #[error("{reason}")]
    Unavailable {
        /// What does not answer.
        reason: Cow<'static, str>,
    },
}

impl VerifyError {
    /// [`Refused`](Self::Refused) for a reason.
    pub fn refused(reason: impl Into<Cow<'static, str>>) -> Self {
        let reason = reason.into();
        Self::Refused { reason }
    }

    /// [`Unavailable`](Self::Unavailable) for a reason.
    pub fn unavailable(reason: impl Into<Cow<'static, str>>) -> Self {
        let reason = reason.into();
        Self::Unavailable { reason }
    }
}
