//! A private key joined with the certificate chain it belongs to.

mod chain;
mod ec;
mod private;
mod signature;

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;
use x509_parser::prelude::{FromDer, X509Certificate};

pub(in crate::tls) use self::chain::Pool;
pub(in crate::tls) use self::private::{KeyForm, PrivateKey};
use super::TlsError;
use super::validity::{Validity, at};

/// Who this side of a connection is: a certificate chain and the private key of its first certificate.
///
/// Made by [`Store::key`](super::Store::key), which has checked that the two belong together: the key has signed
/// something that the certificate verifies. Cheap to clone.
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

    fn new(store: &str, alias: &str, key: CertifiedKey) -> Self {
        Self {
            store: store.to_owned(),
            alias: alias.to_owned(),
            validity: validity(&key.cert),
            key: Arc::new(key),
        }
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
        let reason = self.validity.and_then(|validity| validity.amiss(at(now)));
        reason.map_or(Ok(()), |reason| {
            Err(TlsError::Expired {
                store: self.store.clone(),
                alias: self.alias.clone(),
                reason,
            })
        })
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
