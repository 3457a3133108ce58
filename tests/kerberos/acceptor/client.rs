//! A client that is made of calls to the Kerberos library, and so can be made to do what a real one would not.

use bailiwick::authn::{Exchange, Login};
use libgssapi::context::{ClientCtx, CtxFlags, SecurityContext};
use libgssapi::name::Name;
use libgssapi::oid::{GSS_MECH_KRB5, GSS_MECH_SPNEGO, GSS_NT_KRB5_PRINCIPAL, Oid};

use super::go_on;
use crate::realm::REALM;

pub(crate) struct Client(pub(crate) ClientCtx);

impl Client {
    /// One that asks for everything a layer needs.
    pub(crate) fn of(service: &str) -> Self {
        Self::with(service, full(), GSS_MECH_KRB5)
    }

    pub(crate) fn spnego(service: &str) -> Self {
        Self::with(service, full(), GSS_MECH_SPNEGO)
    }

    pub(crate) fn with(service: &str, flags: CtxFlags, mechanism: Oid<'static>) -> Self {
        let name = format!("{service}@{REALM}");
        let name = Name::new(name.as_bytes(), Some(GSS_NT_KRB5_PRINCIPAL)).unwrap();
        Self(ClientCtx::new(None, name, flags, Some(mechanism)))
    }

    /// The next token, with nothing where there is none.
    pub(crate) fn token(&mut self, input: Option<&[u8]>) -> Vec<u8> {
        self.bound_token(input, None)
    }

    pub(crate) fn bound_token(&mut self, input: Option<&[u8]>, channel: Option<&[u8]>) -> Vec<u8> {
        let token = self.0.step(input, channel).unwrap();
        token.map_or_else(Vec::new, |token| token.to_vec())
    }

    pub(crate) fn wrap(&mut self, sealed: bool, message: &[u8]) -> Vec<u8> {
        self.0.wrap(sealed, message).unwrap().to_vec()
    }

    pub(crate) fn unwrap(&mut self, message: &[u8]) -> Vec<u8> {
        self.0.unwrap(message).unwrap().to_vec()
    }

    /// Goes up to the choice of a layer, and returns the server's offer.
    pub(crate) fn establish(&mut self, server: Exchange<Login>) -> (Exchange<Login>, Vec<u8>) {
        let (server, reply) = go_on(server, &self.token(None));
        let nothing = self.token(Some(&reply));
        assert!(nothing.is_empty());
        let (server, offer) = go_on(server, &nothing);
        (server, self.unwrap(&offer))
    }
}

pub(crate) fn full() -> CtxFlags {
    CtxFlags::GSS_C_MUTUAL_FLAG
        | CtxFlags::GSS_C_REPLAY_FLAG
        | CtxFlags::GSS_C_SEQUENCE_FLAG
        | CtxFlags::GSS_C_INTEG_FLAG
        | CtxFlags::GSS_C_CONF_FLAG
}

/// What a client says of the layer it wants: RFC 4752 §3.1.
pub(crate) fn choice(mask: u8, buffer: u32, authzid: &str) -> Vec<u8> {
    let [_, high, middle, low] = buffer.to_be_bytes();
    [&[mask, high, middle, low], authzid.as_bytes()].concat()
}
