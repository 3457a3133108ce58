//! The configuration of rustls for a server.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoClientAuth, NoServerSessionStorage};
use rustls::sign::SingleCertAndKey;
use rustls::time_provider::TimeProvider;
use rustls::{ServerConfig, SupportedCipherSuite};

use super::super::verify::ClientVerifier;
use super::super::{Identity, TlsError, Trust};
use super::common::{Common, refused};
use super::sessions::ServerSessions;
use super::{CipherSuites, Protocols, Resumption};

/// Whether a server asks its clients for a certificate, and whom it believes: a [`Trust`], or where to find one.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum ClientAuth<T = Trust> {
    /// It does not ask.
    #[default]
    None,
    /// It asks. A client without one is let in, one with a certificate that is not trusted is not.
    Optional(T),
    /// Only clients with a trusted certificate get in (mutual TLS).
    Required(T),
}

/// What a server needs for a [`rustls::ServerConfig`]. TLS 1.2 and 1.3, and no client certificates, unless said otherwise.
#[derive(Clone, Debug)]
#[must_use]
pub struct ServerContext {
    identity: Identity,
    client_auth: ClientAuth,
    common: Common,
}

impl ServerContext {
    /// A server that is `identity`.
    pub fn new(identity: &Identity, provider: &Arc<CryptoProvider>) -> Self {
        Self {
            identity: identity.clone(),
            client_auth: ClientAuth::None,
            common: Common::new(provider),
        }
    }

    /// Sets what is asked of clients: `security.ssl.rest.authentication-enabled`, `hadoop.ssl.require.client.cert`.
    pub fn client_auth(mut self, client_auth: ClientAuth) -> Self {
        self.client_auth = client_auth;
        self
    }

    /// Sets the protocol versions: `alluxio.network.tls.server.protocols`, `security.ssl.protocol`,
    /// `hadoop.ssl.enabled.protocols`.
    pub const fn protocols(mut self, protocols: Protocols) -> Self {
        self.common.protocols = protocols;
        self
    }

    /// Sets the cipher suites: `security.ssl.algorithms`, `ssl.server.exclude.cipher.list`. If they are named, their
    /// order goes before the client's.
    pub fn cipher_suites(mut self, cipher_suites: CipherSuites) -> Self {
        self.common.cipher_suites = cipher_suites;
        self
    }

    /// Sets the application protocols (RFC 7301), such as `["h2", "http/1.1"]`, the preferred first. By default there is
    /// none, and what clients say about theirs is ignored.
    ///
    /// A client that offers none of these is refused with the alert `no_application_protocol`. One that does not speak
    /// of application protocols at all is let in: see `alpn_protocol()` of the connection.
    pub fn alpn<P: Into<Vec<u8>>>(mut self, protocols: impl IntoIterator<Item = P>) -> Self {
        self.common.set_alpn(protocols);
        self
    }

    /// Sets whether and how long sessions can be resumed: `security.ssl.internal.session-cache-size`,
    /// `security.ssl.internal.session-timeout`.
    pub const fn resumption(mut self, resumption: Resumption) -> Self {
        self.common.resumption = resumption;
        self
    }

    /// Sets the clock by which certificates and sessions expire; otherwise it is the system's.
    pub fn time_provider(mut self, clock: Arc<dyn TimeProvider>) -> Self {
        self.common.clock = clock;
        self
    }

    /// Makes the configuration. Anything else can be set on it. Its sessions are its own, see [`Resumption`].
    ///
    /// # Errors
    /// [`TlsError::Setting`] if no cipher suite is left for the protocols and the key, or an application protocol has an
    /// impossible name. [`TlsError::Context`] if the crypto provider cannot do it.
    pub fn config(&self) -> Result<ServerConfig, TlsError> {
        let common = &self.common;
        let provider = common.provider()?;
        self.check_key(&provider)?;
        let clients: Arc<dyn ClientCertVerifier> = match &self.client_auth {
            ClientAuth::None => Arc::new(NoClientAuth),
            ClientAuth::Optional(trust) => Arc::new(ClientVerifier::new(trust, false, &provider)?),
            ClientAuth::Required(trust) => Arc::new(ClientVerifier::new(trust, true, &provider)?),
        };
        let identity = SingleCertAndKey::from(self.identity.certified_key().clone());
        let mut config = ServerConfig::builder_with_details(provider, common.clock.clone())
            .with_protocol_versions(common.protocols.versions())
            .map_err(|error| refused(&error))?
            .with_client_cert_verifier(clients)
            .with_cert_resolver(Arc::new(identity));
        config.alpn_protocols = common.alpn()?;
        config.ignore_client_order = common.cipher_suites.has_order();
        if common.resumption.is_off() {
            config.session_storage = Arc::new(NoServerSessionStorage {});
            config.send_tls13_tickets = 0;
        } else {
            config.session_storage =
                Arc::new(ServerSessions::new(common.resumption, &common.clock));
        }
        Ok(config)
    }

    /// A suite of TLS 1.2 says what kind of key signs. Without one for this key, each handshake would fail.
    fn check_key(&self, provider: &CryptoProvider) -> Result<(), TlsError> {
        let algorithm = self.identity.certified_key().key.algorithm();
        let versions = self.common.protocols.versions();
        let fits = |suite: &SupportedCipherSuite| {
            versions.contains(&suite.version()) && suite.usable_for_signature_algorithm(algorithm)
        };
        if provider.cipher_suites.iter().any(fits) {
            return Ok(());
        }
        Err(TlsError::Setting {
            what: "cipher suites",
            value: self.common.cipher_suites.to_string(),
            reason: format!(
                "none is for the {algorithm:?} key `{}`",
                self.identity.alias()
            ),
        })
    }
}
