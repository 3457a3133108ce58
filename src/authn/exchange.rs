//! One authentication under way: bytes in, bytes out, within bounds.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::AuthnError;

/// How much a peer may send before it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "three numbers to set")]
pub struct Limits {
    /// Bytes in one step.
    pub input: usize,
    /// Steps.
    pub rounds: u32,
    /// Bytes in all steps.
    pub total: usize,
}

/// 64 KiB at once, as a Kerberos ticket of a user with many groups needs; 16 rounds, 256 KiB in all.
impl Default for Limits {
    fn default() -> Self {
        Self {
            input: 64 * 1024,
            rounds: 16,
            total: 256 * 1024,
        }
    }
}

/// One side of one authentication: of the server, where it ends in a [`Login`](super::Login), or of the client.
///
/// It owns no socket and reads no clock. Each step consumes it, so one that failed or ended cannot go on. However it is
/// fed, it reads no more than its [`Limits`].
pub struct Exchange<End> {
    mechanism: Box<dyn SaslMechanism<End>>,
    limits: Limits,
    taken: Taken,
}

/// What an exchange has been given since its limits were set.
#[derive(Clone, Copy, Default)]
struct Taken {
    rounds: u32,
    total: usize,
}

impl<End: 'static> Exchange<End> {
    /// Begins with a mechanism of the caller's.
    pub fn new(mechanism: impl SaslMechanism<End> + 'static) -> Self {
        Self {
            mechanism: Box::new(mechanism),
            limits: Limits::default(),
            taken: Taken::default(),
        }
    }

    /// The same exchange, of which that much is accepted from now on.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        (self.limits, self.taken) = (limits, Taken::default());
        self
    }

    /// How much it accepts.
    #[cfg(feature = "tokio")]
    pub(super) const fn limits(&self) -> Limits {
        self.limits
    }

    /// Takes the peer's next bytes. The side that speaks first is given none.
    ///
    /// # Errors
    ///
    /// [`AuthnError`]; the exchange is over.
    pub fn step(self, input: &[u8]) -> Result<Step<End>, AuthnError> {
        let limits = self.limits;
        let (length, limit) = (input.len(), limits.input);
        if length > limit {
            return Err(AuthnError::TooLong { length, limit });
        }
        let taken = Taken {
            rounds: self.taken.rounds.saturating_add(1),
            total: self.taken.total.saturating_add(length),
        };
        if taken.total > limits.total {
            let limit = limits.total;
            return Err(AuthnError::TooMuch { limit });
        }
        if taken.rounds > limits.rounds {
            let limit = limits.rounds;
            return Err(AuthnError::TooManyRounds { limit });
        }
        Ok(self.mechanism.step(input)?.within(limits, taken))
    }
}

impl<End> fmt::Debug for Exchange<End> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// What a step leads to.
#[expect(
    clippy::exhaustive_enums,
    reason = "a driver has to handle each of them"
)]
pub enum Step<End> {
    /// Send `reply`, even if it is empty, and step `next` with the answer.
    Continue {
        /// Bytes for the peer.
        reply: Vec<u8>,
        /// The exchange, one step further.
        next: Exchange<End>,
    },
    /// It is over, and well. Send `reply` if it is not empty.
    Done {
        /// What was established.
        end: End,
        /// Last bytes for the peer.
        reply: Vec<u8>,
    },
    /// Something else has to be asked first, such as a user directory: await the step. Only mechanisms that were given an
    /// asynchronous verifier do so.
    Later(Later<End>),
}

impl<End: 'static> Step<End> {
    /// The same step, of an exchange with those limits that has taken that much of them.
    fn within(self, limits: Limits, taken: Taken) -> Self {
        match self {
            Self::Continue { reply, mut next } => {
                (next.limits, next.taken) = (limits, taken);
                Self::Continue { reply, next }
            }
            Self::Done { .. } => self,
            Self::Later(later) => {
                Self::Later(Later::new(
                    async move { Ok(later.await?.within(limits, taken)) },
                ))
            }
        }
    }
}

/// Of a reply, which may hold a password, it shows the length.
impl<End: fmt::Debug> fmt::Debug for Step<End> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut shown, reply) = match self {
            Self::Continue { reply, next } => {
                let mut shown = f.debug_struct("Continue");
                shown.field("next", next);
                (shown, reply)
            }
            Self::Done { end, reply } => {
                let mut shown = f.debug_struct("Done");
                shown.field("end", end);
                (shown, reply)
            }
            Self::Later(_) => return f.write_str("Later(..)"),
        };
        shown
            .field("reply", &format_args!("{} bytes", reply.len()))
            .finish()
    }
}

/// A step that is not there yet. Dropping it ends the exchange.
#[must_use]
pub struct Later<End>(Pin<Box<dyn Future<Output = Result<Step<End>, AuthnError>> + Send>>);

impl<End> Later<End> {
    /// The step that `future` comes to.
    pub fn new(
        future: impl Future<Output = Result<Step<End>, AuthnError>> + Send + 'static,
    ) -> Self {
        Self(Box::pin(future))
    }
}

impl<End> Future for Later<End> {
    type Output = Result<Step<End>, AuthnError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl<End> fmt::Debug for Later<End> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Later(..)")
    }
}

/// What an [`Exchange`] runs: one side of a mechanism as a state machine; one of the library's extension points.
///
/// Made once for each connection or request and stepped on the thread that serves it. A wrong [`Step::Done`] lets a
/// stranger in under somebody else's name.
pub trait SaslMechanism<End>: Send {
    /// Takes the peer's next bytes, never more than the exchange allows. The limits of an exchange in the answer are
    /// replaced by what is left of those of the exchange that asks.
    ///
    /// # Errors
    ///
    /// [`AuthnError`]; the exchange is over.
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<End>, AuthnError>;
}
