//! The decision of a server about a client.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};

use super::super::TlsError;
use super::Trust;
use super::trust::Purpose;

/// Decides for a server about a client.
#[derive(Debug)]
pub(in crate::tls) struct ClientVerifier {
    trust: Trust,
    hints: Vec<DistinguishedName>,
    /// `None` if no certificate of `trust` is an authority.
    chains: Option<Arc<dyn ClientCertVerifier>>,
    mandatory: bool,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ClientVerifier {
    /// All names together have to fit into one handshake message. Without any, a client offers what it has.
    const MAX_HINTS: usize = 32 * 1024;

    pub(in crate::tls) fn new(
        trust: &Trust,
        mandatory: bool,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, TlsError> {
        let chains = if trust.authorities.is_empty() {
            None
        } else {
            let builder = WebPkiClientVerifier::builder_with_provider(
                trust.authorities.clone(),
                provider.clone(),
            );
            Some(builder.build().map_err(|error| TlsError::Context {
                reason: error.to_string(),
            })?)
        };
        let size: usize = trust.hints.iter().map(|name| name.as_ref().len() + 2).sum();
        let hints = if size <= Self::MAX_HINTS {
            trust.hints.clone()
        } else {
            Vec::new()
        };
        Ok(Self {
            trust: trust.clone(),
            hints,
            chains,
            mandatory,
            algorithms: provider.signature_verification_algorithms,
        })
    }
}

impl ClientCertVerifier for ClientVerifier {
    fn client_auth_mandatory(&self) -> bool {
        self.mandatory
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.hints
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if self.trust.pinned(end_entity, Purpose::Client, now)? {
            return Ok(ClientCertVerified::assertion());
        }
        match &self.chains {
            Some(chains) => chains.verify_client_cert(end_entity, intermediates, now),
            None => Err(CertificateError::UnknownIssuer.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
