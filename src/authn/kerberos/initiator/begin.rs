//! The first step of a client: the ticket, and a token that shows it.

use super::establish::{Establish, Wire};
use super::negotiate::Negotiating;
use super::sasl::Establishing;
use super::{Options, Target};
use crate::authn::kerberos::client_failure::ClientFailure;
use crate::authn::kerberos::login::KerberosLogin;
use crate::authn::{AuthnError, Connected, Exchange, Qop, SaslMechanism, Step};

pub(super) struct Begin {
    pub(super) login: KerberosLogin,
    pub(super) target: Target,
    pub(super) options: Options,
    pub(super) wire: Wire,
}

impl SaslMechanism<Connected> for Begin {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<Connected>, AuthnError> {
        if !input.is_empty() {
            return Err(ClientFailure::malformed("the client speaks first").into());
        }
        let Self {
            login,
            target,
            options,
            wire,
        } = *self;
        // Nothing is encrypted over HTTP.
        let confidential = wire == Wire::Kerberos && options.qops.contains(&Qop::Confidentiality);
        let bindings = options.bindings.clone();
        let begun = Establish::begin(&login, &target, wire, confidential, bindings);
        let (establish, reply) = begun?;
        let next = match wire {
            Wire::Kerberos => Exchange::new(Establishing { establish, options }),
            Wire::Negotiate => Exchange::new(Negotiating(establish)),
        };
        Ok(Step::Continue { reply, next })
    }
}
