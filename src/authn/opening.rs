//! The client of a mechanism in which it has one thing to say, and the server nothing.

use zeroize::Zeroizing;

use super::{AuthnError, Connected, SaslMechanism, Step};

/// All that the client says, which may hold a password.
pub(super) struct Opening {
    pub(super) mechanism: &'static str,
    pub(super) message: Zeroizing<Vec<u8>>,
}

impl Opening {
    pub(super) fn new(mechanism: &'static str, message: String) -> Self {
        let message = Zeroizing::new(message.into_bytes());
        Self { mechanism, message }
    }
}

impl SaslMechanism<Connected> for Opening {
    fn step(mut self: Box<Self>, input: &[u8]) -> Result<Step<Connected>, AuthnError> {
        // A server that waits for the client to begin may ask for it with an empty challenge (RFC 4422 §3.1).
        if !input.is_empty() {
            return Err(AuthnError::malformed(
                self.mechanism,
                "the server has spoken",
            ));
        }
        Ok(Step::Done {
            end: Connected::default(),
            reply: std::mem::take(&mut *self.message),
        })
    }
}
