//! A private key joined with the certificate chain it belongs to.

mod ec;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use rustls::InconsistentKeys;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{
    CertificateDer, PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer,
};
use rustls::sign::CertifiedKey;
use x509_parser::prelude::{FromDer, X509Certificate};
use zeroize::Zeroizing;

use self::ec::{Completed, complete};
use super::TlsError;
use super::validity::{Validity, at};

/// Who this side of a connection is: a certificate chain and the private key of its first certificate.
///
/// Made by [`Store::key`](super::Store::key), which has checked that the two belong together, if the crypto provider
/// can tell (that of `ring` can). Cheap to clone.
#[derive(Clone)]
pub struct Identity {
    store: String,
    alias: String,
    key: Arc<CertifiedKey>,
    validity: Option<Validity>,
}

impl Identity {
    pub(in crate::tls) fn store(&self) -> &str {
        &self.store
    }

    /// The alias under which the key was found.
    pub fn alias(&self) -> &str {
        &self.alias
    }

    /// The chain, the certificate of the key first.
    pub fn chain(&self) -> &[CertificateDer<'static>] {
        &self.key.cert
    }

    /// The last second of the chain: when the first of its certificates expires.
    pub fn not_after(&self) -> Option<SystemTime> {
        self.validity.map(Validity::not_after)
    }

    /// Is every certificate of the chain valid at this time?
    ///
    /// # Errors
    /// [`TlsError::Expired`] if it is not, or not yet.
    pub fn check_time(&self, now: SystemTime) -> Result<(), TlsError> {
        match self
            .validity
            .map_or(Ok(()), |validity| validity.check(at(now)))
        {
            Ok(()) => Ok(()),
            Err(error) => Err(TlsError::Expired {
                store: self.store.clone(),
                alias: self.alias.clone(),
                reason: error.to_string(),
            }),
        }
    }

    /// The form that rustls works with, for a certificate resolver of one's own.
    pub fn certified_key(&self) -> &Arc<CertifiedKey> {
        &self.key
    }
}

/// The time that all of a chain covers.
fn validity(chain: &[CertificateDer<'_>]) -> Option<Validity> {
    chain
        .iter()
        .filter_map(|der| X509Certificate::from_der(der).ok())
        .map(|(_, certificate)| Validity::of(&certificate))
        .reduce(Validity::and)
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("alias", &self.alias)
            .finish_non_exhaustive()
    }
}

/// A private key as a store holds it, decrypted.
pub(in crate::tls) enum PrivateKey {
    Pkcs8(Zeroizing<Vec<u8>>),
    Pkcs1(Zeroizing<Vec<u8>>),
    Sec1(Zeroizing<Vec<u8>>),
}

impl PrivateKey {
    /// Joins the key with its chain.
    pub(in crate::tls) fn identity(
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
                store,
                alias,
                validity: validity(&key.cert),
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
