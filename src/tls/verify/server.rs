//! The decision of a client about a server.

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, SignatureScheme};
use webpki::EndEntityCert;

use super::super::TlsError;
use super::chain::{Chains, rustls_error};
use super::name::Named;
use super::purpose::Purpose;
use super::trust::parse;
use super::{NameCheck, Trust};

/// Decides for a client about a server.
#[derive(Debug)]
pub(in crate::tls) struct ServerVerifier {
    trust: Trust,
    chains: Chains,
    name_check: NameCheck,
    /// Instead of the name that was called.
    expected: Option<ServerName<'static>>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerVerifier {
    pub(in crate::tls) fn new(
        trust: &Trust,
        name_check: NameCheck,
        expected: Option<ServerName<'static>>,
        provider: &CryptoProvider,
    ) -> Result<Self, TlsError> {
        let algorithms = provider.signature_verification_algorithms;
        Ok(Self {
            trust: trust.clone(),
            chains: Chains::new(trust, algorithms)?,
            name_check,
            expected,
            algorithms,
        })
    }
}

impl ServerCertVerifier for ServerVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let parsed = EndEntityCert::try_from(end_entity).map_err(rustls_error)?;
        let (certificate, purpose) = (parse(end_entity)?, Purpose::Server);
        let host = self.expected.as_ref().unwrap_or(server_name);
        let named = self.name_check.check(&parsed, &certificate, host);
        if !self.trust.pinned(end_entity, &certificate, purpose, now)? {
            let by_common_name = matches!(named, Ok(Named::ByCommonName)).then_some(host);
            self.chains.verify(
                &parsed,
                &certificate,
                intermediates,
                purpose,
                by_common_name,
                now,
            )?;
        }
        named?;
        Ok(ServerCertVerified::assertion())
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
