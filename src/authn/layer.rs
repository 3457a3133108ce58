//! What protects a connection after the exchange: integrity or confidentiality, as negotiated.

use std::fmt;

use thiserror::Error;

#[cfg(feature = "kerberos")]
use super::kerberos::GssLayer;
#[cfg(not(feature = "kerberos"))]
use none::GssLayer;

/// The quality of protection of what follows an exchange (RFC 4752 §3.3; Java's `javax.security.sasl.qop`; Hadoop's
/// `hadoop.rpc.protection`). Later ones protect more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the three of RFC 4752")]
pub enum Qop {
    /// Nothing is protected: Java's `auth`, Hadoop's `authentication`.
    Auth,
    /// Changes are noticed: `auth-int`, `integrity`.
    Integrity,
    /// Nothing can be read or changed: `auth-conf`, `privacy`.
    Confidentiality,
}

impl Qop {
    /// The bit that stands for it in RFC 4752 §3.3.
    pub(super) const fn bit(self) -> u8 {
        match self {
            Self::Auth => 1,
            Self::Integrity => 2,
            Self::Confidentiality => 4,
        }
    }
}

/// Why bytes were not wrapped or unwrapped. Close the connection.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LayerError {
    /// More than fits the buffer that was negotiated.
    #[error("a message of {length} bytes is longer than the {limit} that were negotiated")]
    TooLong {
        /// Its length.
        length: usize,
        /// What fits.
        limit: usize,
    },
    /// What came is not what the peer sent, or not in that order, or not encrypted.
    #[error("a protected message is refused: {reason}")]
    Refused {
        /// Why.
        reason: String,
    },
}

/// The protection of one connection, both ways, as the exchange has negotiated it. Messages have to be unwrapped in the
/// order in which they were wrapped.
pub struct SecurityLayer(GssLayer);

impl SecurityLayer {
    #[cfg(feature = "kerberos")]
    pub(super) const fn new(layer: GssLayer) -> Self {
        Self(layer)
    }

    /// [`Qop::Integrity`] or [`Qop::Confidentiality`].
    #[must_use]
    pub const fn qop(&self) -> Qop {
        self.0.qop()
    }

    /// How many bytes [`wrap`](Self::wrap) takes at once.
    #[must_use]
    pub const fn max_message(&self) -> usize {
        self.0.max_message()
    }

    /// Protects bytes for the peer.
    ///
    /// # Errors
    ///
    /// [`LayerError`].
    pub fn wrap(&mut self, message: &[u8]) -> Result<Vec<u8>, LayerError> {
        self.0.wrap(message)
    }

    /// Checks what the peer has protected. Once it has refused a message, it refuses all: something is missing between what
    /// came before and what comes then.
    ///
    /// # Errors
    ///
    /// [`LayerError`].
    pub fn unwrap(&mut self, message: &[u8]) -> Result<Vec<u8>, LayerError> {
        self.0.unwrap(message)
    }
}

/// Without Kerberos nothing negotiates a layer.
#[cfg(not(feature = "kerberos"))]
mod none {
    use super::{LayerError, Qop};

    pub(super) enum GssLayer {}

    impl GssLayer {
        pub(super) const fn qop(&self) -> Qop {
            match *self {}
        }

        pub(super) const fn max_message(&self) -> usize {
            match *self {}
        }

        pub(super) const fn wrap(&self, _: &[u8]) -> Result<Vec<u8>, LayerError> {
            match *self {}
        }

        pub(super) const fn unwrap(&self, _: &[u8]) -> Result<Vec<u8>, LayerError> {
            match *self {}
        }
    }
}

impl fmt::Debug for SecurityLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecurityLayer({:?})", self.qop())
    }
}
