//! Several transports of one service, each with settings of its own.

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::CryptoProvider;
use rustls::{ClientConfig, ServerConfig};

use super::{
    CipherSuites, ClientAuth, ClientContext, Files, KeySource, NameCheck, Protocols, Resumption,
    ServerContext, TlsError, Trusted,
};

/// How a transport, such as data, control or web, is protected: not at all, or by TLS, for which it has a server side, a
/// client side, or both. Plain data: no file is read before [`server`](Self::server) or [`client`](Self::client) is asked.
///
/// ```no_run
/// # #[cfg(feature = "ring")] {
/// use std::time::SystemTime;
/// use bailiwick::tls::{self, ClientAuth, ClientSide, Files, KeySource, ServerSide, Transport, Trusted, TrustSource};
///
/// let key = KeySource::store("/etc/service/keystore.p12").password(tls::Password::new("keypass"));
/// let trusted = Trusted::Store(TrustSource::store("/etc/service/ca.pem"));
///
/// let mut server = ServerSide::new(key.clone());
/// server.client_auth = ClientAuth::Required(trusted.clone());
/// let mut client = ClientSide::new(trusted);
/// client.key = Some(key);
/// let data = Transport::new("data").with_server(server).with_client(client);
///
/// let mut files = Files::new(SystemTime::now());
/// let config = data.server(&mut files, &tls::ring_provider())?;
/// # }
/// # Ok::<(), bailiwick::tls::TlsError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Transport {
    name: String,
    on: bool,
    server: Side<ServerSide>,
    client: Side<ClientSide>,
}

const NOT_CONFIGURED: &str = "it is not configured";

/// Settings that are there, or why they are not.
#[derive(Clone, Debug)]
enum Side<T> {
    Missing(String),
    There(Box<T>),
}

/// What a server needs to know about one transport.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServerSide {
    /// Who it is.
    pub key: KeySource,
    /// What it asks of clients.
    pub client_auth: ClientAuth<Trusted>,
    /// What it has in common with its clients.
    pub terms: Terms,
}

/// What a client needs to know about one transport.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClientSide {
    /// Whom it believes.
    pub trusted: Trusted,
    /// Who it says it is, to servers that ask.
    pub key: Option<KeySource>,
    /// How names of servers are checked.
    pub name_check: NameCheck,
    /// What it has in common with its servers.
    pub terms: Terms,
}

/// What servers and clients of a transport both have.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Terms {
    /// The versions of TLS.
    pub protocols: Protocols,
    /// The cipher suites.
    pub cipher_suites: CipherSuites,
    /// Whether and how long sessions can be resumed.
    pub resumption: Resumption,
    /// How long a handshake may take; 10 s by default, as in Netty. For whoever does the handshake.
    pub handshake_timeout: Duration,
    /// How often to look whether the files have changed; `None` is never, 10 s the default. For whoever reloads.
    pub reload_interval: Option<Duration>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            protocols: Protocols::default(),
            cipher_suites: CipherSuites::default(),
            resumption: Resumption::default(),
            handshake_timeout: Duration::from_secs(10),
            reload_interval: Some(Duration::from_secs(10)),
        }
    }
}

impl ServerSide {
    /// A server with this key, that asks clients for nothing.
    #[must_use]
    pub fn new(key: KeySource) -> Self {
        Self {
            key,
            client_auth: ClientAuth::None,
            terms: Terms::default(),
        }
    }
}

impl ClientSide {
    /// A client that believes these servers, checks their names, and has no certificate of its own.
    #[must_use]
    pub fn new(trusted: Trusted) -> Self {
        Self {
            trusted,
            key: None,
            name_check: NameCheck::default(),
            terms: Terms::default(),
        }
    }
}

impl Transport {
    /// A transport with TLS. Its sides have still to be set.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            on: true,
            server: Side::Missing(NOT_CONFIGURED.to_owned()),
            client: Side::Missing(NOT_CONFIGURED.to_owned()),
        }
    }

    /// A transport without TLS. To ask it for a configuration is an error, so that nobody takes plain text for TLS.
    pub fn off(name: impl Into<String>) -> Self {
        Self {
            on: false,
            ..Self::new(name)
        }
    }

    /// Sets the server side.
    pub fn with_server(mut self, server: ServerSide) -> Self {
        self.server = Side::There(Box::new(server));
        self
    }

    /// Sets the client side.
    pub fn with_client(mut self, client: ClientSide) -> Self {
        self.client = Side::There(Box::new(client));
        self
    }

    /// Says why there is no server side, for the message to whoever asks for it.
    pub fn without_server(mut self, reason: impl Into<String>) -> Self {
        self.server = Side::Missing(reason.into());
        self
    }

    /// Says why there is no client side, for the message to whoever asks for it.
    pub fn without_client(mut self, reason: impl Into<String>) -> Self {
        self.client = Side::Missing(reason.into());
        self
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it has TLS.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.on
    }

    /// The settings of the server side.
    ///
    /// # Errors
    /// [`TlsError::TransportOff`] and [`TlsError::NoSide`].
    pub fn server_side(&self) -> Result<&ServerSide, TlsError> {
        self.side(&self.server, "server")
    }

    /// The settings of the client side.
    ///
    /// # Errors
    /// [`TlsError::TransportOff`] and [`TlsError::NoSide`].
    pub fn client_side(&self) -> Result<&ClientSide, TlsError> {
        self.side(&self.client, "client")
    }

    fn side<'a, T>(&self, side: &'a Side<T>, which: &'static str) -> Result<&'a T, TlsError> {
        match side {
            _ if !self.on => Err(TlsError::TransportOff {
                transport: self.name.clone(),
            }),
            Side::There(side) => Ok(side),
            Side::Missing(reason) => Err(TlsError::NoSide {
                transport: self.name.clone(),
                side: which,
                reason: reason.clone(),
            }),
        }
    }

    /// Reads the files of the server side and makes its configuration: what the closure of a `Reloader` calls.
    ///
    /// # Errors
    /// Those of [`server_side`](Self::server_side), [`KeySource::identity`], [`Trusted::trust`] and
    /// [`ServerContext::config`].
    pub fn server(
        &self,
        files: &mut Files,
        provider: &Arc<CryptoProvider>,
    ) -> Result<ServerConfig, TlsError> {
        let side = self.server_side()?;
        let client_auth = match &side.client_auth {
            ClientAuth::None => ClientAuth::None,
            ClientAuth::Optional(trusted) => ClientAuth::Optional(trusted.trust(files)?),
            ClientAuth::Required(trusted) => ClientAuth::Required(trusted.trust(files)?),
        };
        ServerContext::new(&side.key.identity(files, provider)?, provider)
            .client_auth(client_auth)
            .protocols(side.terms.protocols)
            .cipher_suites(side.terms.cipher_suites.clone())
            .resumption(side.terms.resumption)
            .config()
    }

    /// Reads the files of the client side and makes its configuration: what the closure of a `Reloader` calls.
    ///
    /// # Errors
    /// Those of [`client_side`](Self::client_side), [`KeySource::identity`], [`Trusted::trust`] and
    /// [`ClientContext::config`].
    pub fn client(
        &self,
        files: &mut Files,
        provider: &Arc<CryptoProvider>,
    ) -> Result<ClientConfig, TlsError> {
        let side = self.client_side()?;
        let mut context = ClientContext::new(&side.trusted.trust(files)?, provider)
            .name_check(side.name_check)
            .protocols(side.terms.protocols)
            .cipher_suites(side.terms.cipher_suites.clone())
            .resumption(side.terms.resumption);
        if let Some(key) = &side.key {
            context = context.identity(&key.identity(files, provider)?);
        }
        context.config()
    }
}

/// The transports of a service, by name.
#[derive(Clone, Debug, Default)]
pub struct Transports(Vec<Transport>);

impl Transports {
    /// Between workers, and between workers and clients: where the data flows.
    pub const DATA: &'static str = "data";
    /// RPC.
    pub const CONTROL: &'static str = "control";
    /// HTTPS: user interfaces and REST.
    pub const WEB: &'static str = "web";
    /// Flink's distribution of files.
    pub const BLOB: &'static str = "blob";
    /// Between the tasks of a MapReduce job.
    pub const SHUFFLE: &'static str = "shuffle";

    /// The transport with this name.
    ///
    /// # Errors
    /// [`TlsError::NoSuchTransport`]. One that is off is none.
    pub fn get(&self, name: &str) -> Result<&Transport, TlsError> {
        let found = self.iter().find(|transport| transport.name == name);
        found.ok_or_else(|| TlsError::NoSuchTransport {
            transport: name.to_owned(),
            known: self.iter().map(|known| known.name.clone()).collect(),
        })
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Transport> {
        self.0.iter()
    }
}

/// Of two with the same name the later counts.
impl FromIterator<Transport> for Transports {
    fn from_iter<I: IntoIterator<Item = Transport>>(transports: I) -> Self {
        let mut all: Vec<Transport> = Vec::new();
        for transport in transports {
            all.retain(|earlier| earlier.name != transport.name);
            all.push(transport);
        }
        Self(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::TrustSource;

    #[test]
    fn what_is_not_there_says_so() {
        let all: Transports = [
            Transport::off("data").with_server(ServerSide::new(KeySource::store("never read"))),
            Transport::new("web"),
            Transport::new("web").without_server("no key"),
            Transport::new("blob")
                .with_client(ClientSide::new(Trusted::Store(TrustSource::store("x")))),
        ]
        .into_iter()
        .collect();
        let names: Vec<_> = all.iter().map(Transport::name).collect();
        assert_eq!(names, ["data", "web", "blob"]);
        let error = |name: &str, server: bool| {
            let transport = all.get(name)?;
            if server {
                transport.server_side().map(drop)
            } else {
                transport.client_side().map(drop)
            }
        };
        for (name, server, expected) in [
            ("data", true, "transport `data` is off: it has no TLS"),
            ("data", false, "transport `data` is off: it has no TLS"),
            ("web", true, "transport `web` has no server side: no key"),
            (
                "web",
                false,
                "transport `web` has no client side: it is not configured",
            ),
            (
                "blob",
                true,
                "transport `blob` has no server side: it is not configured",
            ),
            (
                "rest",
                true,
                "there is no transport `rest`, only `data`, `web`, `blob`",
            ),
        ] {
            assert_eq!(error(name, server).unwrap_err().to_string(), expected);
        }
        error("blob", false).unwrap();
        assert!(!all.get("data").unwrap().is_on() && all.get("web").unwrap().is_on());
    }
}
