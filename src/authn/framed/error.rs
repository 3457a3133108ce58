//! Why there was no login, or no frame.

use std::io;
use std::time::Duration;

use crate::authn::{AuthnError, LayerError};

/// Why there was no login over a stream, or no frame after it. The connection is of no more use.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FramedError {
    /// The deadline passed.
    #[error("no login within {deadline:?}")]
    TimedOut {
        /// The time that was given.
        deadline: Duration,
    },
    /// The exchange failed on this side. The peer was told [`AuthnError::public`].
    #[error(transparent)]
    Authn(#[from] AuthnError),
    /// The client asked for a mechanism that is not offered. It was told that the login failed.
    #[error("the client asks for the mechanism {name:?}, which is not offered")]
    UnknownMechanism {
        /// What it asked for.
        name: String,
    },
    /// The peer says that it failed on its side, or that it refuses.
    #[error("the peer {}: {text:?}", if *.failed { "failed" } else { "refuses" })]
    Peer {
        /// Whether it failed (`ERROR`) instead of refusing (`BAD`).
        failed: bool,
        /// What it says; nothing if that is not a text.
        text: String,
    },
    /// What came is not what may come now.
    #[error("the peer sent {found}, where {expected} was expected")]
    Protocol {
        /// What came.
        found: String,
        /// What may come.
        expected: &'static str,
    },
    /// A frame is longer than it may be. Nothing was allocated for it.
    #[error("a frame of {length} bytes is longer than {limit}")]
    TooLong {
        /// Its length.
        length: usize,
        /// How long it may be.
        limit: usize,
    },
    /// A protected frame was not wrapped or unwrapped.
    #[error(transparent)]
    Layer(#[from] LayerError),
    /// The peer closed the connection where a frame was expected, or within one.
    #[error("the peer closed the connection")]
    Closed,
    /// The connection failed.
    #[error("the connection failed: {0}")]
    Io(io::Error),
}

impl FramedError {
    /// Whether trying again later may help.
    #[must_use]
    pub const fn is_unavailable(&self) -> bool {
        match self {
            Self::Authn(error) => error.is_unavailable(),
            Self::Peer { failed, .. } => *failed,
            Self::TimedOut { .. } | Self::Closed | Self::Io(_) => true,
            _ => false,
        }
    }
}

impl From<io::Error> for FramedError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Closed,
            _ => Self::Io(error),
        }
    }
}
