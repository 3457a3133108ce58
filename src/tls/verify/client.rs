//! The decision of a server about a client.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};
use webpki::EndEntityCert;

use super::super::TlsError;
use super::Trust;
use super::chain::{Chains, rustls_error};
use super::purpose::Purpose;
use super::trust::parse;

/// Decides for a server about a client.
#[derive(Debug)]
pub(in crate::tls) struct ClientVerifier {
    trust: Trust,
    hints: Vec<DistinguishedName>,
    chains: Chains,
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
        let algorithms = provider.signature_verification_algorithms;
        let size: usize = trust.hints.iter().map(|name| name.as_ref().len() + 2).sum();
        let hints = if size <= Self::MAX_HINTS {
            trust.hints.clone()
        } else {
            Vec::new()
        };
        Ok(Self {
            trust: trust.clone(),
            hints,
            chains: Chains::new(trust, algorithms)?,
            mandatory,
            algorithms,
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
        let parsed = EndEntityCert::try_from(end_entity).map_err(rustls_error)?;
        let (certificate, purpose) = (parse(end_entity)?, Purpose::Client);
        if !self.trust.pinned(end_entity, &certificate, purpose, now)? {
            self.chains
                .verify(&parsed, &certificate, intermediates, purpose, None, now)?;
        }
        Ok(ClientCertVerified::assertion())
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
