//! Authentication exchanges: bytes in, bytes out, and at the end a [`Principal`] or an error.
//!
//! An exchange owns no socket and reads no clock. Each step consumes it, so one that failed or ended cannot go on:
//!
//! ```
//! use bailiwick::authn::{Exchange, Simple, Step};
//!
//! let exchange = Box::new(Simple::new());
//! let Step::Done { principal, reply } = exchange.step(b"alice")? else { unreachable!() };
//! assert_eq!(principal.name().as_str(), "alice");
//! assert!(reply.is_empty());
//! # Ok::<(), bailiwick::authn::AuthnError>(())
//! ```

mod simple;

use thiserror::Error;

use crate::identity::{NameError, Principal};

pub use simple::Simple;

/// The most bytes that one step reads.
const MAX_INPUT: usize = 64 * 1024;

/// Why an exchange failed. Its text is for the log; tell the peer [`public`](Self::public).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AuthnError {
    /// The peer sent more than a step reads.
    #[error("authentication input of {length} bytes is longer than {MAX_INPUT}")]
    TooLong {
        /// How much it sent.
        length: usize,
    },
    /// The peer's name is not text.
    #[error("user name is not UTF-8")]
    NotText,
    /// The peer's name is not a user name.
    #[error(transparent)]
    Name(#[from] NameError),
}

impl AuthnError {
    /// What the peer may read: nothing that helps it guess.
    #[must_use]
    pub const fn public(&self) -> &'static str {
        "authentication failed"
    }
}

/// What a step leads to.
#[non_exhaustive]
pub enum Step {
    /// Send `reply` and step `next` with the answer.
    Continue {
        /// Bytes for the peer.
        reply: Vec<u8>,
        /// The exchange, one step further.
        next: Box<dyn Exchange>,
    },
    /// The peer is known. Send `reply` if it is not empty.
    Done {
        /// Who it is.
        principal: Principal,
        /// Last bytes for the peer.
        reply: Vec<u8>,
    },
}

/// The server side of one authentication; one of the library's extension points.
///
/// Made once for each connection or request and stepped on the thread that serves it. A wrong [`Step::Done`] lets a
/// stranger in under somebody else's name.
pub trait Exchange: Send {
    /// Takes the peer's next bytes.
    ///
    /// # Errors
    ///
    /// [`AuthnError`]; the exchange is over.
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step, AuthnError>;
}
