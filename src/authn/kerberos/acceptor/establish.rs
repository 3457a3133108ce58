//! A context that is being established by the server, and what has to hold of it before anybody is believed.

use libgssapi::context::{CtxFlags, SecurityContext, ServerCtx};
use libgssapi::credential::Cred;
use libgssapi::name::Name;
use libgssapi::oid::GSS_MECH_KRB5;
use libgssapi_sys::GSS_C_CHANNEL_BOUND_FLAG;

use super::Acceptor;
use super::failure::of_peer;
use super::first_token::{Kind, kind};
use crate::authn::kerberos::failure::{malformed, refused};
use crate::authn::{AuthToLocal, AuthnError};
use crate::identity::{Mechanism, Principal};

/// A context under way.
pub(super) struct Establish {
    acceptor: Acceptor,
    context: ServerCtx,
    /// What it may begin with; nothing once it has begun.
    kinds: Option<&'static [Kind]>,
}

/// What one token led to.
pub(super) enum Progress {
    /// Another token has to come.
    More(Establish, Vec<u8>),
    /// The context is there, and the peer is known.
    Established(Established, Vec<u8>),
}

/// A peer whose ticket was accepted.
pub(super) struct Established {
    pub(super) acceptor: Acceptor,
    pub(super) context: ServerCtx,
    pub(super) principal: Principal,
    pub(super) flags: CtxFlags,
}

impl Establish {
    pub(super) fn new(acceptor: Acceptor, kinds: &'static [Kind], credential: Cred) -> Self {
        Self {
            acceptor,
            context: ServerCtx::new(Some(credential)),
            kinds: Some(kinds),
        }
    }

    pub(super) fn step(mut self, token: &[u8]) -> Result<Progress, AuthnError> {
        if let Some(kinds) = self.kinds.take() {
            match kind(token) {
                kind if kinds.contains(&kind) => {}
                Kind::Ntlm => return Err(malformed("the token is of NTLM, which is not accepted")),
                Kind::Spnego => return Err(malformed("the token is of SPNEGO; expected Kerberos")),
                _ => return Err(malformed("the token is not of Kerberos")),
            }
        }
        let reply = self
            .context
            .step(token, self.acceptor.binding())
            .map_err(|error| self.acceptor.failure(&error))?
            .map_or_else(Vec::new, |reply| reply.to_vec());
        if self.context.is_complete() {
            Ok(Progress::Established(self.established()?, reply))
        } else {
            Ok(Progress::More(self, reply))
        }
    }

    fn established(mut self) -> Result<Established, AuthnError> {
        // Nobody asked for what a client may hand over in order to be acted for.
        drop(self.context.take_delegated_cred());
        let info = self.context.info().map_err(|error| of_peer(&error))?;
        // The credential allows no other; this does not depend on it.
        if info.mechanism != GSS_MECH_KRB5 {
            return Err(refused("the client has chosen another mechanism"));
        }
        let service = text(&info.target_name)?;
        if !self.acceptor.is(&service) {
            return Err(refused(format!(
                "the ticket is for {service:?}, which is not served here"
            )));
        }
        // The library lets a client pass that does not say over which channel it came.
        let bound = info.flags.bits() & GSS_C_CHANNEL_BOUND_FLAG != 0;
        if self.acceptor.binding().is_some() && !bound {
            return Err(refused("the client is not bound to this channel"));
        }
        let principal = principal(self.acceptor.names(), &text(&info.source_name)?, info.flags)?;
        Ok(Established {
            acceptor: self.acceptor,
            context: self.context,
            principal,
            flags: info.flags,
        })
    }
}

/// The local user of a Kerberos principal.
fn principal(names: &AuthToLocal, name: &str, flags: CtxFlags) -> Result<Principal, AuthnError> {
    // RFC 8062 §3
    if flags.contains(CtxFlags::GSS_C_ANON_FLAG) || name.starts_with("WELLKNOWN/ANONYMOUS@") {
        return Err(refused("the ticket is anonymous"));
    }
    // The library escapes what would read as another principal, such as a slash inside of a component.
    if name.contains('\\') {
        return Err(refused(format!(
            "the principal {name:?} has characters that are escaped"
        )));
    }
    let (_, realm) = name
        .rsplit_once('@')
        .ok_or_else(|| refused(format!("the principal {name:?} has no realm")))?;
    let local = names
        .short_name(name)
        .map_err(|error| refused(error.to_string()))?;
    Ok(Principal::proved(local, Mechanism::Kerberos)
        .in_realm(realm)
        .proved_as(name))
}

fn text(name: &Name) -> Result<String, AuthnError> {
    let text = name.display_name().map_err(|error| of_peer(&error))?;
    let text =
        std::str::from_utf8(&text).map_err(|_| refused("a principal's name is not UTF-8"))?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authn::RuleMechanism;

    #[test]
    fn a_principal_is_somebody() {
        let names = AuthToLocal::parse("DEFAULT", RuleMechanism::Hadoop, "EXAMPLE.COM").unwrap();
        let none = CtxFlags::empty();
        let alice = principal(&names, "alice@EXAMPLE.COM", none).unwrap();
        assert_eq!(alice.name().as_str(), "alice");
        let anonymous = CtxFlags::GSS_C_ANON_FLAG;
        for (name, flags, reason) in [
            ("alice@EXAMPLE.COM", anonymous, "the ticket is anonymous"),
            (
                "WELLKNOWN/ANONYMOUS@EXAMPLE.COM",
                none,
                "the ticket is anonymous",
            ),
            (
                "WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS",
                none,
                "the ticket is anonymous",
            ),
            ("alice", none, "the principal \"alice\" has no realm"),
            (
                r"a\/b@EXAMPLE.COM",
                none,
                r#"the principal "a\\/b@EXAMPLE.COM" has characters that are escaped"#,
            ),
        ] {
            assert_eq!(principal(&names, name, flags).unwrap_err(), refused(reason));
        }
    }
}
