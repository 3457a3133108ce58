//! A private key joined with the certificate chain it belongs to.

use std::fmt;
use std::sync::Arc;

use rustls::InconsistentKeys;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{
    CertificateDer, PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer,
};
use rustls::sign::CertifiedKey;
use x509_parser::prelude::{FromDer, X509Certificate};
use zeroize::Zeroizing;

use super::TlsError;
use super::der::{self, Reader};

/// The contents of the OBJECT IDENTIFIERs of RFC 5480.
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];

/// Who this side of a connection is: a certificate chain and the private key of its first certificate.
///
/// Made by [`Store::key`](super::Store::key), which has checked that the two belong together, if the crypto provider
/// can tell (that of `ring` can). Cheap to clone.
#[derive(Clone)]
pub struct Identity {
    alias: String,
    key: Arc<CertifiedKey>,
}

impl Identity {
    /// The alias under which the key was found.
    pub fn alias(&self) -> &str {
        &self.alias
    }

    /// The chain, the certificate of the key first.
    pub fn chain(&self) -> &[CertificateDer<'static>] {
        &self.key.cert
    }

    /// The form that rustls works with, for a certificate resolver of one's own.
    pub fn certified_key(&self) -> &Arc<CertifiedKey> {
        &self.key
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("alias", &self.alias)
            .finish_non_exhaustive()
    }
}

/// A private key as a store holds it, decrypted.
pub(super) enum PrivateKey {
    Pkcs8(Zeroizing<Vec<u8>>),
    Pkcs1(Zeroizing<Vec<u8>>),
    Sec1(Zeroizing<Vec<u8>>),
}

impl PrivateKey {
    /// Joins the key with its chain.
    pub(super) fn identity(
        &self,
        store: &str,
        alias: &str,
        chain: &[CertificateDer<'static>],
        provider: &CryptoProvider,
    ) -> Result<Identity, TlsError> {
        let (store, alias) = (store.to_owned(), alias.to_owned());
        let Some(leaf) = chain.first() else {
            return Err(TlsError::BadCertificate {
                store,
                alias,
                reason: "the key has no certificate".into(),
            });
        };
        let completed = match self {
            Self::Pkcs8(der) => complete(der, leaf),
            Self::Pkcs1(_) | Self::Sec1(_) => None,
        };
        let key: PrivateKeyDer<'_> = match (self, &completed) {
            (_, Some(Completed { pkcs8, .. })) | (Self::Pkcs8(pkcs8), None) => {
                PrivatePkcs8KeyDer::from(pkcs8.as_slice()).into()
            }
            (Self::Pkcs1(der), None) => PrivatePkcs1KeyDer::from(der.as_slice()).into(),
            (Self::Sec1(der), None) => PrivateSec1KeyDer::from(der.as_slice()).into(),
        };
        match CertifiedKey::from_der(chain.to_vec(), key.clone_key(), provider) {
            Ok(key) => Ok(Identity {
                alias,
                key: Arc::new(key),
            }),
            Err(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
                Err(TlsError::KeyMismatch { store, alias })
            }
            Err(rustls::Error::InvalidCertificate(error)) => Err(TlsError::BadCertificate {
                store,
                alias,
                reason: error.to_string(),
            }),
            // Every provider knows these curves: what it disliked is the public key put in from the certificate.
            Err(_) if completed.is_some_and(|completed| completed.common_curve) => {
                Err(TlsError::KeyMismatch { store, alias })
            }
            Err(error) => Err(TlsError::BadKey {
                store,
                alias,
                reason: error.to_string(),
            }),
        }
    }
}

struct Completed {
    pkcs8: Zeroizing<Vec<u8>>,
    common_curve: bool,
}

/// Puts the public key of the certificate into an EC key that lacks it.
///
/// RFC 5915 makes `publicKey` optional and Java leaves it out, but ring insists on it. Java before 12 also wrote the
/// private number without its leading zeros, which RFC 5915 §3 does not allow: they are put back.
fn complete(pkcs8: &[u8], leaf: &CertificateDer<'_>) -> Option<Completed> {
    let key = EcKey::without_public_key(pkcs8)?;
    let (_, certificate) = X509Certificate::from_der(leaf).ok()?;
    let mut spki = Reader(certificate.public_key().raw).sequence()?;
    spki.take(der::SEQUENCE)?;
    let bits = spki.take(der::BIT_STRING)?;
    // One byte says how many bits are unused, one that the point is uncompressed (SEC 1 §2.3.3); then come x and y.
    let size = bits.len().saturating_sub(2) / 2;
    let zeros = vec![0; size.saturating_sub(key.number.len())];
    let inner = der::element(
        der::SEQUENCE,
        &[
            &der::element(der::INTEGER, &[&[1]]),
            &der::element(der::OCTET_STRING, &[&zeros, key.number]),
            &der::element(0xa1, &[&der::element(der::BIT_STRING, &[bits])]),
        ],
    );
    let pkcs8 = der::element(
        der::SEQUENCE,
        &[
            &der::element(der::INTEGER, &[&[0]]),
            &der::element(der::SEQUENCE, &[key.algorithm]),
            &der::element(der::OCTET_STRING, &[&inner]),
        ],
    );
    Some(Completed {
        pkcs8,
        common_curve: key.curve == P256 || key.curve == P384,
    })
}

/// The parts of an ECPrivateKey (RFC 5915) in a PrivateKeyInfo (RFC 5208).
struct EcKey<'a> {
    algorithm: &'a [u8],
    curve: &'a [u8],
    number: &'a [u8],
}

impl<'a> EcKey<'a> {
    fn without_public_key(pkcs8: &'a [u8]) -> Option<Self> {
        let mut info = Reader(pkcs8).sequence()?;
        info.take(der::INTEGER)?;
        let algorithm = info.take(der::SEQUENCE)?;
        let mut parts = Reader(algorithm);
        if parts.take(der::OID)? != EC_PUBLIC_KEY {
            return None;
        }
        let curve = parts.take(der::OID)?;
        let mut key = Reader(info.take(der::OCTET_STRING)?).sequence()?;
        key.take(der::INTEGER)?;
        let number = key.take(der::OCTET_STRING)?;
        key.take(0xa0);
        key.take(0xa1).is_none().then_some(Self {
            algorithm,
            curve,
            number,
        })
    }
}
