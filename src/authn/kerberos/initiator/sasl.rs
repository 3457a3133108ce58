//! SASL's GSSAPI, RFC 4752 §3.1: the context, then the security layer and the authorization identity.

use libgssapi::context::{ClientCtx, CtxFlags, SecurityContext};

use super::Options;
use super::establish::{Establish, Progress};
use crate::authn::kerberos::client_failure::ClientFailure;
use crate::authn::kerberos::layer::{self, Context, GssLayer};
use crate::authn::kerberos::offer::{Offer, Overhead};
use crate::authn::{AuthnError, Connected, Exchange, Qop, SaslMechanism, SecurityLayer, Step};
use crate::identity::UserName;

/// What follows the first token.
pub(super) struct Establishing {
    pub(super) establish: Establish,
    pub(super) options: Options,
}

impl SaslMechanism<Connected> for Establishing {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<Connected>, AuthnError> {
        let options = self.options;
        match self.establish.step(input)? {
            Progress::More(establish, reply) => {
                let next = Exchange::new(Self { establish, options });
                Ok(Step::Continue { reply, next })
            }
            Progress::Established(established) => {
                let next = Exchange::new(Choosing {
                    context: established.context,
                    server: established.server,
                    options,
                });
                Ok(Step::Continue {
                    reply: established.token.unwrap_or_default(),
                    next,
                })
            }
        }
    }
}

/// The server says what it offers.
struct Choosing {
    context: ClientCtx,
    server: String,
    options: Options,
}

impl SaslMechanism<Connected> for Choosing {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<Connected>, AuthnError> {
        Ok(self.choose(input)?)
    }
}

impl Choosing {
    fn choose(mut self, input: &[u8]) -> Result<Step<Connected>, ClientFailure> {
        let offer = layer::unwrap(&mut self.context, input)
            .map_err(|error| ClientFailure::from(error).at("the server's offer"))?;
        let Some((offer, [])) = Offer::decode(&offer) else {
            let length = offer.len();
            return Err(ClientFailure::malformed(format!(
                "the server's offer has {length} bytes instead of 4"
            )));
        };
        // RFC 4752 wants a server without layers to have a buffer of zero, and the JDK's has its usual one. It is not used.
        let sealed = self.context.flags()?.contains(CtxFlags::GSS_C_CONF_FLAG);
        let qop = choose(offer, &self.options.qops, sealed)?;
        let buffer = match qop {
            Qop::Auth => 0,
            Qop::Integrity | Qop::Confidentiality => self.options.buffer,
        };
        let mask = qop.bit();
        let user = self.options.act_as.as_ref().map_or("", UserName::as_str);
        let answer = [&Offer { mask, buffer }.encode(), user.as_bytes()].concat();
        let reply = self.context.wrap(false, &answer)?.to_vec();
        let layer = match qop {
            Qop::Auth => None,
            Qop::Integrity | Qop::Confidentiality => {
                let overhead = Overhead::seen(&reply, answer.len()).ok_or_else(|| {
                    ClientFailure::refused(
                        "the encryption type of the ticket protects nothing any more",
                    )
                })?;
                let most = overhead.max_message(qop, offer.buffer).ok_or_else(|| {
                    let buffer = offer.buffer;
                    ClientFailure::malformed(format!(
                        "the server's buffer of {buffer} bytes holds no message"
                    ))
                })?;
                let context = Context::Client(self.context);
                let received = usize::try_from(buffer).unwrap_or(usize::MAX);
                Some(SecurityLayer::new(GssLayer::new(
                    context, qop, most, received,
                )))
            }
        };
        let server = Some(self.server);
        let end = Connected { server, layer };
        Ok(Step::Done { end, reply })
    }
}

/// The first of `preferences` that the server offers. `sealed`: whether the context can encrypt.
fn choose(offer: Offer, preferences: &[Qop], sealed: bool) -> Result<Qop, ClientFailure> {
    let possible = |&qop: &Qop| {
        offer.mask & qop.bit() != 0
            && match qop {
                Qop::Auth => true,
                Qop::Integrity => offer.buffer > 0,
                Qop::Confidentiality => offer.buffer > 0 && sealed,
            }
    };
    let chosen = preferences.iter().copied().find(possible);
    chosen.ok_or_else(|| {
        let all = [Qop::Auth, Qop::Integrity, Qop::Confidentiality];
        let offered: Vec<Qop> = all.into_iter().filter(possible).collect();
        ClientFailure::refused(format!(
            "the server offers the protection {offered:?}, and one of {preferences:?} is wanted"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Qop; 3] = [Qop::Confidentiality, Qop::Integrity, Qop::Auth];

    const fn offer(mask: u8, buffer: u32) -> Offer {
        Offer { mask, buffer }
    }

    #[test]
    fn the_first_of_ours_that_the_server_offers_is_taken() {
        for (mask, preferences, expected) in [
            (7, &ALL[..], Qop::Confidentiality),
            (3, &ALL, Qop::Integrity),
            (1, &ALL, Qop::Auth),
            (7, &[Qop::Auth, Qop::Confidentiality], Qop::Auth),
            (0xf8 | 2, &[Qop::Auth, Qop::Integrity], Qop::Integrity),
        ] {
            let chosen = choose(offer(mask, 100), preferences, true).unwrap();
            assert_eq!(chosen, expected);
        }
    }

    #[test]
    fn what_is_not_offered_or_not_possible_is_not_taken() {
        for (mask, buffer, preferences, sealed) in [
            (1, 100, &[Qop::Integrity, Qop::Confidentiality][..], true),
            (6, 100, &[Qop::Auth], true),
            (0, 100, &ALL, true),
            (0xf8, 100, &ALL, true),
            (6, 0, &ALL, true),
            (4, 100, &ALL, false),
            (7, 100, &[], true),
        ] {
            let error = choose(offer(mask, buffer), preferences, sealed).unwrap_err();
            assert!(error.to_string().contains("is wanted"), "{error}");
        }
    }
}
