//! The server of HTTP's Negotiate: RFC 4559.

use super::establish::{Establish, Progress};
use crate::authn::{AuthnError, Exchange, Login, SaslMechanism, Step};

pub(super) struct NegotiateServer(Establish);

impl NegotiateServer {
    pub(super) const fn new(establish: Establish) -> Self {
        Self(establish)
    }
}

impl SaslMechanism<Login> for NegotiateServer {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<Login>, AuthnError> {
        Ok(match self.0.step(input)? {
            Progress::More(establish, reply) => Step::Continue {
                reply,
                next: Exchange::new(Self(establish)),
            },
            Progress::Established(peer, reply) => Step::Done {
                end: Login::new(peer.principal),
                reply,
            },
        })
    }
}
