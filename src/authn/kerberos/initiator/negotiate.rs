//! HTTP's Negotiate, RFC 4559.

use super::establish::{Establish, Established, Progress, Wire};
use super::{Options, Target};
use crate::authn::kerberos::login::KerberosLogin;
use crate::authn::kerberos::trouble::Trouble;
use crate::authn::{AuthnError, Connected, Exchange, SaslMechanism, Step};

pub(super) fn begin(
    login: &KerberosLogin,
    target: &Target,
    options: Options,
) -> impl SaslMechanism<Connected> + use<> {
    Begin {
        login: login.clone(),
        target: target.clone(),
        options,
    }
}

struct Begin {
    login: KerberosLogin,
    target: Target,
    options: Options,
}

impl SaslMechanism<Connected> for Begin {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<Connected>, AuthnError> {
        if !input.is_empty() {
            return Err(Trouble::malformed("the client speaks first").into());
        }
        let bindings = self.options.bindings;
        let begun = Establish::begin(&self.login, &self.target, Wire::Negotiate, false, bindings);
        let (next, reply) = begun?;
        let next = Exchange::new(Going(next));
        Ok(Step::Continue { reply, next })
    }
}

struct Going(Establish);

impl SaslMechanism<Connected> for Going {
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
