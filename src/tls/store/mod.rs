//! A key store or trust store, whatever its format.

mod ber;
mod entry;
mod flaw;
mod input;
mod java;
mod pem;
mod pkcs12;
mod seal;
mod serialized;
mod store_type;

use std::fmt;
use std::path::Path;

use rustls::crypto::CryptoProvider;

pub use self::entry::Entry;
use self::entry::{SealedKey, StoredKey};
use self::flaw::Flaw;
use self::seal::Work;
pub use self::store_type::StoreType;
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
    store_type: StoreType,
    entries: Vec<Entry>,
    /// Java's key password is the store password unless it says otherwise.
    password: Option<Password>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store")
            .field("name", &self.name)
            .field("store_type", &self.store_type)
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

    /// Reads a JKS, JCEKS, PKCS12 or PEM store from memory. The content says which it is.
    ///
    /// - **JKS** and **JCEKS** without a password are read without an integrity check, as `java.security.KeyStore.load`
    ///   does. Secret keys in them are passed over, as in PKCS12.
    /// - **PKCS12** without a password gives what is in the clear, unchecked. What is encrypted needs one; Java passes
    ///   over it in silence.
    /// - **PEM** has no password of the store; one that is given serves an encrypted key. Every certificate of a file
    ///   without a key is trusted. Beside a key they are where its chain is looked for. Files of their own for
    ///   certificates and key can be concatenated.
    ///
    /// A key stays sealed until [`Store::key`] asks for it.
    ///
    /// What is allocated at one time is at most 32 times the size of the file, and 64 KiB; for scrypt, 33 MiB more. All
    /// key derivations together take at most 2,000,000 iterations; for scrypt, a block of 128 bytes of its memory counts
    /// as one, in each round.
    ///
    /// # Errors
    /// [`TlsError::UnknownFormat`], [`Corrupt`](TlsError::Corrupt), [`TooLarge`](TlsError::TooLarge),
    /// [`Unsupported`](TlsError::Unsupported), [`PasswordRequired`](TlsError::PasswordRequired) and
    /// [`WrongStorePassword`](TlsError::WrongStorePassword). If the structure is broken, the file is corrupt; if it is
    /// sound and its digest is another, the password is wrong or the file was changed, which nobody can tell apart.
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
        let (store_type, parsed) = match bytes {
            [0xfe, 0xed, 0xfe, 0xed, ..] => (StoreType::Jks, java::read(bytes, password)),
            [0xce, 0xce, 0xce, 0xce, ..] => (StoreType::Jceks, java::read(bytes, password)),
            _ if pkcs12::is_pkcs12(bytes) => (StoreType::Pkcs12, pkcs12::read(bytes, password)),
            _ => (StoreType::Pem, pem::read(bytes)),
        };
        match parsed {
            Ok(entries) => Ok(Self {
                name,
                store_type,
                entries,
                password: password.cloned(),
            }),
            Err(flaw) => Err(flaw.of(name, stated)),
        }
    }

    /// The type that the content has.
    pub const fn store_type(&self) -> StoreType {
        self.store_type
    }

    /// All entries, in the order of the file.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// A private key with its chain.
    ///
    /// Without an alias the store must have exactly one key. Aliases are compared without regard to case, as Java
    /// does.
    ///
    /// `key_password` opens the key where it is not the store password. For PKCS12, if it does not, the store password
    /// is tried: `keytool` ignores `-keypass` there, and yet settings that repeat it are common.
    ///
    /// The chain begins with the certificate of the key, wherever the file has it. Then comes the certificate of its
    /// issuer and so on: by name and key identifiers, and where these leave a choice, by signature; of several certificates of one
    /// key, it is the one that expires last. Certificates that do
    /// not belong to it are left out; where one is missing, the chain ends.
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
                .filter_map(|entry| Some((entry, entry.stored_key()?)))
        };
        let names = || {
            keys()
                .map(|(entry, _)| entry.alias().to_owned())
                .collect::<Vec<_>>()
        };
        let store = || self.name.clone();
        if keys().next().is_none() {
            return Err(TlsError::NoKey { store: store() });
        }
        let mut found =
            keys().filter(|(entry, _)| alias.is_none_or(|alias| same_alias(alias, entry.alias())));
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
            StoredKey::Sealed(sealed) => {
                opened = self.open_key(entry, sealed, key_password)?;
                &opened
            }
        };
        key.identity(&self.name, entry.alias(), &entry.pool(), provider)
    }

    fn open_key(
        &self,
        entry: &Entry,
        sealed: &SealedKey,
        key_password: Option<&Password>,
    ) -> Result<PrivateKey, TlsError> {
        let mut work = Work::new();
        let password = key_password.or(self.password.as_ref());
        let mut opened = password
            .ok_or(Flaw::PasswordRequired)
            .and_then(|password| sealed.open(password, &mut work));
        if let (Err(Flaw::WrongPassword), StoreType::Pkcs12, Some(_), Some(password)) =
            (&opened, self.store_type, key_password, &self.password)
        {
            opened = sealed.open(password, &mut work);
        }
        opened.map_err(|flaw| flaw.of_key(self.name.clone(), entry.alias().to_owned()))
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
            if let Some(certificate) = entry.certificates().first()
                && alias.is_none_or(|alias| same_alias(alias, entry.alias()))
            {
                trust
                    .add(certificate)
                    .map_err(|reason| TlsError::BadCertificate {
                        store: store(),
                        alias: entry.alias().to_owned(),
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
                    .map(|entry| entry.alias().to_owned())
                    .collect(),
            }),
            _ => Err(TlsError::NoTrusted { store: store() }),
        }
    }
}

fn same_alias(a: &str, b: &str) -> bool {
    lower_case(a) == lower_case(b)
}

/// What Java makes of an alias: `String.toLowerCase(Locale.ENGLISH)`.
fn lower_case(alias: &str) -> String {
    alias.to_lowercase()
}
