//! Certificate revocation lists (RFC 5280 §5).

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::UnixTime;
use rustls::pki_types::pem::{PemObject, SectionKind};
use webpki::{CertRevocationList, OwnedCertRevocationList};
use x509_parser::extensions::KeyUsage;
use x509_parser::num_bigint::BigUint;
use x509_parser::prelude::{CertificateRevocationList, FromDer, X509Certificate};

use super::super::der::Reader;
use super::super::validity::{system_time, unix_time};
use super::super::{TlsError, files};
use super::trust::key_may;

/// Certificate revocation lists of one or more files, for [`Trust::with_crls`](super::Trust::with_crls). Cheap to clone.
#[derive(Clone, Default)]
pub struct Crls(
    /// The latest first: webpki takes the first that is about a certificate.
    Arc<Vec<Arc<Crl>>>,
);

/// What becomes of a certificate whose issuer has no revocation list among those given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UnknownRevocation {
    /// It is refused: every authority on the way to the peer has to have a list. **One CA without one locks out all
    /// that it has issued.**
    #[default]
    Refused,
    /// It is let in. **Weak:** whoever holds a revoked certificate gets in as soon as the list of its issuer is not
    /// among the files any more, or if it never was.
    WeaklyAccepted,
}

/// One list.
pub(super) struct Crl {
    file: String,
    der: Vec<u8>,
    list: CertRevocationList<'static>,
    /// Whose, as text for messages.
    issuer: String,
    /// When it was issued, and its number among those of one second; both only ever grow.
    age: (UnixTime, Option<BigUint>),
    next_update: UnixTime,
}

impl Crls {
    /// Reads a file of at most 8 MiB: one list in DER, or any number in PEM (`X509 CRL`).
    ///
    /// # Errors
    /// [`TlsError::Io`], [`TooLarge`](TlsError::TooLarge) and [`Crl`](TlsError::Crl). All name the file.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, TlsError> {
        let path = path.as_ref();
        let bytes = files::read(path, files::MAX_BYTES)?;
        Self::parse(&bytes, &path.display().to_string())
    }

    /// Reads lists from memory, see [`open`](Self::open).
    ///
    /// # Errors
    /// [`TlsError::Crl`].
    pub fn read(bytes: &[u8]) -> Result<Self, TlsError> {
        Self::parse(bytes, "(memory)")
    }

    pub(in crate::tls) fn parse(bytes: &[u8], file: &str) -> Result<Self, TlsError> {
        let unusable = |reason: String| TlsError::Crl {
            file: file.to_owned(),
            reason,
        };
        if bytes.first() == Some(&0x30) {
            return Ok(Self::of(vec![Crl::parse(bytes, file)?]));
        }
        let mut lists = Vec::new();
        for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(bytes) {
            match section.map_err(|error| unusable(error.to_string()))? {
                (SectionKind::Crl, der) => lists.push(Crl::parse(&der, file)?),
                (kind, _) => {
                    return Err(unusable(format!(
                        "it holds a PEM section of another kind, {kind:?}"
                    )));
                }
            }
        }
        if lists.is_empty() {
            return Err(unusable(
                "neither DER nor a PEM section `X509 CRL`".to_owned(),
            ));
        }
        Ok(Self::of(lists))
    }

    fn of(lists: Vec<Crl>) -> Self {
        Self::default().and(&Self(Arc::new(lists.into_iter().map(Arc::new).collect())))
    }

    /// These and others. Of several lists of one issuer, the latest counts.
    #[must_use]
    pub fn and(mut self, others: &Self) -> Self {
        let all = Arc::make_mut(&mut self.0);
        all.extend(others.0.iter().cloned());
        all.sort_by(|one, other| other.age.cmp(&one.age));
        self
    }

    /// When the first of the lists has to be replaced by a newer one. From then on, peers whose certificates it is
    /// about are refused.
    #[must_use]
    pub fn next_update(&self) -> Option<SystemTime> {
        self.0.iter().map(|crl| system_time(crl.next_update)).min()
    }

    pub(super) fn latest_first(&self) -> &[Arc<Crl>] {
        &self.0
    }
}

impl fmt::Debug for Crls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = self.0.iter().map(|crl| &crl.file);
        f.debug_tuple("Crls")
            .field(&files.collect::<Vec<_>>())
            .finish()
    }
}

impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crl")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

impl Crl {
    fn parse(der: &[u8], file: &str) -> Result<Self, TlsError> {
        let unusable = |reason: String| TlsError::Crl {
            file: file.to_owned(),
            reason,
        };
        let (_, parsed) = CertificateRevocationList::from_der(der)
            .map_err(|_| unusable("not a revocation list".to_owned()))?;
        if parsed.extensions().is_empty() {
            return Err(unusable(
                "it has no number; `openssl ca` writes one where its configuration has a `crlnumber`"
                    .to_owned(),
            ));
        }
        let list = OwnedCertRevocationList::from_der(der).map_err(|error| {
            unusable(format!(
                "not a revocation list of a supported kind: {error}"
            ))
        })?;
        let next_update = parsed
            .next_update()
            .ok_or_else(|| unusable("it does not say when it expires".to_owned()))?;
        Ok(Self {
            file: file.to_owned(),
            der: der.to_owned(),
            list: list.into(),
            issuer: parsed.issuer().to_string().escape_debug().to_string(),
            age: (
                unix_time(parsed.last_update()),
                parsed.crl_number().cloned(),
            ),
            next_update: unix_time(next_update),
        })
    }

    pub(super) fn list(&self) -> &CertRevocationList<'static> {
        &self.list
    }

    pub(super) fn unusable(&self, reason: &str) -> TlsError {
        TlsError::Crl {
            file: self.file.clone(),
            reason: format!("its issuer `{}` {reason}", self.issuer),
        }
    }

    /// Is it about certificates with this issuer, the content of a DER Name?
    pub(super) fn is_by(&self, issuer: &[u8]) -> bool {
        self.list.issuer() == issuer
    }

    pub(super) fn lists(&self, serial: &[u8]) -> bool {
        // An error can only come from a borrowed list; not to know is to refuse.
        !matches!(self.list.find_serial(serial), Ok(None))
    }

    pub(super) fn next_update(&self) -> UnixTime {
        self.next_update
    }

    /// Has the key of this certificate signed it, and may it?
    pub(super) fn signed_by(
        &self,
        certificate: &X509Certificate<'_>,
        algorithms: &WebPkiSupportedAlgorithms,
    ) -> bool {
        // RFC 5280 §6.3.3 (f).
        key_may(certificate, KeyUsage::crl_sign)
            && self
                .signature_holds(certificate.public_key().raw, algorithms)
                .unwrap_or(false)
    }

    fn signature_holds(&self, key: &[u8], algorithms: &WebPkiSupportedAlgorithms) -> Option<bool> {
        let mut list = Reader(&self.der).sequence()?;
        let whole = list.0;
        list.sequence()?;
        let (signed, _) = whole.split_at_checked(whole.len() - list.0.len())?;
        let algorithm = list.sequence()?.0;
        let signature = list.whole_bits()?;

        let mut key = Reader(key).sequence()?;
        let key_algorithm = key.sequence()?.0;
        let key = key.whole_bits()?;
        Some(algorithms.all.iter().any(|candidate| {
            candidate.signature_alg_id().as_ref() == algorithm
                && candidate.public_key_alg_id().as_ref() == key_algorithm
                && candidate.verify_signature(key, signed, signature).is_ok()
        }))
    }
}
