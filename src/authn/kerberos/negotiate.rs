//! The server of HTTP's Negotiate: RFC 4559.

use super::accepting::{Accepted, Accepting};
use crate::authn::{AuthnError, Exchange, Login, SaslMechanism, Step};

pub(super) struct NegotiateServer(Accepting);

impl NegotiateServer {
    pub(super) const fn new(accepting: Accepting) -> Self {
        Self(accepting)
    }
}

impl SaslMechanism<Login> for NegotiateServer {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<Login>, AuthnError> {
        Ok(match self.0.step(input)? {
            Accepted::Continue(accepting, reply) => Step::Continue {
                reply,
                next: Exchange::new(Self(accepting)),
            },
            Accepted::Complete(peer, reply) => Step::Done {
                end: Login::new(peer.principal),
                reply,
            },
        })
    }
}
