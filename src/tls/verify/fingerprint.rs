//! Certificates known by their hash.

use std::fmt;
use std::str::FromStr;

use rustls::pki_types::CertificateDer;
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::super::TlsError;

/// The hash of a certificate, as `openssl x509 -fingerprint` and `keytool -list -v` print it.
///
/// ```
/// use bailiwick::tls::Fingerprint;
///
/// let text = "9F:86:D0:81:88:4C:7D:65:9A:2F:EA:A0:C5:5A:D0:15:A3:BF:4F:1B:2B:0B:82:2C:D1:5D:6C:15:B0:F0:0A:08";
/// let fingerprint: Fingerprint = text.to_lowercase().parse()?;
/// assert_eq!(fingerprint.to_string(), text);
/// assert_eq!(
///     "9F:86".parse::<Fingerprint>().unwrap_err().to_string(),
///     "fingerprint `9F:86`: malformed fingerprint, expected 32 bytes in hexadecimal (SHA-256) or 20 (SHA-1)"
/// );
/// # Ok::<(), bailiwick::tls::TlsError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(Hash);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Hash {
    Sha1([u8; 20]),
    Sha256([u8; 32]),
}

impl Fingerprint {
    /// The SHA-256 of a certificate.
    #[must_use]
    pub fn of(certificate: &CertificateDer<'_>) -> Self {
        Self(Hash::Sha256(Sha256::digest(certificate).into()))
    }

    /// The SHA-1 of a certificate, see [`is_weak_sha1`](Self::is_weak_sha1).
    #[must_use]
    pub fn weak_sha1_of(certificate: &CertificateDer<'_>) -> Self {
        Self(Hash::Sha1(Sha1::digest(certificate).into()))
    }

    /// Whether it is a SHA-1. **Weak:** whoever gets a certificate of their own making pinned may have made a second one
    /// with the same SHA-1, for another key or purpose (SHA-1 has collisions since 2017). The certificate of somebody
    /// else still cannot be imitated.
    #[must_use]
    pub const fn is_weak_sha1(&self) -> bool {
        matches!(self.0, Hash::Sha1(_))
    }

    const fn bytes(&self) -> &[u8] {
        match &self.0 {
            Hash::Sha1(hash) => hash,
            Hash::Sha256(hash) => hash,
        }
    }
}

/// Two hexadecimal digits a byte in any case, with a colon between any two bytes or without colons.
impl FromStr for Fingerprint {
    type Err = TlsError;

    fn from_str(text: &str) -> Result<Self, TlsError> {
        bytes(text)
            .and_then(|bytes| {
                let sha256 = <[u8; 32]>::try_from(bytes.as_slice()).map(Hash::Sha256);
                sha256.or_else(|_| bytes.try_into().map(Hash::Sha1)).ok()
            })
            .map(Self)
            .ok_or_else(|| TlsError::Setting {
                what: "fingerprint",
                value: text.to_owned(),
                reason: "malformed fingerprint, expected 32 bytes in hexadecimal (SHA-256) or 20 (SHA-1)"
                    .to_owned(),
            })
    }
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let pairs: Vec<&str> = if text.contains(':') {
        text.split(':').collect()
    } else {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if !rest.is_empty() {
            return None;
        }
        pairs
            .iter()
            .map(|pair| std::str::from_utf8(pair).ok())
            .collect::<Option<_>>()?
    };
    let byte = |pair: &str| {
        // Otherwise `+f` would be a number.
        let digits = pair.len() == 2 && pair.bytes().all(|digit| digit.is_ascii_hexdigit());
        digits.then(|| u8::from_str_radix(pair, 16).ok()).flatten()
    };
    pairs.into_iter().map(byte).collect()
}

/// Upper-case hexadecimal with colons.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, byte) in self.bytes().iter().enumerate() {
            let colon = if number == 0 { "" } else { ":" };
            write!(f, "{colon}{byte:02X}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

/// The certificates that are trusted by their hash, see [`Trust::from_fingerprints`](super::Trust::from_fingerprints).
///
/// Read from the value of Flink's `security.ssl.internal.cert.fingerprint`: a list with commas, blanks around the items
/// ignored. Flink knows only SHA-1; here SHA-256 may be used as well, and should be.
///
/// ```
/// use bailiwick::tls::{Fingerprint, Fingerprints};
///
/// let sha1 = "a9:4a:8f:e5:cc:b1:9b:a6:1c:4c:08:73:d3:91:e9:87:98:2f:bb:d3";
/// let fingerprints: Fingerprints = sha1.parse()?;
/// assert!(fingerprints.has_weak_sha1());
///
/// let fingerprints = Fingerprints::from_iter([Fingerprint::of(&vec![0x30, 0].into())]);
/// assert!(!fingerprints.has_weak_sha1());
/// # Ok::<(), bailiwick::tls::TlsError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprints(Vec<Fingerprint>);

impl Fingerprints {
    /// Whether one of them is weak, see [`Fingerprint::is_weak_sha1`]: worth a warning.
    #[must_use]
    pub fn has_weak_sha1(&self) -> bool {
        self.0.iter().any(Fingerprint::is_weak_sha1)
    }

    pub(super) fn contain(&self, certificate: &CertificateDer<'_>) -> bool {
        // In variable time: neither the fingerprint nor the certificate is a secret, and knowing how many bytes of a
        // hash are right does not help to find another certificate that has it.
        self.0.contains(&Fingerprint::of(certificate))
            || (self.has_weak_sha1() && self.0.contains(&Fingerprint::weak_sha1_of(certificate)))
    }
}

/// The certificates of one's own, for one. No fingerprint at all means that nobody is trusted.
impl FromIterator<Fingerprint> for Fingerprints {
    fn from_iter<I: IntoIterator<Item = Fingerprint>>(fingerprints: I) -> Self {
        Self(fingerprints.into_iter().collect())
    }
}

impl FromStr for Fingerprints {
    type Err = TlsError;

    fn from_str(text: &str) -> Result<Self, TlsError> {
        text.split(',').map(|item| item.trim().parse()).collect()
    }
}
