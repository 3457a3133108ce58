//! Whom one side of a transport believes.

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
            Self::System => {
                let exists = |path: &&&str| Path::new(path).is_file();
                match Self::SYSTEM_FILES.iter().find(exists) {
                    Some(path) => TrustSource::store(path).trust(files),
                    None => Err(TlsError::NoSystemTrust),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

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
