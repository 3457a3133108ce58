//! The server of SASL's GSSAPI: RFC 4752 §3.2.

use libgssapi::context::{CtxFlags, SecurityContext};

use super::establish::{Establish, Established, Progress};
use super::failure::of_peer;
use crate::authn::error::act_as;
use crate::authn::kerberos::failure::{MECHANISM, malformed, refused};
use crate::authn::kerberos::layer::{Context, GssLayer, is_sealed, unwrap};
use crate::authn::kerberos::offer::{Offer, Overhead};
use crate::authn::{AuthnError, Exchange, Login, Qop, QopSet, SaslMechanism, SecurityLayer, Step};
use crate::identity::UserName;

/// The context is being established.
pub(super) struct SaslServer(Establish);

/// It is, and the client has to take notice of the last token, with no data.
struct Answered(Established);

/// The layers have been offered, and the client has to choose.
struct Offered {
    peer: Established,
    qops: QopSet,
    /// None with an encryption type that has no layers here.
    overhead: Option<Overhead>,
}

impl SaslServer {
    pub(super) const fn new(establish: Establish) -> Self {
        Self(establish)
    }
}

impl SaslMechanism<Login> for SaslServer {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<Login>, AuthnError> {
        match self.0.step(input)? {
            Progress::More(establish, reply) => Ok(Step::Continue {
                reply,
                next: Exchange::new(Self(establish)),
            }),
            // Without mutual authentication there is no last token.
            Progress::Established(peer, reply) if reply.is_empty() => offer(peer),
            Progress::Established(peer, reply) => Ok(Step::Continue {
                reply,
                next: Exchange::new(Answered(peer)),
            }),
        }
    }
}

impl SaslMechanism<Login> for Answered {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<Login>, AuthnError> {
        if !input.is_empty() {
            let length = input.len();
            return Err(malformed(format!(
                "the client sends {length} bytes; expected none"
            )));
        }
        offer(self.0)
    }
}

fn offer(mut peer: Established) -> Result<Step<Login>, AuthnError> {
    let flags = peer.flags;
    // Then only the answer to the server's own fresh key tells the client from a recording of it.
    if peer.acceptor.accepts_replays() && !flags.contains(CtxFlags::GSS_C_MUTUAL_FLAG) {
        return Err(refused("the client does not ask for mutual authentication"));
    }
    let wanted = peer.acceptor.qops();
    let qops = available(wanted, flags);
    if qops.is_empty() {
        return Err(refused(format!(
            "the client can do none of the protection that is demanded: {wanted}"
        )));
    }
    let octets = Offer::of(qops, peer.acceptor.buffer()).encode();
    let reply = peer
        .context
        .wrap(false, &octets)
        .map_err(|error| of_peer(&error))?;
    Ok(Step::Continue {
        reply: reply.to_vec(),
        next: Exchange::new(Offered {
            overhead: Overhead::seen(&reply, octets.len()),
            peer,
            qops,
        }),
    })
}

/// What the context has the means for. A layer has to notice what is repeated, left out or put into another order.
fn available(wanted: QopSet, flags: CtxFlags) -> QopSet {
    let ordered = CtxFlags::GSS_C_REPLAY_FLAG | CtxFlags::GSS_C_SEQUENCE_FLAG;
    let integrity = ordered | CtxFlags::GSS_C_INTEG_FLAG;
    let confidentiality = integrity | CtxFlags::GSS_C_CONF_FLAG;
    let mut qops = wanted;
    if !flags.contains(integrity) {
        qops = qops.without(Qop::Integrity);
    }
    if !flags.contains(confidentiality) {
        qops = qops.without(Qop::Confidentiality);
    }
    qops
}

impl SaslMechanism<Login> for Offered {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<Login>, AuthnError> {
        let Self {
            mut peer,
            qops,
            overhead,
        } = *self;
        if is_sealed(input) {
            return Err(malformed(
                "the client's choice of a layer is encrypted; expected it signed",
            ));
        }
        let message = unwrap(&mut peer.context, input).map_err(|error| of_peer(&error))?;
        let (choice, act_as) = Offer::decode(&message)
            .ok_or_else(|| malformed("the client's choice of a layer is shorter than 4 bytes"))?;
        let qop = choice.choice().ok_or_else(|| {
            malformed(format!(
                "the client chooses the layers {:#04x}; expected one",
                choice.mask
            ))
        })?;
        if !qops.contains(qop) {
            let chosen = QopSet::only(qop);
            return Err(refused(format!(
                "the client chooses {chosen}; it was offered {qops}"
            )));
        }
        let act_as = act_as_user(&peer, act_as)?;
        let layer = match qop {
            // The RFC has the client say a buffer of zero then. The JDK's says its usual one up to version 8, and it is of
            // no use to anybody.
            Qop::Auth => None,
            Qop::Integrity | Qop::Confidentiality => {
                let overhead = overhead.ok_or_else(|| {
                    refused("the encryption type of the ticket is too old to protect anything")
                })?;
                let max_message = overhead.max_message(qop, choice.buffer).ok_or_else(|| {
                    malformed(format!(
                        "the client's buffer of {} bytes holds no message",
                        choice.buffer
                    ))
                })?;
                let limit = usize::try_from(peer.acceptor.buffer()).unwrap_or(usize::MAX);
                let context = Context::Server(peer.context);
                Some(SecurityLayer::new(GssLayer::new(
                    context,
                    qop,
                    max_message,
                    limit,
                )))
            }
        };
        Ok(Step::Done {
            end: Login::new(peer.principal)
                .acting_as(act_as)
                .protected_by(layer),
            reply: Vec::new(),
        })
    }
}

/// The authorization identity. Whoever names its own principal there acts as nobody else.
fn act_as_user(peer: &Established, authzid: &[u8]) -> Result<Option<UserName>, AuthnError> {
    let own = peer.principal.credential().map(str::as_bytes);
    if own == Some(authzid) {
        return Ok(None);
    }
    act_as(MECHANISM, authzid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_needs_its_flags() {
        use CtxFlags as F;
        let all = F::GSS_C_REPLAY_FLAG
            | F::GSS_C_SEQUENCE_FLAG
            | F::GSS_C_INTEG_FLAG
            | F::GSS_C_CONF_FLAG;
        let auth = QopSet::only(Qop::Auth);
        for (missing, expected) in [
            (F::empty(), QopSet::ALL),
            (
                F::GSS_C_CONF_FLAG,
                QopSet::ALL.without(Qop::Confidentiality),
            ),
            (F::GSS_C_INTEG_FLAG, auth),
            (F::GSS_C_SEQUENCE_FLAG, auth),
            (F::GSS_C_REPLAY_FLAG, auth),
        ] {
            assert_eq!(
                available(QopSet::ALL, all - missing),
                expected,
                "{missing:?}"
            );
        }
        assert!(available(QopSet::at_least(Qop::Integrity), F::empty()).is_empty());
    }
}
