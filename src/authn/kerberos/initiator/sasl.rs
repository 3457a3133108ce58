//! SASL's GSSAPI, RFC 4752 §3.1: the context, then the security layer and the authorization identity.

use libgssapi::context::{ClientCtx, CtxFlags, SecurityContext};

use super::establish::{Establish, Progress, Wire};
use super::{Initiator, Options, Target};
use crate::authn::kerberos::layer::{Context, GssLayer};
use crate::authn::kerberos::login::KerberosLogin;
use crate::authn::kerberos::trouble::Trouble;
use crate::authn::{AuthnError, Connected, Exchange, Qop, SaslMechanism, SecurityLayer, Step};
use crate::identity::UserName;

const GSSAPI: &str = "GSSAPI";

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
            return Err(Trouble::malformed("the client speaks first").of(GSSAPI));
        }
        let confidential = self.options.qop.contains(&Qop::Confidentiality);
        let bindings = self.options.bindings.clone();
        let target = &self.target;
        let begun = Establish::begin(&self.login, target, Wire::Kerberos, confidential, bindings);
        let (establish, reply) = begun.map_err(|trouble| trouble.of(GSSAPI))?;
        let next = Exchange::new(Establishing {
            establish,
            options: self.options,
        });
        Ok(Step::Continue { reply, next })
    }
}

struct Establishing {
    establish: Establish,
    options: Options,
}

impl SaslMechanism<Connected> for Establishing {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<Connected>, AuthnError> {
        let options = self.options;
        match self
            .establish
            .step(input)
            .map_err(|trouble| trouble.of(GSSAPI))?
        {
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
        self.choose(input).map_err(|trouble| trouble.of(GSSAPI))
    }
}

impl Choosing {
    fn choose(mut self, input: &[u8]) -> Result<Step<Connected>, Trouble> {
        let offer = self
            .context
            .unwrap(input)
            .map_err(|error| Trouble::from(error).at("the server's offer"))?;
        let offer = Offer::read(&offer)?;
        let sealed = self.context.flags()?.contains(CtxFlags::GSS_C_CONF_FLAG);
        let qop = offer.choose(&self.options.qop, sealed)?;
        let buffer = match qop {
            Qop::Auth => 0,
            Qop::Integrity | Qop::Confidentiality => self.options.buffer,
        };
        let answer = answer(qop, buffer, self.options.act_as.as_ref());
        let reply = self.context.wrap(false, &answer)?.to_vec();
        let layer = match qop {
            Qop::Auth => None,
            Qop::Integrity | Qop::Confidentiality => {
                let signature = reply.len().saturating_sub(answer.len());
                let most = offer.most_in_one(qop, signature)?;
                let layer = GssLayer::new(Context::Client(self.context), qop, most);
                Some(SecurityLayer::new(layer))
            }
        };
        let mut end = Connected::default();
        end.server = Some(self.server);
        end.layer = layer;
        Ok(Step::Done { end, reply })
    }
}

/// Four bytes: the qualities that the server offers, and how long the messages may be that it receives.
#[derive(Debug, PartialEq, Eq)]
struct Offer {
    bits: u8,
    buffer: usize,
}

impl Offer {
    fn read(bytes: &[u8]) -> Result<Self, Trouble> {
        let &[bits, high, middle, low] = bytes else {
            return Err(Trouble::malformed(format!(
                "the server's offer has {} bytes instead of 4",
                bytes.len()
            )));
        };
        Ok(Self {
            bits,
            buffer: usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low),
        })
    }

    fn choose(&self, preferences: &[Qop], sealed: bool) -> Result<Qop, Trouble> {
        let possible = |qop: Qop| {
            self.bits & qop.bit() != 0
                && match qop {
                    Qop::Auth => true,
                    Qop::Integrity => self.buffer > 0,
                    Qop::Confidentiality => self.buffer > 0 && sealed,
                }
        };
        let mut preferences_left = preferences.iter().copied();
        preferences_left.find(|&qop| possible(qop)).ok_or_else(|| {
            let offered = [Qop::Auth, Qop::Integrity, Qop::Confidentiality];
            let offered: Vec<Qop> = offered.into_iter().filter(|&qop| possible(qop)).collect();
            Trouble::refused(format!(
                "the server offers the protection {offered:?}, and one of {preferences:?} is wanted"
            ))
        })
    }

    /// How long a message may be to fit the server's buffer when it is wrapped. `signature` is by how much a message that is
    /// only signed grows. One that is sealed has as well a confounder of the cipher's block and a second copy of the header,
    /// 16 bytes each (RFC 4121 §4.2.4). The old ciphers of RFC 4757 pad by up to 8 bytes, and tell their length in front.
    fn most_in_one(&self, qop: Qop, signature: usize) -> Result<usize, Trouble> {
        const PADDING: usize = 16;
        let seal = if qop == Qop::Confidentiality { 32 } else { 0 };
        self.buffer
            .checked_sub(signature + seal + PADDING)
            .filter(|&most| most > 0)
            .ok_or_else(|| {
                let buffer = self.buffer;
                Trouble::malformed(format!(
                    "the server's buffer of {buffer} bytes holds no message"
                ))
            })
    }
}

fn answer(qop: Qop, buffer: u32, act_as: Option<&UserName>) -> Vec<u8> {
    // The highest byte is zero, because `Initiator` bounds it.
    debug_assert!(buffer <= Initiator::LARGEST_BUFFER);
    let mut answer = buffer.to_be_bytes().to_vec();
    if let Some(first) = answer.first_mut() {
        *first = qop.bit();
    }
    answer.extend(act_as.map_or("", |user| user.as_str()).as_bytes());
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Qop; 3] = [Qop::Confidentiality, Qop::Integrity, Qop::Auth];

    fn offer(bits: u8, buffer: usize) -> Offer {
        Offer { bits, buffer }
    }

    #[test]
    fn an_offer_is_four_bytes() {
        assert_eq!(Offer::read(&[7, 1, 2, 3]).unwrap(), offer(7, 0x01_0203));
        for length in [0, 1, 3, 5, 64] {
            let error = Offer::read(&vec![7; length]).unwrap_err();
            let expected = format!("the server's offer has {length} bytes instead of 4");
            assert_eq!(error.to_string(), expected);
        }
    }

    #[test]
    fn the_first_of_ours_that_the_server_offers_is_taken() {
        for (bits, preferences, expected) in [
            (7, &ALL[..], Qop::Confidentiality),
            (3, &ALL, Qop::Integrity),
            (1, &ALL, Qop::Auth),
            (7, &[Qop::Auth, Qop::Confidentiality], Qop::Auth),
            (0xf8 | 2, &[Qop::Auth, Qop::Integrity], Qop::Integrity),
        ] {
            assert_eq!(
                offer(bits, 100).choose(preferences, true).unwrap(),
                expected
            );
        }
    }

    #[test]
    fn what_is_not_offered_or_not_possible_is_not_taken() {
        for (bits, buffer, preferences, sealed) in [
            (1, 100, &[Qop::Integrity, Qop::Confidentiality][..], true),
            (6, 100, &[Qop::Auth], true),
            (0, 100, &ALL, true),
            (0xf8, 100, &ALL, true),
            (6, 0, &ALL, true),
            (4, 100, &ALL, false),
            (7, 100, &[], true),
        ] {
            let error = offer(bits, buffer).choose(preferences, sealed).unwrap_err();
            assert!(error.to_string().contains("is wanted"), "{error}");
        }
    }

    #[test]
    fn a_message_fits_the_servers_buffer_when_it_is_wrapped() {
        let offer = offer(7, 1000);
        assert_eq!(offer.most_in_one(Qop::Integrity, 28).unwrap(), 956);
        assert_eq!(offer.most_in_one(Qop::Confidentiality, 28).unwrap(), 924);
        for buffer in [1, 44, 76] {
            let offer = self::offer(7, buffer);
            assert!(offer.most_in_one(Qop::Confidentiality, 28).is_err());
        }
    }

    #[test]
    fn the_answer_has_the_choice_the_buffer_and_the_name() {
        let user = UserName::new("zoë").unwrap();
        assert_eq!(answer(Qop::Auth, 0, None), [1, 0, 0, 0]);
        assert_eq!(
            answer(Qop::Confidentiality, 0x01_0203, Some(&user)),
            b"\x04\x01\x02\x03zo\xc3\xab"
        );
    }
}
