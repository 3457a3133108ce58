//! Whom to believe: certificates that are trusted themselves, and authorities.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use rustls::{CertificateError, DistinguishedName, Error};
use x509_parser::extensions::{KeyUsage, ParsedExtension};
use x509_parser::oid_registry::{OID_X509_EXT_BASIC_CONSTRAINTS, OID_X509_EXT_KEY_USAGE};
use x509_parser::prelude::{FromDer, X509Certificate, X509Extension, X509Version};

use super::super::der::content;
use super::super::validity::Validity;
use super::purpose::Purpose;
use super::{Crls, Fingerprints, UnknownRevocation};

/// The certificates that are trusted. Made by [`Store::trust`](crate::tls::Store::trust). Cheap to clone.
///
/// A peer is believed in one of two cases:
///
/// - Its certificate **is** one of these, byte for byte. Then it need not be issued by anybody, which makes the
///   self-signed pair of a `keytool` tutorial work. Validity dates and extended key usage are checked all the same.
/// - Its chain leads to one of these that is a certification authority (RFC 5280 §6). A version 3 certificate without
///   `cA:true`, or with a key usage other than `keyCertSign`, is no authority, as in the JDK
///   (`sun.security.validator.PKIXValidator`): who holds the key of a trusted server certificate must not be able to
///   make more of them. An authority that has expired vouches for nobody.
///
/// A test compares the verdicts with those of JSSE (JDK 17), which also looks at the Netscape certificate type. Some whom
/// it believes are not believed here:
///
/// | JSSE believes | here refused, because |
/// |---|---|
/// | a trusted certificate, or one under a trusted authority, that has expired or not begun | nothing is believed out of its time |
/// | a trusted certificate for another purpose | a purpose counts however a certificate came to be trusted |
/// | names that the name constraints of a trusted authority exclude | it may not certify them; JSSE takes only its name and key |
/// | an authority's own certificate as that of a peer, unless it is itself trusted | its key is for signing certificates |
/// | what an intermediate authority has issued for another purpose than its own | as browsers do it |
/// | a certificate of version 1 that is no authority's, signatures with SHA-1, RSA keys of less than 2048 bits | [`rustls`] and the crypto providers do not know them |
#[derive(Clone)]
pub struct Trust {
    pub(super) pinned: Arc<BTreeSet<Vec<u8>>>,
    fingerprints: Option<Fingerprints>,
    pub(super) authorities: Arc<Vec<Authorities>>,
    /// Names that tell a client which of its certificates will do (RFC 8446 §4.2.4).
    pub(super) hints: Vec<DistinguishedName>,
    pub(super) crls: Crls,
    pub(super) unknown_revocation: UnknownRevocation,
    /// When the first of the certificates expires.
    not_after: Option<SystemTime>,
}

/// Certificates that may issue others and are asked together: no two share a name and differ in their keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Authorities {
    pub(super) anchors: Vec<TrustAnchor<'static>>,
    /// When each of them may vouch for somebody, in their order.
    validity: Vec<Validity>,
}

impl Authorities {
    fn has_room_for(&self, anchor: &TrustAnchor<'_>) -> bool {
        self.anchors.iter().all(|known| {
            known.subject != anchor.subject
                || known.subject_public_key_info == anchor.subject_public_key_info
        })
    }

    fn push(&mut self, anchor: TrustAnchor<'static>, validity: Validity) {
        self.anchors.push(anchor);
        self.validity.push(validity);
    }

    /// The validity of each certificate of this authority.
    pub(super) fn validity_of(&self, anchor: &TrustAnchor<'_>) -> impl Iterator<Item = Validity> {
        let all = self.anchors.iter().zip(&self.validity);
        all.filter(move |(known, _)| *known == anchor)
            .map(|(_, validity)| *validity)
    }
}

impl Trust {
    pub(in crate::tls) fn nobody() -> Self {
        Self {
            pinned: Arc::default(),
            fingerprints: None,
            authorities: Arc::default(),
            hints: Vec::new(),
            crls: Crls::default(),
            unknown_revocation: UnknownRevocation::default(),
            not_after: None,
        }
    }

    /// Trusts the certificates with these hashes, and no others: Flink's `security.ssl.internal.cert.fingerprint`, which
    /// takes the place of its trust store. Only the peer's own certificate is looked at, never who has issued it. Its
    /// dates and extended key usage are checked; Flink checks neither.
    ///
    /// Revocation lists cannot be given besides. To revoke such a certificate, take its fingerprint off the list.
    pub fn from_fingerprints(fingerprints: &Fingerprints) -> Self {
        Self {
            fingerprints: Some(fingerprints.clone()),
            ..Self::nobody()
        }
    }

    /// Refuses certificates that their issuer has revoked. Can be called several times.
    ///
    /// - Every certificate between the peer and the authority is looked up, the peer's among them, in the list of its
    ///   issuer. [`unknown_revocation`](Self::unknown_revocation) says what happens if there is none.
    /// - A list whose time is over (`nextUpdate`) is a reason to refuse: somebody may be keeping the next one away.
    /// - Of several lists of one issuer, the latest counts.
    /// - A certificate that is trusted itself needs no list. It is refused if any list of its issuer names it, or if
    ///   there are such lists and the time of all is over.
    /// - A list has to be signed by its issuer. Where that is one of the trusted certificates, a wrong signature is an
    ///   error when the context is made, and so is a list that no chain can lead to. An intermediate authority is known
    ///   only with the chain; a wrong signature is then a reason to refuse.
    ///
    /// Every handshake checks the signature of the lists that it looks into, which takes time in proportion to their size.
    pub fn with_crls(mut self, crls: &Crls) -> Self {
        self.crls = self.crls.and(crls);
        self
    }

    /// Sets what becomes of a certificate whose issuer has no revocation list. Without any lists, nothing is looked up.
    pub fn unknown_revocation(mut self, unknown: UnknownRevocation) -> Self {
        self.unknown_revocation = unknown;
        self
    }

    pub(in crate::tls) fn add(&mut self, der: &CertificateDer<'static>) -> Result<(), String> {
        let (_, certificate) =
            X509Certificate::from_der(der).map_err(|_| "not an X.509 certificate".to_owned())?;
        if !Arc::make_mut(&mut self.pinned).insert(der.to_vec()) {
            return Ok(());
        }
        let hint = if is_authority(&certificate) {
            let anchor = webpki::anchor_from_trusted_cert(der)
                .map_err(|error| super::chain::rustls_error(error).to_string())?;
            let validity = Validity::of(&certificate);
            let rounds = Arc::make_mut(&mut self.authorities);
            match rounds.iter_mut().find(|round| round.has_room_for(&anchor)) {
                Some(round) => round.push(anchor.to_owned(), validity),
                None => {
                    let mut round = Authorities::default();
                    round.push(anchor.to_owned(), validity);
                    rounds.push(round);
                }
            }
            certificate.subject()
        } else {
            certificate.issuer()
        };
        self.hints
            .push(DistinguishedName::from(hint.as_raw().to_vec()));
        let not_after = Validity::of(&certificate).not_after();
        self.not_after = Some(
            self.not_after
                .map_or(not_after, |first| first.min(not_after)),
        );
        Ok(())
    }

    /// When the first of the certificates expires. An expired one is never believed; it does no harm to the others.
    pub fn not_after(&self) -> Option<SystemTime> {
        self.not_after
    }

    /// The revocation lists.
    pub fn crls(&self) -> &Crls {
        &self.crls
    }

    pub(in crate::tls) fn is_empty(&self) -> bool {
        self.pinned.is_empty()
    }

    /// Whether the certificate itself is trusted; an error if it is, but not now, not for this, or not any more.
    pub(super) fn pinned(
        &self,
        end_entity: &CertificateDer<'_>,
        certificate: &X509Certificate<'_>,
        purpose: Purpose,
        now: UnixTime,
    ) -> Result<bool, Error> {
        let by_hash = self
            .fingerprints
            .as_ref()
            .is_some_and(|fingerprints| fingerprints.contain(end_entity));
        if !by_hash && !self.pinned.contains(end_entity.as_ref()) {
            return Ok(false);
        }
        Validity::of(certificate).check(now)?;
        purpose.check(certificate)?;
        self.check_revocation(certificate, now)?;
        Ok(true)
    }

    /// Signatures were checked before, where the issuer is known. Where it is not, a list can only do harm by refusing
    /// whom it names.
    fn check_revocation(
        &self,
        certificate: &X509Certificate<'_>,
        now: UnixTime,
    ) -> Result<(), Error> {
        let issuer = content(certificate.issuer().as_raw());
        let of_issuer = || {
            let lists = self.crls.latest_first().iter();
            lists.filter(|crl| crl.is_by(issuer))
        };
        if of_issuer().any(|crl| crl.lists(certificate.raw_serial())) {
            return Err(CertificateError::Revoked.into());
        }
        match of_issuer().map(|crl| crl.next_update()).max() {
            Some(next_update) if next_update <= now => {
                let time = now;
                Err(CertificateError::ExpiredRevocationListContext { time, next_update }.into())
            }
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust")
            .field("certificates", &self.pinned.len())
            .field(
                "authorities",
                &self
                    .authorities
                    .iter()
                    .map(|round| round.anchors.len())
                    .sum::<usize>(),
            )
            .field("fingerprints", &self.fingerprints)
            .field("crls", &self.crls)
            .finish_non_exhaustive()
    }
}

pub(super) fn parse<'a>(der: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, Error> {
    let (_, certificate) =
        X509Certificate::from_der(der).map_err(|_| CertificateError::BadEncoding)?;
    Ok(certificate)
}

pub(super) fn extension<'a>(
    certificate: &'a X509Certificate<'_>,
    oid: &x509_parser::der_parser::Oid<'static>,
) -> Result<Option<&'a ParsedExtension<'a>>, Error> {
    let extension = certificate
        .get_extension_unique(oid)
        .map_err(|_| CertificateError::BadEncoding)?;
    Ok(extension.map(X509Extension::parsed_extension))
}

/// Whether a key may be used for something (RFC 5280 §4.2.1.3). Without a key usage, for anything.
pub(super) fn key_may(
    certificate: &X509Certificate<'_>,
    allowed: impl FnOnce(&KeyUsage) -> bool,
) -> bool {
    match extension(certificate, &OID_X509_EXT_KEY_USAGE) {
        Ok(None) => true,
        Ok(Some(ParsedExtension::KeyUsage(usage))) => allowed(usage),
        _ => false,
    }
}

fn is_authority(certificate: &X509Certificate<'_>) -> bool {
    // Before version 3 there was no way to say it.
    let old = matches!(certificate.version(), X509Version::V1 | X509Version::V2);
    let constraints = extension(certificate, &OID_X509_EXT_BASIC_CONSTRAINTS);
    key_may(certificate, KeyUsage::key_cert_sign)
        && (old
            || matches!(constraints, Ok(Some(ParsedExtension::BasicConstraints(basic))) if basic.ca))
}
