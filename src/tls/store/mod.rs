//! A key store or trust store, whatever its format.

mod jks;
mod pem;
mod pkcs12;
mod store_type;

use std::fmt;
use std::path::Path;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;

pub use store_type::StoreType;

use super::key::PrivateKey;
use super::{Identity, Password, TlsError, Trust, files};

/// The content of a key store or trust store.
///
/// ```
/// use bailiwick::tls::{Store, TlsError};
///
/// let error = Store::read(b"nonsense", None).unwrap_err();
/// assert!(matches!(error, TlsError::UnknownFormat { .. }));
/// assert_eq!(error.to_string(), "`(memory)` is not a JKS, JCEKS, PKCS12 or PEM store");
/// ```
pub struct Store {
    name: String,
    entries: Vec<Entry>,
    /// Java's key password is the store password unless it says otherwise.
    password: Option<Password>,
}

/// One entry of a [`Store`]: a private key with its chain, or a trusted certificate.
pub struct Entry {
    alias: String,
    certificates: Vec<CertificateDer<'static>>,
    key: Option<StoredKey>,
}

enum StoredKey {
    Plain(PrivateKey),
    /// Encrypted on its own, with a password that may differ from that of the store.
    JavaProtected(Vec<u8>),
}

impl Entry {
    /// The alias as the file spells it. A PEM file and a nameless PKCS12 entry have none, and are numbered from `1`.
    pub fn alias(&self) -> &str {
        &self.alias
    }

    /// Whether it is a private key.
    pub fn is_key(&self) -> bool {
        self.key.is_some()
    }

    /// The chain of a private key, its own certificate first; or the one trusted certificate.
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

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("name", &self.name)
            .field("entries", &self.entries)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Reads a file of at most 8 MiB. See [`Store::read`].
    ///
    /// # Errors
    /// Those of [`Store::read`] and [`TlsError::Io`]. All name the file.
    pub fn open(path: impl AsRef<Path>, password: Option<&Password>) -> Result<Self, TlsError> {
        let path = path.as_ref();
        let bytes = files::read(path, files::MAX_BYTES)?;
        Self::parse(&bytes, path.display().to_string(), None, password)
    }

    /// Reads a JKS, PKCS12 or PEM store from memory. The content says which it is.
    ///
    /// - **JKS** without a password is read without an integrity check, as `java.security.KeyStore.load` does.
    /// - **PKCS12** has one password for the store and its keys, as in Java.
    /// - **PEM** ignores the password. Certificates beside a private key are its chain, in their order; without one
    ///   each is trusted. Files of their own for certificate and key can be concatenated.
    ///
    /// # Errors
    /// [`TlsError::UnknownFormat`], [`Corrupt`](TlsError::Corrupt), [`TooLarge`](TlsError::TooLarge),
    /// [`Unsupported`](TlsError::Unsupported), [`PasswordRequired`](TlsError::PasswordRequired) and
    /// [`WrongStorePassword`](TlsError::WrongStorePassword).
    pub fn read(bytes: &[u8], password: Option<&Password>) -> Result<Self, TlsError> {
        Self::parse(bytes, "(memory)".to_owned(), None, password)
    }

    pub(super) fn parse(
        bytes: &[u8],
        name: String,
        stated: Option<StoreType>,
        password: Option<&Password>,
    ) -> Result<Self, TlsError> {
        if bytes.len() > files::MAX_BYTES {
            return Err(TlsError::TooLarge {
                store: name,
                limit: files::MAX_BYTES,
            });
        }
        let parsed = match bytes {
            [0xfe, 0xed, 0xfe, 0xed, ..] => jks::read(bytes, password),
            [0xce, 0xce, 0xce, 0xce, ..] => Err(Flaw::Unsupported("a JCEKS store".to_owned())),
            // A SEQUENCE with a length of two bytes or more.
            [0x30, 0x81..=0x84, ..] => pkcs12::read(bytes, password),
            _ if pem::is_pem(bytes) => pem::read(bytes),
            _ => Err(Flaw::UnknownFormat),
        };
        match parsed {
            Ok(entries) => Ok(Self {
                name,
                entries,
                password: password.cloned(),
            }),
            Err(flaw) => Err(flaw.of(name, stated)),
        }
    }

    /// All entries, in the order of the file.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// A private key with its chain.
    ///
    /// Without an alias the store must have exactly one key. Aliases are compared without regard to case, as Java
    /// does. `key_password` opens the key of a JKS store where it differs from the store password; PKCS12 and PEM do
    /// not use it (`keytool` ignores `-keypass` for PKCS12 as well).
    ///
    /// # Errors
    /// [`TlsError::NoKey`], [`NoSuchAlias`](TlsError::NoSuchAlias), [`AmbiguousAlias`](TlsError::AmbiguousAlias),
    /// [`PasswordRequired`](TlsError::PasswordRequired), [`WrongKeyPassword`](TlsError::WrongKeyPassword),
    /// [`KeyMismatch`](TlsError::KeyMismatch), [`BadKey`](TlsError::BadKey),
    /// [`BadCertificate`](TlsError::BadCertificate).
    pub fn key(
        &self,
        alias: Option<&str>,
        key_password: Option<&Password>,
        provider: &CryptoProvider,
    ) -> Result<Identity, TlsError> {
        let keys = || {
            self.entries
                .iter()
                .filter_map(|entry| Some((entry, entry.key.as_ref()?)))
        };
        let names = || {
            keys()
                .map(|(entry, _)| entry.alias.clone())
                .collect::<Vec<_>>()
        };
        let store = || self.name.clone();
        if keys().next().is_none() {
            return Err(TlsError::NoKey { store: store() });
        }
        let mut found =
            keys().filter(|(entry, _)| alias.is_none_or(|alias| same_alias(alias, &entry.alias)));
        let (entry, stored) = match (found.next(), found.next(), alias) {
            (Some(one), None, _) => one,
            (None, _, alias) => {
                let alias = alias.unwrap_or_default().to_owned();
                return Err(TlsError::NoSuchAlias {
                    store: store(),
                    alias,
                    known: names(),
                });
            }
            (Some(_), Some(_), _) => {
                return Err(TlsError::AmbiguousAlias {
                    store: store(),
                    aliases: names(),
                });
            }
        };
        let opened;
        let key = match stored {
            StoredKey::Plain(key) => key,
            StoredKey::JavaProtected(protected) => {
                let password = key_password
                    .or(self.password.as_ref())
                    .ok_or_else(|| TlsError::PasswordRequired { store: store() })?;
                opened = jks::open_key(protected, password).map_err(|flaw| match flaw {
                    Flaw::WrongPassword => TlsError::WrongKeyPassword {
                        store: store(),
                        alias: entry.alias.clone(),
                    },
                    flaw => flaw.of(store(), None),
                })?;
                &opened
            }
        };
        key.identity(&self.name, &entry.alias, &entry.certificates, provider)
    }

    /// What this store trusts: its trusted certificates and, as in Java (`sun.security.validator.TrustStoreUtil`),
    /// the first certificate of each private key. With an alias, only that entry.
    ///
    /// # Errors
    /// [`TlsError::NoTrusted`], [`NoSuchAlias`](TlsError::NoSuchAlias) and
    /// [`BadCertificate`](TlsError::BadCertificate).
    pub fn trust(&self, alias: Option<&str>) -> Result<Trust, TlsError> {
        let store = || self.name.clone();
        let mut trust = Trust::nobody();
        for entry in &self.entries {
            if let Some(certificate) = entry.certificates.first()
                && alias.is_none_or(|alias| same_alias(alias, &entry.alias))
            {
                trust
                    .add(certificate)
                    .map_err(|reason| TlsError::BadCertificate {
                        store: store(),
                        alias: entry.alias.clone(),
                        reason,
                    })?;
            }
        }
        match alias {
            _ if !trust.is_empty() => Ok(trust),
            Some(alias) if !self.entries.is_empty() => Err(TlsError::NoSuchAlias {
                store: store(),
                alias: alias.to_owned(),
                known: self
                    .entries
                    .iter()
                    .map(|entry| entry.alias.clone())
                    .collect(),
            }),
            _ => Err(TlsError::NoTrusted { store: store() }),
        }
    }
}

fn same_alias(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// What a format's reader found wrong; the name of the store is added afterwards.
enum Flaw {
    UnknownFormat,
    Unsupported(String),
    Corrupt(String),
    PasswordRequired,
    WrongPassword,
}

impl Flaw {
    fn corrupt(reason: impl Into<String>) -> Self {
        Self::Corrupt(reason.into())
    }

    fn of(self, store: String, stated: Option<StoreType>) -> TlsError {
        match self {
            Self::UnknownFormat => TlsError::UnknownFormat { store, stated },
            Self::Unsupported(what) => TlsError::Unsupported { store, what },
            Self::Corrupt(reason) => TlsError::Corrupt { store, reason },
            Self::PasswordRequired => TlsError::PasswordRequired { store },
            Self::WrongPassword => TlsError::WrongStorePassword { store },
        }
    }
}
