//! Whom to believe: the decision on a peer's certificate.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore,
    SignatureScheme,
};
use x509_parser::extensions::{ExtendedKeyUsage, ParsedExtension};
use x509_parser::oid_registry::{
    OID_X509_EXT_BASIC_CONSTRAINTS, OID_X509_EXT_EXTENDED_KEY_USAGE, OID_X509_EXT_KEY_USAGE,
};
use x509_parser::prelude::{FromDer, X509Certificate, X509Extension, X509Version};

use super::{NameCheck, TlsError};

/// The certificates that are trusted. Made by [`Store::trust`](super::Store::trust). Cheap to clone.
///
/// A peer is believed in one of two cases:
///
/// - Its certificate **is** one of these, byte for byte. Then it need not be issued by anybody, which makes the
///   self-signed pair of a `keytool` tutorial work. Validity dates and extended key usage are checked all the same;
///   JSSE skips the dates here.
/// - Its chain leads to one of these that is a certification authority (RFC 5280 §6). A version 3 certificate without
///   `cA:true`, or with a key usage other than `keyCertSign`, is no authority, as in the JDK
///   (`sun.security.validator.PKIXValidator`): who holds the key of a trusted server certificate must not be able to
///   make more of them.
#[derive(Clone)]
pub struct Trust {
    pinned: Arc<BTreeSet<Vec<u8>>>,
    authorities: Arc<RootCertStore>,
    /// Names that tell a client which of its certificates will do (RFC 8446 §4.2.4).
    hints: Vec<DistinguishedName>,
}

impl Trust {
    pub(super) fn nobody() -> Self {
        Self {
            pinned: Arc::default(),
            authorities: Arc::new(RootCertStore::empty()),
            hints: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, der: &CertificateDer<'static>) -> Result<(), String> {
        let (_, certificate) =
            X509Certificate::from_der(der).map_err(|_| "not an X.509 certificate".to_owned())?;
        if !Arc::make_mut(&mut self.pinned).insert(der.to_vec()) {
            return Ok(());
        }
        let hint = if is_authority(&certificate) {
            Arc::make_mut(&mut self.authorities)
                .add(der.clone())
                .map_err(|error| error.to_string())?;
            certificate.subject()
        } else {
            certificate.issuer()
        };
        self.hints
            .push(DistinguishedName::from(hint.as_raw().to_vec()));
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pinned.is_empty()
    }

    /// Whether the certificate itself is trusted; an error if it is, but not now or not for this.
    fn pinned(
        &self,
        end_entity: &CertificateDer<'_>,
        purpose: Purpose,
        now: UnixTime,
    ) -> Result<bool, Error> {
        if !self.pinned.contains(end_entity.as_ref()) {
            return Ok(false);
        }
        let certificate = parse(end_entity)?;
        let seconds =
            |time: i64| UnixTime::since_unix_epoch(Duration::from_secs(time.max(0).unsigned_abs()));
        let not_before = seconds(certificate.validity().not_before.timestamp());
        let not_after = seconds(certificate.validity().not_after.timestamp());
        if now < not_before {
            return Err(CertificateError::NotValidYetContext {
                time: now,
                not_before,
            }
            .into());
        }
        if now > not_after {
            return Err(CertificateError::ExpiredContext {
                time: now,
                not_after,
            }
            .into());
        }
        match extension(&certificate, &OID_X509_EXT_EXTENDED_KEY_USAGE)? {
            None => Ok(true),
            Some(ParsedExtension::ExtendedKeyUsage(usage)) if purpose.allowed_by(usage) => Ok(true),
            Some(ParsedExtension::ExtendedKeyUsage(_)) => {
                Err(CertificateError::InvalidPurpose.into())
            }
            Some(_) => Err(CertificateError::BadEncoding.into()),
        }
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust")
            .field("certificates", &self.pinned.len())
            .field("authorities", &self.authorities.len())
            .finish()
    }
}

fn parse<'a>(der: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, Error> {
    let (_, certificate) =
        X509Certificate::from_der(der).map_err(|_| CertificateError::BadEncoding)?;
    Ok(certificate)
}

fn extension<'a>(
    certificate: &'a X509Certificate<'_>,
    oid: &x509_parser::der_parser::Oid<'static>,
) -> Result<Option<&'a ParsedExtension<'a>>, Error> {
    let extension = certificate
        .get_extension_unique(oid)
        .map_err(|_| CertificateError::BadEncoding)?;
    Ok(extension.map(X509Extension::parsed_extension))
}

fn is_authority(certificate: &X509Certificate<'_>) -> bool {
    let signs = match extension(certificate, &OID_X509_EXT_KEY_USAGE) {
        Ok(None) => true,
        Ok(Some(ParsedExtension::KeyUsage(usage))) => usage.key_cert_sign(),
        _ => false,
    };
    // Before version 3 there was no way to say it.
    let old = matches!(certificate.version(), X509Version::V1 | X509Version::V2);
    let constraints = extension(certificate, &OID_X509_EXT_BASIC_CONSTRAINTS);
    signs
        && (old
            || matches!(constraints, Ok(Some(ParsedExtension::BasicConstraints(basic))) if basic.ca))
}

#[derive(Clone, Copy)]
enum Purpose {
    Server,
    Client,
}

impl Purpose {
    fn allowed_by(self, usage: &ExtendedKeyUsage<'_>) -> bool {
        usage.any
            || match self {
                Self::Server => usage.server_auth,
                Self::Client => usage.client_auth,
            }
    }
}

/// Decides for a client about a server.
#[derive(Debug)]
pub(super) struct ServerVerifier {
    trust: Trust,
    name_check: NameCheck,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerVerifier {
    pub(super) fn new(trust: &Trust, name_check: NameCheck, provider: &CryptoProvider) -> Self {
        Self {
            trust: trust.clone(),
            name_check,
            algorithms: provider.signature_verification_algorithms,
        }
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
        let parsed = ParsedCertificate::try_from(end_entity)?;
        if !self.trust.pinned(end_entity, Purpose::Server, now)? {
            let (roots, algorithms) = (&self.trust.authorities, self.algorithms.all);
            verify_server_cert_signed_by_trust_anchor(
                &parsed,
                roots,
                intermediates,
                now,
                algorithms,
            )?;
        }
        self.name_check
            .check(&parsed, &parse(end_entity)?, server_name)?;
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

/// Decides for a server about a client.
#[derive(Debug)]
pub(super) struct ClientVerifier {
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

    pub(super) fn new(
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
