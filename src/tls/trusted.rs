//! Whom one side of a transport believes.

use std::io::ErrorKind;
use std::path::Path;

use super::{Files, Fingerprints, TlsError, Trust, TrustSource};

/// Where it stands whom to believe: a store, a list of fingerprints, or the system's authorities.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Trusted {
    /// The certificates of a store.
    Store(TrustSource),
    /// These certificates, and no others.
    Fingerprints(Fingerprints),
    /// The authorities that the operating system trusts: the first of the PEM files in [`Trusted::SYSTEM_FILES`] that
    /// exists. Java has a list of its own in their place, `lib/security/cacerts` of the JRE; certificates that were added
    /// there have to be added to the system's.
    System,
}

impl Trusted {
    /// Where Debian, Fedora, SUSE, and Alpine or BSD have the certificates of authorities.
    pub const SYSTEM_FILES: [&'static str; 4] = [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    ];

    /// Reads the certificates.
    ///
    /// # Errors
    /// Those of [`TrustSource::trust`], and [`TlsError::NoSystemTrust`].
    pub fn trust(&self, files: &mut Files) -> Result<Trust, TlsError> {
        match self {
            Self::Store(source) => source.trust(files),
            Self::Fingerprints(fingerprints) => Ok(Trust::from_fingerprints(fingerprints)),
            Self::System => first_of(&Self::SYSTEM_FILES, files),
        }
    }
}

/// Those that do not exist are asked for as well, so that a [`Reloader`](super::Reloader) sees them come.
fn first_of(paths: &[impl AsRef<Path>], files: &mut Files) -> Result<Trust, TlsError> {
    for path in paths {
        let path = path.as_ref();
        match files.read(path) {
            Err(TlsError::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
            Ok(_) => return TrustSource::store(path).trust(files),
        }
    }
    Err(TlsError::NoSystemTrust)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::tls::{Polled, Reloader};

    #[test]
    fn a_file_that_comes_before_the_one_in_use_is_watched() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["first", "second"].map(|name| folder.path().join(name));
        let certificate = |name: &str| {
            let params = rcgen::CertificateParams::new([name.to_owned()]).unwrap();
            let key = rcgen::KeyPair::generate().unwrap();
            params.self_signed(&key).unwrap().pem()
        };
        std::fs::write(&paths[1], certificate("second")).unwrap();
        let (now, all) = (SystemTime::now(), paths.clone());
        let reloader = Reloader::new(now, move |files| first_of(&all, files)).unwrap();
        std::fs::write(&paths[0], certificate("first")).unwrap();
        let polled = [(); 3].map(|()| reloader.poll(now).unwrap());
        assert_eq!(
            polled,
            [Polled::Unsettled, Polled::Loaded, Polled::Unchanged]
        );
        std::fs::write(&paths[0], "").unwrap();
        let polled = [(); 2].map(|()| reloader.poll(now).is_ok());
        assert_eq!(
            polled,
            [true, false],
            "a file that is there is not passed over"
        );
    }

    #[test]
    fn the_authorities_of_this_system() {
        let mut files = Files::new(SystemTime::now());
        let trust = Trusted::System.trust(&mut files);
        if Trusted::SYSTEM_FILES
            .iter()
            .any(|path| Path::new(path).exists())
        {
            assert!(trust.unwrap().not_after().is_some());
        } else {
            let error = trust.unwrap_err().to_string();
            assert!(
                error.ends_with("such as /etc/ssl/certs/ca-certificates.crt"),
                "{error}"
            );
        }
    }
}
