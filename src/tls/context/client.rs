//! The configuration of rustls for a client.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::sign::SingleCertAndKey;
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, client};

use super::super::verify::ServerVerifier;
use super::super::{Identity, NameCheck, TlsError, Trust};
use super::common::{Common, refused};
use super::sessions::ClientSessions;
use super::{CipherSuites, Protocols, Resumption};

/// What a client needs for a [`rustls::ClientConfig`]. TLS 1.2 and 1.3, names checked, and no certificate of its own, unless
/// said otherwise.
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientContext {
    trust: Trust,
    name_check: NameCheck,
    identity: Option<Identity>,
    common: Common,
}

impl ClientContext {
    /// A client that believes the servers in `trust`.
    pub fn new(trust: &Trust, provider: &Arc<CryptoProvider>) -> Self {
        Self {
            trust: trust.clone(),
            name_check: NameCheck::default(),
            identity: None,
            common: Common::new(provider),
        }
    }

    /// Sets how names of servers are checked.
    pub fn name_check(mut self, name_check: NameCheck) -> Self {
        self.name_check = name_check;
        self
    }

    /// Sets who the client says it is, to servers that ask.
    pub fn identity(mut self, identity: &Identity) -> Self {
        self.identity = Some(identity.clone());
        self
    }

    /// Sets the protocol versions: `alluxio.network.tls.{server|client}.protocols`, `security.ssl.protocol`,
    /// `hadoop.ssl.enabled.protocols`.
    pub const fn protocols(mut self, protocols: Protocols) -> Self {
        self.common.protocols = protocols;
        self
    }

    /// Sets the cipher suites: `security.ssl.algorithms`. They are offered in this order.
    pub fn cipher_suites(mut self, cipher_suites: CipherSuites) -> Self {
        self.common.cipher_suites = cipher_suites;
        self
    }

    /// The cipher suites asked for by name that the crypto provider does not speak, for a warning. They are passed over.
    #[must_use]
    pub fn unsupported_suites(&self) -> Vec<String> {
        self.common.unsupported_suites()
    }

    /// Sets the application protocols (RFC 7301) that are offered, such as `["h2", "http/1.1"]`, the preferred first.
    /// By default there is none.
    ///
    /// A server that knows none of these refuses the connection. One that does not speak of application protocols at
    /// all is talked to: see `alpn_protocol()` of the connection.
    pub fn alpn<P: Into<Vec<u8>>>(mut self, protocols: impl IntoIterator<Item = P>) -> Self {
        self.common.set_alpn(protocols);
        self
    }

    /// Sets whether and how long sessions can be resumed.
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
    /// [`TlsError::Setting`] if no cipher suite is left for the protocols, or an application protocol has an impossible
    /// name. [`TlsError::Context`] if the crypto provider cannot do it.
    pub fn config(&self) -> Result<ClientConfig, TlsError> {
        let common = &self.common;
        let provider = common.provider()?;
        let servers = ServerVerifier::new(&self.trust, self.name_check, &provider);
        let builder = ClientConfig::builder_with_details(provider, common.clock.clone())
            .with_protocol_versions(common.protocols.versions())
            .map_err(|error| refused(&error))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(servers));
        let mut config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some(identity) => {
                let identity = SingleCertAndKey::from(identity.certified_key().clone());
                builder.with_client_cert_resolver(Arc::new(identity))
            }
        };
        config.alpn_protocols = common.alpn()?;
        config.resumption = if common.resumption.is_off() {
            client::Resumption::disabled()
        } else {
            let sessions = ClientSessions::new(common.resumption, &common.clock);
            client::Resumption::store(Arc::new(sessions))
        };
        Ok(config)
    }
}
