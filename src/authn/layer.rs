//! What protects a connection after the exchange: integrity or confidentiality, as negotiated.

use std::fmt;

use thiserror::Error;

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
pub struct SecurityLayer {
    #[cfg(feature = "kerberos")]
    inner: super::kerberos::GssLayer,
    #[cfg(not(feature = "kerberos"))]
    inner: std::convert::Infallible,
}

#[cfg(not(feature = "kerberos"))]
impl SecurityLayer {
    /// [`Qop::Integrity`] or [`Qop::Confidentiality`].
    #[must_use]
    pub const fn qop(&self) -> Qop {
        match self.inner {}
    }

    /// How many bytes [`wrap`](Self::wrap) takes at once.
    #[must_use]
    pub const fn max_message(&self) -> usize {
        match self.inner {}
    }

    /// Protects bytes for the peer.
    ///
    /// # Errors
    ///
    /// [`LayerError`].
    pub fn wrap(&mut self, _: &[u8]) -> Result<Vec<u8>, LayerError> {
        match self.inner {}
    }

    /// Checks what the peer has protected.
    ///
    /// # Errors
    ///
    /// [`LayerError`].
    pub fn unwrap(&mut self, _: &[u8]) -> Result<Vec<u8>, LayerError> {
        match self.inner {}
    }
}

#[cfg(feature = "kerberos")]
impl SecurityLayer {
    pub(super) const fn new(inner: super::kerberos::GssLayer) -> Self {
        Self { inner }
    }

    /// [`Qop::Integrity`] or [`Qop::Confidentiality`].
    #[must_use]
    pub const fn qop(&self) -> Qop {
        self.inner.qop()
    }

    /// How many bytes [`wrap`](Self::wrap) takes at once.
    #[must_use]
    pub const fn max_message(&self) -> usize {
        self.inner.max_message()
    }

    /// Protects bytes for the peer.
    ///
    /// # Errors
    ///
    /// [`LayerError`].
    pub fn wrap(&mut self, message: &[u8]) -> Result<Vec<u8>, LayerError> {
        self.inner.wrap(message)
    }

    /// Checks what the peer has protected.
    ///
    /// # Errors
    ///
    /// [`LayerError`].
    pub fn unwrap(&mut self, message: &[u8]) -> Result<Vec<u8>, LayerError> {
        self.inner.unwrap(message)
    }
}

impl fmt::Debug for SecurityLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecurityLayer({:?})", self.qop())
    }
}
