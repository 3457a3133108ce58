//! HTTP's Negotiate, RFC 4559.

use super::establish::{Establish, Established, Progress};
use crate::authn::{AuthnError, Connected, Exchange, SaslMechanism, Step};

/// What follows the first token.
pub(super) struct Negotiating(pub(super) Establish);

impl SaslMechanism<Connected> for Negotiating {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<Connected>, AuthnError> {
        match self.0.step(input)? {
            Progress::More(next, reply) => {
                let next = Exchange::new(Self(next));
                Ok(Step::Continue { reply, next })
            }
            Progress::Established(Established { server, token, .. }) => {
                let (server, layer) = (Some(server), None);
                Ok(Step::Done {
                    end: Connected { server, layer },
                    reply: token.unwrap_or_default(),
                })
            }
        }
    }
}
