//! Where keys, trust and passwords come from: files by name, to be read once or again and again.

use std::path::PathBuf;

use rustls::crypto::CryptoProvider;

use super::{
    Crls, Files, Identity, Password, Store, StoreType, TlsError, Trust, UnknownRevocation,
};

/// Where the password of a store or of a key is.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum PasswordSource {
    /// There is none.
    #[default]
    None,
    /// It is here.
    Given(Password),
    /// In a file of its own, see [`Password::from_file`]. Read again with the store it opens.
    File(PathBuf),
    /// In an environment variable.
    Env(String),
}

impl PasswordSource {
    fn password(&self, files: &mut Files) -> Result<Option<Password>, TlsError> {
        Ok(match self {
            Self::None => None,
            Self::Given(password) => Some(password.clone()),
            Self::File(path) => Some(Password::from_bytes(path, files.read(path)?)?),
            Self::Env(name) => Some(Password::from_env(name)?),
        })
    }
}

impl From<Password> for PasswordSource {
    fn from(password: Password) -> Self {
        Self::Given(password)
    }
}

/// Where a private key and its chain are, and how to open them.
#[derive(Clone, Debug)]
#[must_use]
pub struct KeySource {
    files: Vec<PathBuf>,
    store_type: Option<StoreType>,
    password: PasswordSource,
    key_password: PasswordSource,
    alias: Option<String>,
}

impl KeySource {
    /// One file: JKS, JCEKS, PKCS12, or PEM with the key and its certificates.
    pub fn store(path: impl Into<PathBuf>) -> Self {
        Self::files(vec![path.into()])
    }

    /// Two PEM files, as Kubernetes (`tls.crt`, `tls.key`) and etcd have them.
    pub fn pem(certificates: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self::files(vec![certificates.into(), key.into()])
    }

    fn files(files: Vec<PathBuf>) -> Self {
        Self {
            files,
            store_type: None,
            password: PasswordSource::None,
            key_password: PasswordSource::None,
            alias: None,
        }
    }

    /// Sets the type that the configuration states, see [`StoreType`].
    pub fn store_type(mut self, store_type: StoreType) -> Self {
        self.store_type = Some(store_type);
        self
    }

    /// Sets the password of the store.
    pub fn password(mut self, password: impl Into<PasswordSource>) -> Self {
        self.password = password.into();
        self
    }

    /// Sets the password of the key, where it is not that of the store.
    pub fn key_password(mut self, password: impl Into<PasswordSource>) -> Self {
        self.key_password = password.into();
        self
    }

    /// Chooses one of several keys.
    pub fn alias(mut self, alias: impl Into<String>) -> Self {
        self.alias = Some(alias.into());
        self
    }

    /// Reads the key.
    ///
    /// # Errors
    /// Those of [`Store::open`] and [`Store::key`], and [`TlsError::Expired`].
    pub fn identity(
        &self,
        files: &mut Files,
        provider: &CryptoProvider,
    ) -> Result<Identity, TlsError> {
        let password = self.password.password(files)?;
        let key_password = self.key_password.password(files)?;
        let store = files.store(&self.files, self.store_type, password.as_ref())?;
        let identity = store.key(self.alias.as_deref(), key_password.as_ref(), provider)?;
        identity.check_time(files.now())?;
        Ok(identity)
    }
}

/// Where trusted certificates are, and how to open them.
#[derive(Clone, Debug)]
#[must_use]
pub struct TrustSource {
    file: PathBuf,
    store_type: Option<StoreType>,
    password: PasswordSource,
    alias: Option<String>,
    crls: Vec<PathBuf>,
    unknown_revocation: UnknownRevocation,
}

impl TrustSource {
    /// One file: JKS, JCEKS, PKCS12 or PEM.
    pub fn store(path: impl Into<PathBuf>) -> Self {
        Self {
            file: path.into(),
            store_type: None,
            password: PasswordSource::None,
            alias: None,
            crls: Vec::new(),
            unknown_revocation: UnknownRevocation::default(),
        }
    }

    /// Sets the type that the configuration states, see [`StoreType`].
    pub fn store_type(mut self, store_type: StoreType) -> Self {
        self.store_type = Some(store_type);
        self
    }

    /// Sets the password of the store. Without one, a JKS store is read without a check of its integrity, as in Java.
    pub fn password(mut self, password: impl Into<PasswordSource>) -> Self {
        self.password = password.into();
        self
    }

    /// Trusts one certificate of the store only.
    pub fn alias(mut self, alias: impl Into<String>) -> Self {
        self.alias = Some(alias.into());
        self
    }

    /// Adds a file of certificate revocation lists, see [`Trust::with_crls`]. It is read again with the store.
    pub fn crl(mut self, path: impl Into<PathBuf>) -> Self {
        self.crls.push(path.into());
        self
    }

    /// Sets what becomes of a certificate whose issuer has no revocation list.
    pub fn unknown_revocation(mut self, unknown: UnknownRevocation) -> Self {
        self.unknown_revocation = unknown;
        self
    }

    /// Reads the certificates and the revocation lists.
    ///
    /// # Errors
    /// Those of [`Store::open`], [`Store::trust`] and [`Crls::open`].
    pub fn trust(&self, files: &mut Files) -> Result<Trust, TlsError> {
        let password = self.password.password(files)?;
        let store: Store = files.store(
            std::slice::from_ref(&self.file),
            self.store_type,
            password.as_ref(),
        )?;
        let trust = store
            .trust(self.alias.as_deref())?
            .unknown_revocation(self.unknown_revocation);
        self.crls.iter().try_fold(trust, |trust, path| {
            let file = path.display().to_string();
            Ok(trust.with_crls(&Crls::parse(files.read(path)?, &file)?))
        })
    }
}
