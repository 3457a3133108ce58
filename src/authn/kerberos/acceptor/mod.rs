//! The server side: who comes with a ticket for one of our services.

mod establish;
mod failure;
mod first_token;
mod keytab;
mod negotiate;
mod replay_cache;
mod sasl;

use std::path::PathBuf;
use std::sync::Arc;

use libgssapi::credential::Cred;
use libgssapi::error::Error;

use super::ServicePrincipal;
use super::failure::unavailable;
use super::offer::MAX_BUFFER;
use crate::authn::{AuthToLocal, AuthnError, Exchange, Login, Qop, QopSet};

use establish::Establish;
use first_token::Kind;
pub use keytab::AcceptorError;
use negotiate::NegotiateServer;
pub use replay_cache::ReplayCache;
use sasl::SaslServer;

/// Accepts Kerberos logins for the services of a keytab.
///
/// It is made once and cloned cheaply. Nothing here calls the network: tickets are checked with the keys of the keytab.
/// The library reads that file for each login, so a keytab that was replaced counts at once, and one that has vanished
/// makes logins [`Unavailable`](crate::authn::AuthnError::Unavailable) until it is there again. Replace it by renaming,
/// and keep the keys before the last for as long as tickets live.
///
/// ```no_run
/// use std::sync::Arc;
/// use bailiwick::authn::kerberos::{Acceptor, ServicePrincipal};
/// use bailiwick::authn::{AuthToLocal, RuleMechanism};
///
/// let service = ServicePrincipal::for_host("alluxio/_HOST@EXAMPLE.COM", "node1.example.com")?;
/// let names = AuthToLocal::parse("DEFAULT", RuleMechanism::Hadoop, "EXAMPLE.COM")?;
/// let acceptor = Acceptor::open("/etc/alluxio/alluxio.keytab", [service], Arc::new(names))?;
///
/// // For each connection:
/// let exchange = acceptor.sasl();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Acceptor {
    service: Arc<Service>,
    qops: QopSet,
    buffer: u32,
    binding: Option<Arc<[u8]>>,
}

/// What all connections share.
struct Service {
    keytab: PathBuf,
    /// Whose tickets are taken, and their names as the library writes them.
    principals: Box<[(ServicePrincipal, String)]>,
    credential: Cred,
    replays: ReplayCache,
    names: Arc<AuthToLocal>,
}

impl Acceptor {
    /// Accepts tickets for these services and no others, whatever else the keytab holds. `names` makes local user names of
    /// principals.
    ///
    /// # Errors
    ///
    /// [`AcceptorError`].
    pub fn open(
        keytab: impl Into<PathBuf>,
        services: impl IntoIterator<Item = ServicePrincipal>,
        names: Arc<AuthToLocal>,
    ) -> Result<Self, AcceptorError> {
        let keytab = keytab.into();
        let principals: Box<[_]> = services
            .into_iter()
            .map(|service| {
                let text = service.to_string();
                (service, text)
            })
            .collect();
        let replays = ReplayCache::System;
        let credential = keytab::acquire(&keytab, &principals, &replays)?;
        Ok(Self {
            service: Arc::new(Service {
                keytab,
                principals,
                credential,
                replays,
                names,
            }),
            qops: QopSet::at_least(Qop::Integrity),
            buffer: Self::DEFAULT_BUFFER,
            binding: None,
        })
    }

    /// What [`sasl`](Self::sasl) takes at once in a protected message: 64 KiB, as Java does.
    pub const DEFAULT_BUFFER: u32 = 64 * 1024;

    /// The protection that clients of [`sasl`](Self::sasl) may choose from.
    ///
    /// At first, integrity or confidentiality: without either, what follows a login need not come from whoever logged in.
    /// Where TLS protects the connection, [`QopSet::ALL`] is right.
    #[must_use]
    pub const fn with_qops(mut self, qops: QopSet) -> Self {
        self.qops = qops;
        self
    }

    /// How many bytes of a protected message are taken at once. More than 16,777,215, the most that RFC 4752 has room for,
    /// is taken for that.
    #[must_use]
    pub fn with_buffer(mut self, bytes: u32) -> Self {
        self.buffer = bytes.min(MAX_BUFFER);
        self
    }

    /// Demands that clients know of the channel that they come over, and that it is this one: a login that somebody in the
    /// middle passes on is refused, and so is a client that does not say. For TLS this is
    /// `tls::server_end_point`. Clone the acceptor for each certificate or connection.
    ///
    /// RFC 4752 has SASL's GSSAPI without channel bindings. Clients that send them there exist all the same, such as those
    /// of Active Directory.
    #[must_use]
    pub fn bound_to(mut self, channel: &[u8]) -> Self {
        self.binding = Some(channel.into());
        self
    }

    /// Remembers tickets there, in place of [`ReplayCache::System`].
    ///
    /// # Errors
    ///
    /// [`AcceptorError`], because the keys are acquired anew.
    pub fn with_replay_cache(self, replays: ReplayCache) -> Result<Self, AcceptorError> {
        let service = &self.service;
        let credential = keytab::acquire(&service.keytab, &service.principals, &replays)?;
        Ok(Self {
            service: Arc::new(Service {
                keytab: service.keytab.clone(),
                principals: service.principals.clone(),
                credential,
                replays,
                names: Arc::clone(&service.names),
            }),
            ..self
        })
    }

    /// An exchange of SASL's mechanism `GSSAPI` (RFC 4752): Kerberos, then what protects the connection, then for whom the
    /// client acts. The client speaks first.
    #[must_use]
    pub fn sasl(&self) -> Exchange<Login> {
        Exchange::new(SaslServer::new(self.establish(&[Kind::Kerberos])))
    }

    /// An exchange of the tokens of HTTP's scheme `Negotiate` (RFC 4559), decoded: Kerberos, by itself or inside of SPNEGO.
    /// The last token for the client is the reply of [`Step::Done`](crate::authn::Step::Done). What the request says is not
    /// protected by it, so use it over TLS.
    #[must_use]
    pub fn negotiate(&self) -> Exchange<Login> {
        let establish = self.establish(&[Kind::Kerberos, Kind::Spnego]);
        Exchange::new(NegotiateServer::new(establish))
    }

    fn establish(&self, kinds: &'static [Kind]) -> Establish {
        Establish::new(self.clone(), kinds, self.service.credential.clone())
    }

    const fn qops(&self) -> QopSet {
        self.qops
    }

    const fn buffer(&self) -> u32 {
        self.buffer
    }

    fn binding(&self) -> Option<&[u8]> {
        self.binding.as_deref()
    }

    fn names(&self) -> &AuthToLocal {
        &self.service.names
    }

    /// Whether a ticket for that principal is a ticket for us.
    fn is(&self, principal: &str) -> bool {
        let mut ours = self.service.principals.iter();
        ours.any(|(_, text)| text == principal)
    }

    /// What it means that a context could not be established: the peer's fault only if the keytab is well.
    fn failure(&self, error: &Error) -> AuthnError {
        let Service {
            keytab,
            principals,
            replays,
            ..
        } = &*self.service;
        match failure::of_peer(error) {
            // Read at once: the library keeps its texts for each thread, until the next call.
            refused @ AuthnError::Refused { .. } => {
                match keytab::acquire(keytab, principals, replays) {
                    Ok(_) => refused,
                    Err(AcceptorError::Keytab { keytab, source }) => unavailable(format!(
                        "cannot read keytab `{}`: {source}",
                        keytab.display()
                    )),
                    Err(error) => unavailable(error.to_string()),
                }
            }
            other => other,
        }
    }

    fn accepts_replays(&self) -> bool {
        self.service.replays == ReplayCache::ReplaysAccepted
    }
}

impl std::fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let services: Vec<_> = self.service.principals.iter().map(|(s, _)| s).collect();
        f.debug_struct("Acceptor")
            .field("keytab", &self.service.keytab)
            .field("services", &services)
            .field("qops", &self.qops)
            .field("bound", &self.binding.is_some())
            .field("replays", &self.service.replays)
            .finish_non_exhaustive()
    }
}
