//! The client's side of Kerberos.

mod begin;
mod establish;
mod negotiate;
mod sasl;
mod target;

use std::fmt;
use std::sync::Arc;

use super::login::KerberosLogin;
use super::offer::MAX_BUFFER;
use crate::authn::{Connected, Exchange, Qop};
use crate::identity::UserName;

use begin::Begin;
use establish::Wire;
pub use target::Target;

/// What opens connections as the user of a [`KerberosLogin`]: how they are to be protected, and for whom they are.
///
/// The server has to prove who it is, too, always; nothing is delegated to it.
///
/// The first step of an exchange may ask the KDC for the ticket of the service and wait for it, see
/// [`Credentials::deadline`](super::Credentials::deadline): on an asynchronous runtime, step it where it may block. The
/// ticket is kept with the login, so it is one request for each service and login. Later steps do not wait for anything.
///
/// A KDC that does not answer makes an exchange fail as unavailable; a service that is not known there, an expired login, a
/// server that does not prove to be the one that was asked for, as refused.
///
/// Cheap to clone: make a copy for each [`act_as`](Self::act_as).
#[derive(Clone)]
#[must_use]
pub struct Initiator {
    login: KerberosLogin,
    options: Options,
}

#[derive(Clone)]
struct Options {
    qops: Arc<[Qop]>,
    buffer: u32,
    act_as: Option<UserName>,
    bindings: Option<Arc<[u8]>>,
}

impl Initiator {
    /// The most that [`with_buffer`](Self::with_buffer) can say: RFC 4752 has three bytes for it.
    pub const LARGEST_BUFFER: u32 = MAX_BUFFER;

    pub(super) fn new(login: KerberosLogin) -> Self {
        let options = Options {
            qops: [Qop::Confidentiality, Qop::Integrity, Qop::Auth].into(),
            buffer: 64 * 1024,
            act_as: None,
            bindings: None,
        };
        Self { login, options }
    }

    /// The qualities of protection that are good enough, in the order of preference: the first that the server offers, too,
    /// is taken, and if it offers none of them the exchange fails (Java's `javax.security.sasl.qop`). Without it, the one
    /// that protects most. Over TLS, [`Qop::Auth`] alone saves work.
    ///
    /// For SASL only.
    pub fn with_qops(mut self, preferences: &[Qop]) -> Self {
        self.options.qops = preferences.into();
        self
    }

    /// How long the messages may be that the server sends after the exchange, wrapped, in bytes, where they are protected
    /// (Java's `javax.security.sasl.maxbuffer`). More than [`LARGEST_BUFFER`](Self::LARGEST_BUFFER) is taken for that.
    /// Without it, 64 KiB.
    ///
    /// For SASL only. The server is told, and a longer message is refused.
    pub fn with_buffer(mut self, bytes: u32) -> Self {
        self.options.buffer = bytes.min(Self::LARGEST_BUFFER);
        self
    }

    /// Whom to act as: the authorization identity, which the server has to allow. `None` is the user of the login.
    ///
    /// For SASL only; HTTP has parameters for it, such as Hadoop's `doas`.
    pub fn act_as(mut self, user: Option<UserName>) -> Self {
        self.options.act_as = user;
        self
    }

    /// Binds the exchange to the channel that it goes over, so that nobody can pass it on over another: the application data
    /// of GSS-API's channel bindings, such as `tls::server_end_point` makes from the server's certificate (RFC 5929). It is
    /// the server that has to insist, see [`Acceptor::bound_to`](super::Acceptor::bound_to).
    pub fn bound_to(mut self, channel: &[u8]) -> Self {
        self.options.bindings = Some(channel.into());
        self
    }

    /// Begins an exchange of SASL's GSSAPI (RFC 4752). The client speaks first.
    #[must_use]
    pub fn sasl(&self, target: &Target) -> Exchange<Connected> {
        self.begin(target, Wire::Kerberos)
    }

    /// Begins an exchange of HTTP's Negotiate (SPNEGO, RFC 4559): each reply goes into `Authorization`, each token of
    /// `WWW-Authenticate` into the next step, both in base64, which is the caller's work. It is done only when the server
    /// has proved who it is: an answer of 200 without a token is not to be trusted. No layer comes of it.
    #[must_use]
    pub fn negotiate(&self, target: &Target) -> Exchange<Connected> {
        self.begin(target, Wire::Negotiate)
    }

    fn begin(&self, target: &Target, wire: Wire) -> Exchange<Connected> {
        let (login, options) = (self.login.clone(), self.options.clone());
        let target = target.clone();
        Exchange::new(Begin {
            login,
            target,
            options,
            wire,
        })
    }
}

impl fmt::Debug for Initiator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Initiator")
            .field("login", &self.login)
            .field("qops", &self.options.qops)
            .field("buffer", &self.options.buffer)
            .field("act_as", &self.options.act_as)
            .field("bound", &self.options.bindings.is_some())
            .finish()
    }
}
