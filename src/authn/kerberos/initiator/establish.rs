//! The context between a client and a server, from the first token until both have proved who they are.

use std::sync::Arc;

use libgssapi::context::{ClientCtx, CtxFlags, SecurityContext};
use libgssapi::oid::{GSS_MECH_KRB5, GSS_MECH_SPNEGO};

use super::Target;
use crate::authn::kerberos::client_failure::ClientFailure;
use crate::authn::kerberos::login::{Handle, KerberosLogin};

/// Whether Kerberos speaks for itself or inside of SPNEGO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    Kerberos,
    Negotiate,
}

/// A context that is not established yet.
pub(super) struct Establish {
    context: ClientCtx,
    target: Target,
    bindings: Option<Arc<[u8]>>,
    /// For this exchange alone until it is over.
    handle: Handle,
}

/// What a token leads to.
pub(super) enum Progress {
    /// This is for the server, and it has to answer.
    More(Establish, Vec<u8>),
    /// Both sides are who they say. The last token, if there is one, is still for the server.
    Established(Established),
}

pub(super) struct Established {
    pub(super) context: ClientCtx,
    /// The server's principal.
    pub(super) server: String,
    pub(super) token: Option<Vec<u8>>,
}

impl Establish {
    /// The first token. It may take asking the KDC.
    pub(super) fn begin(
        login: &KerberosLogin,
        target: &Target,
        wire: Wire,
        confidential: bool,
        bindings: Option<Arc<[u8]>>,
    ) -> Result<(Self, Vec<u8>), ClientFailure> {
        let mut flags = CtxFlags::GSS_C_MUTUAL_FLAG
            | CtxFlags::GSS_C_INTEG_FLAG
            | CtxFlags::GSS_C_REPLAY_FLAG
            | CtxFlags::GSS_C_SEQUENCE_FLAG;
        flags.set(CtxFlags::GSS_C_CONF_FLAG, confidential);
        let mechanism = match wire {
            Wire::Kerberos => GSS_MECH_KRB5,
            Wire::Negotiate => GSS_MECH_SPNEGO,
        };
        let (credential, target) = (login.current(), target.clone());
        let begun = login.patience().ask(move || {
            let name = target.import()?;
            let handle = credential.handle()?;
            let mut context = ClientCtx::new(Some(handle.cred()), name, flags, Some(mechanism));
            let token = context.step(None, bindings.as_deref()).map_err(|error| {
                let failure = ClientFailure::from(error);
                let failure = match wire {
                    Wire::Kerberos => failure,
                    Wire::Negotiate => why(&handle, &target).unwrap_or(failure),
                };
                failure.at(&target.to_string())
            })?;
            // Mutual authentication takes an answer, so there is a question.
            let token = token.map(|token| token.to_vec()).unwrap_or_default();
            let begun = Self {
                context,
                target,
                bindings,
                handle,
            };
            Ok((begun, token))
        });
        begun
            .unwrap_or_else(|late| Err(late.into()))
            .map_err(|failure| login.excused(failure))
    }

    pub(super) fn step(mut self, token: &[u8]) -> Result<Progress, ClientFailure> {
        if token.is_empty() {
            return Err(ClientFailure::malformed(
                "the server has not proved who it is: it sent no token",
            ));
        }
        let reply = self.context.step(Some(token), self.bindings.as_deref())?;
        let reply = reply.map(|reply| reply.to_vec());
        if self.context.is_complete() {
            return self.established(reply).map(Progress::Established);
        }
        Ok(Progress::More(self, reply.unwrap_or_default()))
    }

    fn established(self, token: Option<Vec<u8>>) -> Result<Established, ClientFailure> {
        let info = self.context.info()?;
        if !info
            .flags
            .contains(CtxFlags::GSS_C_MUTUAL_FLAG | CtxFlags::GSS_C_INTEG_FLAG)
        {
            return Err(ClientFailure::refused(
                "the server has not proved who it is",
            ));
        }
        if info.mechanism != GSS_MECH_KRB5 {
            return Err(ClientFailure::refused(
                "the server has chosen another mechanism",
            ));
        }
        let server = info.target_name.display_name()?;
        let server = String::from_utf8_lossy(&server).into_owned();
        if !self.target.is_met_by(&server) {
            let target = self.target;
            return Err(ClientFailure::refused(format!(
                "the server is {server}, and {target} was asked for"
            )));
        }
        drop(self.handle);
        Ok(Established {
            context: self.context,
            server,
            token,
        })
    }
}

/// What Kerberos by itself says of a target that SPNEGO has no token for. SPNEGO numbers the codes of Kerberos anew, and so
/// does not tell a KDC that is down from a service that is not known.
fn why(handle: &Handle, target: &Target) -> Option<ClientFailure> {
    let (cred, name) = (handle.cred(), target.import().ok()?);
    let flags = CtxFlags::GSS_C_MUTUAL_FLAG;
    let mut context = ClientCtx::new(Some(cred), name, flags, Some(GSS_MECH_KRB5));
    context.step(None, None).err().map(ClientFailure::from)
}
