//! The configuration of rustls for a client.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
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
    expected_name: Option<String>,
    identity: Option<Identity>,
    common: Common,
}

impl ClientContext {
    /// A client that believes the servers in `trust`.
    pub fn new(trust: &Trust, provider: &Arc<CryptoProvider>) -> Self {
        Self {
            trust: trust.clone(),
            name_check: NameCheck::default(),
            expected_name: None,
            identity: None,
            common: Common::new(provider),
        }
    }

    /// Sets how names of servers are checked.
    pub fn name_check(mut self, name_check: NameCheck) -> Self {
        self.name_check = name_check;
        self
    }

    /// Checks the certificate for this name, whatever name or address is called: where all nodes share one certificate,
    /// or pods have no stable name. The called name is still what the server is told (SNI).
    pub fn expected_name(mut self, name: impl Into<String>) -> Self {
        self.expected_name = Some(name.into());
        self
    }

    /// Sets who the client says it is, to servers that ask.
    pub fn identity(mut self, identity: &Identity) -> Self {
        self.identity = Some(identity.clone());
        self
    }

    /// Sets the protocol versions: `security.ssl.protocol`, `hadoop.ssl.enabled.protocols`.
    pub const fn protocols(mut self, protocols: Protocols) -> Self {
        self.common.protocols = protocols;
        self
    }

    /// Sets the cipher suites: `security.ssl.algorithms`. They are offered in this order.
    pub fn cipher_suites(mut self, cipher_suites: CipherSuites) -> Self {
        self.common.cipher_suites = cipher_suites;
        self
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
    /// [`TlsError::Setting`] if no cipher suite is left for the protocols, an application protocol has an impossible name,
    /// or the expected name is no name or would not be looked at. [`TlsError::Crl`] as [`Trust::with_crls`] says.
    /// [`TlsError::Context`] if the crypto provider cannot do it.
    pub fn config(&self) -> Result<ClientConfig, TlsError> {
        let common = &self.common;
        let provider = common.provider()?;
        let (check, expected) = (self.name_check, self.expected()?);
        let servers = ServerVerifier::new(&self.trust, check, expected, &provider)?;
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

    fn expected(&self) -> Result<Option<ServerName<'static>>, TlsError> {
        let Some(name) = &self.expected_name else {
            return Ok(None);
        };
        let unusable = |reason: &str| TlsError::Setting {
            what: "expected name",
            value: name.clone(),
            reason: reason.to_owned(),
        };
        if self.name_check == NameCheck::DangerouslyNone {
            return Err(unusable("the check of names is switched off"));
        }
        let name = ServerName::try_from(name.clone());
        name.map(Some)
            .map_err(|_| unusable("neither a domain name nor an address"))
    }
}
