//! The configuration of rustls for a client.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
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
    expected_name: Option<String>,
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
            expected_name: None,
            identity: None,
            protocols: Protocols::default(),
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

    /// Sets the protocol versions.
    pub const fn protocols(mut self, protocols: Protocols) -> Self {
        self.protocols = protocols;
        self
    }

    /// Makes the configuration. Anything else, such as ALPN, can be set on it.
    ///
    /// # Errors
    /// [`TlsError::Context`] if the crypto provider has no cipher suite for the versions asked for,
    /// [`TlsError::Crl`] as [`Trust::with_crls`] says, and [`TlsError::Setting`] if the expected name is no name, or
    /// would not be looked at.
    pub fn config(&self) -> Result<ClientConfig, TlsError> {
        let (check, expected) = (self.name_check, self.expected()?);
        let servers = ServerVerifier::new(&self.trust, check, expected, &self.provider)?;
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
