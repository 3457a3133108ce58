//! What a store holds under an alias.

use std::fmt;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;

use super::super::key::{KeyForm, PrivateKey};
use super::seal::{self, PemSeal, Work};
use super::{Flaw, Password};

/// One entry of a [`Store`](super::Store): a private key with its chain, or a trusted certificate.
pub struct Entry {
    alias: String,
    certificates: Vec<CertificateDer<'static>>,
    key: Option<StoredKey>,
    /// What else the file holds that may complete the chain of a key.
    others: Arc<Vec<CertificateDer<'static>>>,
}

pub(super) enum StoredKey {
    Plain(PrivateKey),
    /// Sealed on its own, with a password that may differ from that of the store.
    Sealed(SealedKey),
}

pub(super) enum SealedKey {
    /// An EncryptedPrivateKeyInfo.
    Info(Vec<u8>),
    Pem(PemSeal, KeyForm, Vec<u8>),
}

impl SealedKey {
    pub(super) fn open(&self, password: &Password, work: &mut Work) -> Result<PrivateKey, Flaw> {
        match self {
            Self::Info(info) => {
                let der = seal::open_key(info, password, work)?;
                Ok(PrivateKey::new(KeyForm::Pkcs8, der))
            }
            Self::Pem(seal, form, data) => Ok(PrivateKey::new(*form, seal.open(data, password)?)),
        }
    }
}

impl Entry {
    pub(super) fn key(
        alias: String,
        certificates: Vec<CertificateDer<'static>>,
        key: StoredKey,
    ) -> Self {
        Self {
            alias,
            certificates,
            key: Some(key),
            others: Arc::default(),
        }
    }

    pub(super) fn trusted(alias: String, certificate: CertificateDer<'static>) -> Self {
        Self {
            alias,
            certificates: vec![certificate],
            key: None,
            others: Arc::default(),
        }
    }

    pub(super) fn with_others(mut self, others: &Arc<Vec<CertificateDer<'static>>>) -> Self {
        self.others = others.clone();
        self
    }

    pub(super) const fn stored_key(&self) -> Option<&StoredKey> {
        self.key.as_ref()
    }

    /// Where the chain of the key is looked for, the likely ones first.
    pub(super) fn pool(&self) -> Vec<&CertificateDer<'static>> {
        self.certificates.iter().chain(self.others.iter()).collect()
    }

    /// The alias as the file spells it. A PEM file and a nameless PKCS12 entry have none, and are numbered from `1`.
    pub fn alias(&self) -> &str {
        &self.alias
    }

    /// Whether it is a private key.
    pub const fn is_key(&self) -> bool {
        self.key.is_some()
    }

    /// The chain of a private key as the file has it, usually its own certificate first; or the one trusted
    /// certificate. [`Store::key`](super::Store::key) puts a chain in order.
    pub fn certificates(&self) -> &[CertificateDer<'static>] {
        &self.certificates
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("alias", &self.alias)
            .field("is_key", &self.is_key())
            .field("certificates", &self.certificates.len())
            .finish()
    }
}
