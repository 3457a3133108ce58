//! The files of one load: each is read once, so that whatever is made of them is of one moment.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use zeroize::Zeroizing;

use super::{Password, Store, StoreType, TlsError};

/// The largest file that is read: the `cacerts` of a JVM with its 150 authorities has 0.2 MiB.
pub(super) const MAX_BYTES: usize = 8 * 1024 * 1024;

/// The files that were read for one load of keys and trust, and the time of it.
///
/// ```no_run
/// # #[cfg(feature = "ring")] {
/// use std::time::SystemTime;
/// use bailiwick::tls::{self, Files, KeySource, Password, TrustSource};
///
/// let mut files = Files::new(SystemTime::now());
/// let key = KeySource::store("/etc/service/keystore.jks").password(Password::new("keypass"));
/// let identity = key.identity(&mut files, &tls::ring_provider())?;
/// let trust = TrustSource::store("/etc/service/truststore.jks").trust(&mut files)?;
/// # }
/// # Ok::<(), bailiwick::tls::TlsError>(())
/// ```
pub struct Files {
    now: SystemTime,
    read: BTreeMap<PathBuf, Zeroizing<Vec<u8>>>,
}

impl Files {
    /// No file yet. Certificates are held against `now`.
    #[must_use]
    pub const fn new(now: SystemTime) -> Self {
        Self {
            now,
            read: BTreeMap::new(),
        }
    }

    /// The time of the load.
    #[must_use]
    pub const fn now(&self) -> SystemTime {
        self.now
    }

    /// The content of a file of at most 8 MiB.
    ///
    /// # Errors
    /// [`TlsError::Io`] and [`TlsError::TooLarge`].
    pub fn read(&mut self, path: &Path) -> Result<&[u8], TlsError> {
        if !self.read.contains_key(path) {
            self.read.insert(path.to_owned(), read(path, MAX_BYTES)?);
        }
        Ok(self.read.get(path).map_or(&[], |bytes| bytes))
    }

    /// A store that lies in one file, or in several of PEM.
    pub(super) fn store(
        &mut self,
        paths: &[PathBuf],
        store_type: Option<StoreType>,
        password: Option<&Password>,
    ) -> Result<Store, TlsError> {
        let mut all = Zeroizing::new(Vec::new());
        let mut names = Vec::new();
        for path in paths {
            names.push(path.display().to_string());
            let bytes = self.read(path)?;
            // A vector that grows leaves copies behind.
            let mut joined = Zeroizing::new(Vec::with_capacity(all.len() + bytes.len() + 1));
            joined.extend_from_slice(&all);
            if !all.is_empty() {
                joined.push(b'\n');
            }
            joined.extend_from_slice(bytes);
            all = joined;
        }
        Store::parse(&all, names.join("` and `"), store_type, password)
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.read.keys()).finish()
    }
}

pub(super) fn read(path: &Path, limit: usize) -> Result<Zeroizing<Vec<u8>>, TlsError> {
    let io = |source| TlsError::Io {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(io)?;
    let size = file.metadata().map_err(io)?.len();
    // Room for all of it from the start: a vector that grows leaves copies of the secret behind.
    let capacity = usize::try_from(size).unwrap_or(limit).min(limit) + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
    let read = file
        .take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(io)?;
    if read > limit {
        return Err(TlsError::TooLarge {
            store: path.display().to_string(),
            limit,
        });
    }
    Ok(bytes)
}
