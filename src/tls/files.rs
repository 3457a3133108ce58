//! The files of one load: each is read once, so that whatever is made of them is of one moment.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{cmp, fmt};

use zeroize::Zeroizing;

use super::{Password, Store, StoreType, TlsError};

/// The largest file that is read: the `cacerts` of a JVM with its 150 authorities has 0.2 MiB.
pub(super) const MAX_BYTES: usize = 8 * 1024 * 1024;

/// The files that were read for one load of keys and trust, and the time of it.
///
/// They are regular files, or links to one: a directory, a pipe or a device is refused before it is opened, because a
/// pipe that nobody writes to would be waited for. The contents are wiped when this is dropped.
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
    read: BTreeMap<PathBuf, Result<Zeroizing<Vec<u8>>, Unread>>,
    pub(super) expiry: Expiry,
}

/// When the first certificate of what was loaded expires.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Expiry {
    pub(super) identity: Option<SystemTime>,
    pub(super) trust: Option<SystemTime>,
}

/// Why the content of a file is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    TooLarge,
    NotAFile,
    Os(i32),
    Other(io::ErrorKind),
}

impl Files {
    /// No file yet. Certificates are held against `now`.
    #[must_use]
    pub const fn new(now: SystemTime) -> Self {
        Self {
            now,
            read: BTreeMap::new(),
            expiry: Expiry {
                identity: None,
                trust: None,
            },
        }
    }

    /// The time of the load.
    #[must_use]
    pub const fn now(&self) -> SystemTime {
        self.now
    }

    /// The content of a file of at most 8 MiB. Asked again, the answer is the same, whatever became of the file.
    ///
    /// # Errors
    /// [`TlsError::Io`] and [`TlsError::TooLarge`].
    pub fn read(&mut self, path: &Path) -> Result<&[u8], TlsError> {
        let found = self.read.entry(path.to_owned()).or_insert_with(|| {
            open_regular(path).and_then(|(file, size)| content(file, size, MAX_BYTES))
        });
        match found {
            Ok(bytes) => Ok(bytes),
            Err(unread) => Err(unread.error(path, MAX_BYTES)),
        }
    }

    /// Every path that was asked for, and what was found there.
    pub(super) fn found(&self) -> impl Iterator<Item = (&PathBuf, Result<&[u8], Unread>)> {
        self.read.iter().map(|(path, found)| {
            let found = found.as_ref().map(|bytes| bytes.as_slice());
            (path, found.map_err(|unread| *unread))
        })
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

impl Expiry {
    pub(super) fn earlier(one: &mut Option<SystemTime>, other: Option<SystemTime>) {
        *one = match (*one, other) {
            (Some(one), Some(other)) => Some(cmp::min(one, other)),
            (one, other) => one.or(other),
        };
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.read.keys()).finish()
    }
}

impl Unread {
    pub(super) fn error(self, path: &Path, limit: usize) -> TlsError {
        let source = match self {
            Self::TooLarge => {
                return TlsError::TooLarge {
                    store: path.display().to_string(),
                    limit,
                };
            }
            Self::NotAFile => io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"),
            Self::Os(code) => io::Error::from_raw_os_error(code),
            Self::Other(kind) => kind.into(),
        };
        TlsError::Io {
            path: path.to_owned(),
            source,
        }
    }
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        error
            .raw_os_error()
            .map_or_else(|| Self::Other(error.kind()), Self::Os)
    }
}

/// The content of whatever can be opened: a password may come through a pipe.
pub(super) fn read(path: &Path, limit: usize) -> Result<Zeroizing<Vec<u8>>, TlsError> {
    File::open(path)
        .and_then(|file| {
            let size = file.metadata()?.len();
            Ok((file, size))
        })
        .map_err(Unread::from)
        .and_then(|(file, size)| content(file, size, limit))
        .map_err(|unread| unread.error(path, limit))
}

/// Opens a regular file, and says how large it is.
pub(super) fn open_regular(path: &Path) -> Result<(File, u64), Unread> {
    // Opening a pipe waits for a writer, and opening a device may do anything. Who can put one there between the two calls
    // can as well put a key of his own there.
    if !fs::metadata(path)?.is_file() {
        return Err(Unread::NotAFile);
    }
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(Unread::NotAFile);
    }
    Ok((file, metadata.len()))
}

fn content(file: File, size: u64, limit: usize) -> Result<Zeroizing<Vec<u8>>, Unread> {
    // Room for all of it from the start: a vector that grows leaves copies of the secret behind.
    let capacity = usize::try_from(size).unwrap_or(limit).min(limit) + 1;
    let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
    let read = file.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    if read > limit {
        return Err(Unread::TooLarge);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_file_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let [there, missing] = ["there", "missing"].map(|name| folder.path().join(name));
        fs::write(&there, "before").unwrap();
        let mut files = Files::new(SystemTime::UNIX_EPOCH);
        for _ in 0..2 {
            assert_eq!(files.read(&there).unwrap(), b"before");
            let error = files.read(&missing).unwrap_err();
            assert!(
                matches!(&error, TlsError::Io { path, source }
                    if *path == missing && source.kind() == io::ErrorKind::NotFound),
                "{error:?}"
            );
            fs::write(&there, "after").unwrap();
            fs::write(&missing, "after").unwrap();
        }
        assert_eq!(format!("{files:?}"), format!("{{{missing:?}, {there:?}}}"));
        let found: Vec<_> = files.found().map(|(_, found)| found).collect();
        assert_eq!(found, [Err(Unread::Os(2)), Ok(&b"before"[..])]);
    }

    #[test]
    fn eight_mebibytes_are_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for (size, fits) in [(MAX_BYTES, true), (MAX_BYTES + 1, false)] {
            File::create(&path).unwrap().set_len(size as u64).unwrap();
            let mut files = Files::new(SystemTime::UNIX_EPOCH);
            let read = files.read(&path);
            match read {
                Ok(bytes) => assert!(fits && bytes.len() == size),
                Err(error) => assert!(!fits && matches!(error, TlsError::TooLarge { .. })),
            }
        }
    }
}
