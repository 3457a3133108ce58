//! From a peer's certificate to an authority (RFC 5280 §6), by webpki.

use std::sync::Arc;

use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use rustls::{CertRevocationListError, CertificateError, Error, OtherError};
use webpki::{
    EndEntityCert, ExpirationPolicy, RevocationOptionsBuilder, UnknownStatusPolicy, VerifiedPath,
};
use x509_parser::extensions::KeyUsage;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::super::TlsError;
use super::super::der::content;
use super::constraints;
use super::crl::Crl;
use super::purpose::Purpose;
use super::trust::{Authorities, key_may, parse};
use super::{Trust, UnknownRevocation};

/// The authorities and the revocation lists.
#[derive(Debug)]
pub(super) struct Chains {
    authorities: Arc<Vec<Authorities>>,
    /// The revocation lists for each of them, in their order.
    crls: Vec<Vec<Arc<Crl>>>,
    unknown: UnknownStatusPolicy,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Chains {
    /// Refuses revocation lists that cannot be meant.
    pub(super) fn new(
        trust: &Trust,
        algorithms: WebPkiSupportedAlgorithms,
    ) -> Result<Self, TlsError> {
        let signed = signed(trust, &algorithms)?;
        // webpki takes the first list with the name of the issuer and refuses if another key has signed it. So where
        // authorities share a name, because a key was replaced, each is asked in a round of its own, in which its own lists
        // come first.
        let crls = trust.authorities.iter().map(|round| {
            let is_of_others = |signers: &[Vec<u8>]| {
                let key = |anchor: &TrustAnchor<'_>| {
                    signers
                        .iter()
                        .any(|key| *key == *anchor.subject_public_key_info)
                };
                !signers.is_empty() && !round.anchors.iter().any(key)
            };
            let (last, first): (Vec<_>, Vec<_>) = signed
                .iter()
                .partition(|(_, signers)| is_of_others(signers));
            let crls = first.into_iter().chain(last);
            crls.map(|(crl, _)| crl.clone()).collect()
        });
        Ok(Self {
            crls: crls.collect(),
            authorities: trust.authorities.clone(),
            unknown: match trust.unknown_revocation {
                UnknownRevocation::Refused => UnknownStatusPolicy::Deny,
                UnknownRevocation::WeaklyAccepted => UnknownStatusPolicy::Allow,
            },
            algorithms,
        })
    }

    /// `by_common_name` is the host, if nothing but a common name says that the certificate is its own.
    pub(super) fn verify(
        &self,
        end_entity: &EndEntityCert<'_>,
        certificate: &X509Certificate<'_>,
        intermediates: &[CertificateDer<'_>],
        purpose: Purpose,
        by_common_name: Option<&ServerName<'_>>,
        now: UnixTime,
    ) -> Result<(), Error> {
        // RFC 8446 §4.4.2.2; webpki does not look.
        if !key_may(certificate, KeyUsage::digital_signature) {
            return Err(CertificateError::InvalidPurpose.into());
        }
        let mut reason = webpki::Error::UnknownIssuer;
        for (round, crls) in self.authorities.iter().zip(&self.crls) {
            let also = |path: &VerifiedPath<'_>| {
                may_issue(path)?;
                by_common_name.map_or(Ok(()), |host| constraints::permit(path, host))?;
                in_time(round, path.anchor(), now)
            };
            let lists: Vec<_> = crls.iter().map(|crl| crl.list()).collect();
            // The error is that there are none.
            let revocation = RevocationOptionsBuilder::new(&lists).ok().map(|options| {
                options
                    .with_status_policy(self.unknown)
                    .with_expiration_policy(ExpirationPolicy::Enforce)
                    .build()
            });
            let verified = end_entity.verify_for_usage(
                self.algorithms.all,
                &round.anchors,
                intermediates,
                now,
                purpose,
                revocation,
                Some(&also),
            );
            match verified {
                Ok(_) => return Ok(()),
                // Another key of the same name.
                Err(webpki::Error::UnknownIssuer | webpki::Error::InvalidSignatureForPublicKey)
                    if !matches!(reason, webpki::Error::UnknownIssuer) => {}
                Err(error) => reason = error,
            }
        }
        Err(rustls_error(reason))
    }
}

/// webpki takes an anchor for a name and a key. Ours come from certificates, and one that has expired, or not begun, vouches
/// for nobody.
fn in_time(
    round: &Authorities,
    anchor: &TrustAnchor<'_>,
    now: UnixTime,
) -> Result<(), webpki::Error> {
    let mut verdict = Err(webpki::Error::UnknownIssuer);
    for validity in round.validity_of(anchor) {
        let (not_before, not_after) = validity.bounds();
        if now < not_before {
            verdict = Err(webpki::Error::CertNotValidYet {
                time: now,
                not_before,
            });
        } else if now > not_after {
            verdict = Err(webpki::Error::CertExpired {
                time: now,
                not_after,
            });
        } else {
            return Ok(());
        }
    }
    verdict
}

/// RFC 5280 §6.1.4 (n), which webpki leaves out: an authority whose certificate has a key usage needs keyCertSign. Of those
/// that are trusted, only such are anchors.
fn may_issue(path: &VerifiedPath<'_>) -> Result<(), webpki::Error> {
    for authority in path.intermediate_certificates() {
        let der = authority.der();
        let certificate = parse(&der).map_err(|_| webpki::Error::BadDer)?;
        if !key_may(&certificate, KeyUsage::key_cert_sign) {
            return Err(webpki::Error::EndEntityUsedAsCa);
        }
    }
    Ok(())
}

/// A revocation list with the keys of the trusted certificates that have signed it.
type Signed = (Arc<Crl>, Vec<Vec<u8>>);

/// The revocation lists, the latest first.
fn signed(trust: &Trust, algorithms: &WebPkiSupportedAlgorithms) -> Result<Vec<Signed>, TlsError> {
    let trusted: Vec<X509Certificate<'_>> = trust
        .pinned
        .iter()
        .filter_map(|der| X509Certificate::from_der(der).ok())
        .map(|(_, certificate)| certificate)
        .collect();
    let mut all = Vec::new();
    for crl in trust.crls.latest_first() {
        let mut issuers = trusted
            .iter()
            .filter(|one| crl.is_by(content(one.subject().as_raw())))
            .peekable();
        let is_about = |one: &X509Certificate<'_>| crl.is_by(content(one.issuer().as_raw()));
        if issuers.peek().is_none() && trust.authorities.is_empty() && !trusted.iter().any(is_about)
        {
            return Err(crl.unusable("is not trusted"));
        }
        // Without: the list of an authority in between, whose key comes with the chain: webpki holds the two together.
        // Or that of the issuer of a certificate that is trusted itself: nobody knows its key, and the list can only refuse.
        let known = issuers.peek().is_some();
        let signers: Vec<_> = issuers
            .filter(|one| crl.signed_by(one, algorithms))
            .map(|one| content(one.public_key().raw).to_vec())
            .collect();
        if known && signers.is_empty() {
            return Err(crl.unusable("is trusted, but has not signed it or may not"));
        }
        all.push((crl.clone(), signers));
    }
    Ok(all)
}

/// As rustls says it, so that the peer gets the right alert.
pub(super) fn rustls_error(error: webpki::Error) -> Error {
    use webpki::Error as Pki;
    match error {
        Pki::BadDer | Pki::BadDerTime | Pki::TrailingData(_) => {
            CertificateError::BadEncoding.into()
        }
        Pki::UnknownIssuer => CertificateError::UnknownIssuer.into(),
        Pki::CertNotValidYet { time, not_before } => {
            CertificateError::NotValidYetContext { time, not_before }.into()
        }
        Pki::CertExpired { time, not_after } => {
            CertificateError::ExpiredContext { time, not_after }.into()
        }
        Pki::InvalidCertValidity => CertificateError::Expired.into(),
        Pki::CertRevoked => CertificateError::Revoked.into(),
        Pki::UnknownRevocationStatus => CertificateError::UnknownRevocationStatus.into(),
        Pki::CrlExpired { time, next_update } => {
            CertificateError::ExpiredRevocationListContext { time, next_update }.into()
        }
        Pki::IssuerNotCrlSigner => CertRevocationListError::IssuerInvalidForCrl.into(),
        Pki::InvalidCrlSignatureForPublicKey => CertRevocationListError::BadSignature.into(),
        Pki::InvalidSignatureForPublicKey => CertificateError::BadSignature.into(),
        Pki::UnsupportedSignatureAlgorithmContext(context) => {
            CertificateError::UnsupportedSignatureAlgorithmContext {
                signature_algorithm_id: context.signature_algorithm_id,
                supported_algorithms: context.supported_algorithms,
            }
            .into()
        }
        Pki::UnsupportedSignatureAlgorithmForPublicKeyContext(context) => {
            CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext {
                signature_algorithm_id: context.signature_algorithm_id,
                public_key_algorithm_id: context.public_key_algorithm_id,
            }
            .into()
        }
        Pki::RequiredEkuNotFoundContext(_) => CertificateError::InvalidPurpose.into(),
        Pki::CertNotValidForName(context) => CertificateError::NotValidForNameContext {
            expected: context.expected,
            presented: context.presented,
        }
        .into(),
        other => CertificateError::Other(OtherError(Arc::new(other))).into(),
    }
}
