//! The ways to log in that a service offers.

use std::fmt;
use std::sync::Arc;

use http::header::HeaderValue;

use super::Peer;
use super::header::Sent;
use crate::authn::{Exchange, Login};

/// Makes the exchange for one request.
type Begin = Arc<dyn Fn(&Peer) -> Exchange<Login> + Send + Sync>;

/// One way to log in: a scheme of `Authorization` with the exchange that takes its token, or something that the request or
/// its connection holds anyway.
#[derive(Clone)]
pub struct Scheme(pub(super) Kind);

#[derive(Clone)]
pub(super) enum Kind {
    Sent {
        sent: Sent,
        begin: Begin,
        challenge: HeaderValue,
        refusal: HeaderValue,
    },
    Certificate,
    TrustedName(Box<str>),
    Unnamed,
}

impl Scheme {
    fn sent(
        sent: Sent,
        realm: &str,
        begin: impl Fn(&Peer) -> Exchange<Login> + Send + Sync + 'static,
    ) -> Self {
        Self(Kind::Sent {
            sent,
            begin: Arc::new(begin),
            challenge: sent.challenge(realm),
            refusal: sent.refusal(realm),
        })
    }

    /// `Negotiate` (RFC 4559): the exchange gets the decoded token, and what it replies goes into the response, which proves
    /// the server to the client.
    ///
    /// It has to end in one step, as Kerberos does: HTTP requests are independent, and nothing is kept between them. An
    /// exchange that wants another round (NTLM) is answered 401 with its token and cannot be carried on.
    pub fn negotiate(begin: impl Fn(&Peer) -> Exchange<Login> + Send + Sync + 'static) -> Self {
        Self::sent(Sent::Negotiate, "", begin)
    }

    /// `Bearer` (RFC 6750): the exchange gets the token as it is. Over TLS only, because the token crosses the wire. What a
    /// realm may not hold in a header is left out of it.
    pub fn bearer(
        realm: &str,
        begin: impl Fn(&Peer) -> Exchange<Login> + Send + Sync + 'static,
    ) -> Self {
        Self::sent(Sent::Bearer, realm, begin)
    }

    /// `Basic` (RFC 7617): the exchange gets the message of SASL's PLAIN, without an authorization identity. Over TLS only,
    /// because the password crosses the wire.
    pub fn basic(
        realm: &str,
        begin: impl Fn(&Peer) -> Exchange<Login> + Send + Sync + 'static,
    ) -> Self {
        Self::sent(Sent::Basic, realm, begin)
    }

    /// The TLS certificate of the connection: [`Peer::certificate`]. There is nothing to ask a client for, so a service that
    /// offers only this answers 401 without a challenge.
    #[must_use]
    pub const fn certificate() -> Self {
        Self(Kind::Certificate)
    }

    /// SIMPLE: the user whom a parameter of the query names, as `user.name` of Hadoop. **Nothing is proved**: whoever can
    /// connect is whoever they say.
    #[must_use]
    pub fn trusted_name(parameter: &str) -> Self {
        Self(Kind::TrustedName(parameter.into()))
    }

    /// NOSASL: everybody is the [unnamed](crate::identity::Principal::unnamed) user. Nobody is refused, so what stands
    /// behind it in the list is reached only with `Authorization`.
    #[must_use]
    pub const fn unnamed() -> Self {
        Self(Kind::Unnamed)
    }
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Sent { sent, .. } => write!(f, "Scheme({})", sent.name()),
            Kind::Certificate => f.write_str("Scheme(certificate)"),
            Kind::TrustedName(parameter) => write!(f, "Scheme(trusted {parameter:?})"),
            Kind::Unnamed => f.write_str("Scheme(unnamed)"),
        }
    }
}
