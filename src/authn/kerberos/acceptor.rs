//! The server side: who comes with a ticket for one of our services.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use libgssapi::credential::Cred;
use libgssapi::error::Error;

use super::accepting::Accepting;
use super::credential::{Usage, acquire};
use super::negotiate::NegotiateServer;
use super::offer::MAX_BUFFER;
use super::sasl_server::SaslServer;
use super::token::Kind;
use super::{ServicePrincipal, failure};
use crate::authn::{AuthToLocal, AuthnError, Exchange, Login, Qop, QopSet};

/// Why there is no [`Acceptor`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AcceptorError {
    /// No service was named.
    #[error("no service principal is given")]
    NoService,
    /// The keytab cannot be read.
    #[error("cannot read keytab `{}`", keytab.display())]
    Keytab {
        /// The file.
        keytab: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A path that the Kerberos library cannot be told.
    #[error("path `{}` is not UTF-8", path.display())]
    Path {
        /// The path.
        path: PathBuf,
    },
    /// The keytab holds no key for a service, or is no keytab.
    #[error("keytab `{}` has no usable key for {service}: {reason}", keytab.display())]
    NoKey {
        /// The file.
        keytab: PathBuf,
        /// The service.
        service: ServicePrincipal,
        /// What the library says.
        reason: String,
    },
}

/// Where it is remembered which tickets were shown, so that nobody else shows them again within the clock skew.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReplayCache {
    /// Where the configuration of the machine says (`KRB5RCACHENAME`, `krb5.conf`): else a file of each user. All processes
    /// that serve one principal on one host have to share it.
    System,
    /// This file.
    File(PathBuf),
    /// Nowhere. Whoever records a login can repeat it for some minutes. SASL's GSSAPI is safe from that where the client
    /// asks for mutual authentication, and is refused without; [`Acceptor::negotiate`] depends on TLS.
    ReplaysAccepted,
}

impl ReplayCache {
    fn name(&self) -> Result<Option<String>, AcceptorError> {
        Ok(match self {
            Self::System => None,
            Self::File(path) => Some(format!("file2:{}", utf8(path)?)),
            Self::ReplaysAccepted => Some("none:".to_owned()),
        })
    }
}

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
        let credential = credential(&keytab, &principals, &replays)?;
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
        let credential = credential(&service.keytab, &service.principals, &replays)?;
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
        Exchange::new(SaslServer::new(self.accepting(&[Kind::Kerberos])))
    }

    /// An exchange of the tokens of HTTP's scheme `Negotiate` (RFC 4559), decoded: Kerberos, by itself or inside of SPNEGO.
    /// The last token for the client is the reply of [`Step::Done`](crate::authn::Step::Done). What the request says is not
    /// protected by it, so use it over TLS.
    #[must_use]
    pub fn negotiate(&self) -> Exchange<Login> {
        let accepting = self.accepting(&[Kind::Kerberos, Kind::Spnego]);
        Exchange::new(NegotiateServer::new(accepting))
    }

    fn accepting(&self, kinds: &'static [Kind]) -> Accepting {
        Accepting::new(self.clone(), kinds, self.service.credential.clone())
    }

    pub(super) const fn qops(&self) -> QopSet {
        self.qops
    }

    pub(super) const fn buffer(&self) -> u32 {
        self.buffer
    }

    pub(super) fn binding(&self) -> Option<&[u8]> {
        self.binding.as_deref()
    }

    pub(super) fn names(&self) -> &AuthToLocal {
        &self.service.names
    }

    /// Whether a ticket for that principal is a ticket for us.
    pub(super) fn is(&self, principal: &str) -> bool {
        let mut ours = self.service.principals.iter();
        ours.any(|(_, text)| text == principal)
    }

    /// What it means that a context could not be established: the peer's fault only if the keytab is well.
    pub(super) fn failure(&self, error: &Error) -> AuthnError {
        let Service {
            keytab,
            principals,
            replays,
            ..
        } = &*self.service;
        match failure::of_peer(error) {
            // Read at once: the library keeps its texts for each thread, until the next call.
            refused @ AuthnError::Refused { .. } => match credential(keytab, principals, replays) {
                Ok(_) => refused,
                Err(AcceptorError::Keytab { keytab, source }) => failure::unavailable(format!(
                    "cannot read keytab `{}`: {source}",
                    keytab.display()
                )),
                Err(error) => failure::unavailable(error.to_string()),
            },
            other => other,
        }
    }

    pub(super) fn accepts_replays(&self) -> bool {
        self.service.replays == ReplayCache::ReplaysAccepted
    }
}

/// Acquires what tickets are checked with: of the one service, or of whatever the keytab holds if there are several.
fn credential(
    keytab: &Path,
    principals: &[(ServicePrincipal, String)],
    replays: &ReplayCache,
) -> Result<Cred, AcceptorError> {
    // The library's own text does not tell a file that is missing from one that must not be read.
    File::open(keytab).map_err(|source| AcceptorError::Keytab {
        keytab: keytab.to_owned(),
        source,
    })?;
    let file = format!("FILE:{}", utf8(keytab)?);
    let replays = replays.name()?;
    let mut store = vec![("keytab", file.as_str())];
    store.extend(replays.as_deref().map(|name| ("rcache", name)));
    let acquire = |service: &ServicePrincipal, principal: Option<&str>| {
        acquire(principal, Usage::Accept, &store).map_err(|error| AcceptorError::NoKey {
            keytab: keytab.to_owned(),
            service: service.clone(),
            reason: failure::text(&error),
        })
    };
    let mut last = None;
    for (service, text) in principals {
        last = Some((service, acquire(service, Some(text))?));
    }
    let (service, credential) = last.ok_or(AcceptorError::NoService)?;
    match principals {
        [_] => Ok(credential),
        _ => acquire(service, None),
    }
}

fn utf8(path: &Path) -> Result<&str, AcceptorError> {
    path.to_str().ok_or_else(|| AcceptorError::Path {
        path: path.to_owned(),
    })
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
