//! The configuration of rustls for a client.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;
use rustls::sign::SingleCertAndKey;

use super::super::verify::ServerVerifier;
use super::super::{Identity, NameCheck, TlsError, Trust};
use super::Protocols;

/// What a client needs for a [`rustls::ClientConfig`]. TLS 1.2 and 1.3, names checked, and no certificate of its own, unless
/// said otherwise.
#[derive(Clone, Debug)]
#[must_use]
pub struct ClientContext {
    trust: Trust,
    provider: Arc<CryptoProvider>,
    name_check: NameCheck,
    identity: Option<Identity>,
    protocols: Protocols,
}

impl ClientContext {
    /// A client that believes the servers in `trust`.
    pub fn new(trust: &Trust, provider: &Arc<CryptoProvider>) -> Self {
        Self {
            trust: trust.clone(),
            provider: provider.clone(),
            name_check: NameCheck::default(),
            identity: None,
            protocols: Protocols::default(),
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

    /// Sets the protocol versions.
    pub const fn protocols(mut self, protocols: Protocols) -> Self {
        self.protocols = protocols;
        self
    }

    /// Makes the configuration. Anything else, such as ALPN, can be set on it.
    ///
    /// # Errors
    /// [`TlsError::Context`] if the crypto provider has no cipher suite for the versions asked for.
    pub fn config(&self) -> Result<ClientConfig, TlsError> {
        let servers = ServerVerifier::new(&self.trust, self.name_check, &self.provider);
        let builder = ClientConfig::builder_with_provider(self.provider.clone())
            .with_protocol_versions(self.protocols.versions())
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
