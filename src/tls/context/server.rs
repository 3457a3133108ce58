//! The configuration of rustls for a server.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::server::{NoClientAuth, danger::ClientCertVerifier};
use rustls::sign::SingleCertAndKey;

use super::super::verify::ClientVerifier;
use super::super::{Identity, TlsError, Trust};
use super::Protocols;

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
    protocols: Protocols,
}

impl ServerContext {
    /// A server that is `identity`.
    pub fn new(identity: &Identity, provider: &Arc<CryptoProvider>) -> Self {
        Self {
            identity: identity.clone(),
            provider: provider.clone(),
            client_auth: ClientAuth::None,
            protocols: Protocols::default(),
        }
    }

    /// Sets what is asked of clients.
    pub fn client_auth(mut self, client_auth: ClientAuth) -> Self {
        self.client_auth = client_auth;
        self
    }

    /// Sets the protocol versions.
    pub const fn protocols(mut self, protocols: Protocols) -> Self {
        self.protocols = protocols;
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
            .with_protocol_versions(self.protocols.versions())
            .map_err(|error| TlsError::Context {
                reason: error.to_string(),
            })?
            .with_client_cert_verifier(clients)
            .with_cert_resolver(Arc::new(identity)))
    }
}
