//! Configurations of rustls for a server and for a client.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::server::{NoClientAuth, danger::ClientCertVerifier};
use rustls::sign::SingleCertAndKey;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ServerConfig, SupportedProtocolVersion};

use super::trust::{ClientVerifier, ServerVerifier};
use super::{Identity, NameCheck, TlsError, Trust};

/// The crypto provider of the `ring` crate.
#[cfg(feature = "ring")]
pub fn ring_provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Whether a server asks its clients for a certificate.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum ClientAuth {
    /// It does not ask.
    #[default]
    None,
    /// It asks. A client without one is let in, one with a certificate that is not trusted is not.
    Optional(Trust),
    /// Only clients with a trusted certificate get in (mutual TLS).
    Required(Trust),
}

/// What a server needs for a [`rustls::ServerConfig`]. TLS 1.2 and 1.3, and no client certificates, unless said otherwise.
#[derive(Clone, Debug)]
#[must_use]
pub struct ServerContext {
    identity: Identity,
    provider: Arc<CryptoProvider>,
    client_auth: ClientAuth,
    versions: Vec<&'static SupportedProtocolVersion>,
}

impl ServerContext {
    /// A server that is `identity`.
    pub fn new(identity: &Identity, provider: &Arc<CryptoProvider>) -> Self {
        Self {
            identity: identity.clone(),
            provider: provider.clone(),
            client_auth: ClientAuth::None,
            versions: vec![&TLS13, &TLS12],
        }
    }

    /// Sets what is asked of clients.
    pub fn client_auth(mut self, client_auth: ClientAuth) -> Self {
        self.client_auth = client_auth;
        self
    }

    /// Sets the protocol versions, of those in [`rustls::version`].
    pub fn versions(mut self, versions: &[&'static SupportedProtocolVersion]) -> Self {
        self.versions = versions.to_vec();
        self
    }

    /// Makes the configuration. Anything else, such as ALPN, can be set on it.
    ///
    /// # Errors
    /// [`TlsError::Context`] if the crypto provider has no cipher suite for the versions asked for.
    pub fn config(&self) -> Result<ServerConfig, TlsError> {
        let clients: Arc<dyn ClientCertVerifier> = match &self.client_auth {
            ClientAuth::None => Arc::new(NoClientAuth),
            ClientAuth::Optional(trust) => {
                Arc::new(ClientVerifier::new(trust, false, &self.provider)?)
            }
            ClientAuth::Required(trust) => {
                Arc::new(ClientVerifier::new(trust, true, &self.provider)?)
            }
        };
        let identity = SingleCertAndKey::from(self.identity.certified_key().clone());
        Ok(ServerConfig::builder_with_provider(self.provider.clone())
            .with_protocol_versions(&self.versions)
            .map_err(|error| TlsError::Context {
                reason: error.to_string(),
            })?
            .with_client_cert_verifier(clients)
            .with_cert_resolver(Arc::new(identity)))
    }
}

/// What a client needs for a [`rustls::ClientConfig`]. TLS 1.2 and 1.3, names checked, and no certificate of its own, unless
/// said otherwise.
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientContext {
    trust: Trust,
    provider: Arc<CryptoProvider>,
    name_check: NameCheck,
    identity: Option<Identity>,
    versions: Vec<&'static SupportedProtocolVersion>,
}

impl ClientContext {
    /// A client that believes the servers in `trust`.
    pub fn new(trust: &Trust, provider: &Arc<CryptoProvider>) -> Self {
        Self {
            trust: trust.clone(),
            provider: provider.clone(),
            name_check: NameCheck::default(),
            identity: None,
            versions: vec![&TLS13, &TLS12],
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

    /// Sets the protocol versions, of those in [`rustls::version`].
    pub fn versions(mut self, versions: &[&'static SupportedProtocolVersion]) -> Self {
        self.versions = versions.to_vec();
        self
    }

    /// Makes the configuration. Anything else, such as ALPN, can be set on it.
    ///
    /// # Errors
    /// [`TlsError::Context`] if the crypto provider has no cipher suite for the versions asked for.
    pub fn config(&self) -> Result<ClientConfig, TlsError> {
        let servers = ServerVerifier::new(&self.trust, self.name_check, &self.provider);
        let builder = ClientConfig::builder_with_provider(self.provider.clone())
            .with_protocol_versions(&self.versions)
            .map_err(|error| TlsError::Context {
                reason: error.to_string(),
            })?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(servers));
        Ok(match &self.identity {
            None => builder.with_no_client_auth(),
            Some(identity) => {
                let identity = SingleCertAndKey::from(identity.certified_key().clone());
                builder.with_client_cert_resolver(Arc::new(identity))
            }
        })
    }
}
