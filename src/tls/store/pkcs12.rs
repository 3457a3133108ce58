//! PKCS12 files (RFC 7292), read as `sun.security.pkcs12.PKCS12KeyStore` reads them.

use p12_keystore::error::Error as P12Error;
use p12_keystore::{CertificateBag, Pkcs12Archive};
use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, X509Certificate};
use zeroize::Zeroizing;

use super::super::key::PrivateKey;
use super::{Entry, Flaw, Password, StoredKey};

/// A longer chain than any peer accepts; the search below is quadratic.
const MAX_CHAIN: usize = 16;

pub(super) fn read(bytes: &[u8], password: Option<&Password>) -> Result<Vec<Entry>, Flaw> {
    // Since Java 18 `cacerts` is a PKCS12 file without MAC and encryption: that one opens without a password.
    let archive = Pkcs12Archive::from_pkcs12(bytes, password.map_or("", Password::as_str))
        .map_err(|error| match error {
            P12Error::MacError(_) | P12Error::Pkcs5Error(_) | P12Error::UnpadError
                if password.is_none() =>
            {
                Flaw::PasswordRequired
            }
            P12Error::MacError(_) | P12Error::Pkcs5Error(_) | P12Error::UnpadError => {
                Flaw::WrongPassword
            }
            P12Error::UnsupportedEncryptionScheme | P12Error::UnsupportedMacAlgorithm => {
                Flaw::Unsupported("its encryption".to_owned())
            }
            P12Error::InvalidParameters => {
                Flaw::corrupt("key derivation parameters are invalid or too costly")
            }
            error => Flaw::corrupt(error.to_string()),
        })?;
    let certificates: Vec<Certificate<'_>> =
        archive.certs.iter().filter_map(Certificate::new).collect();

    let mut nameless = 0;
    let mut alias = |name: Option<&String>| {
        name.cloned().unwrap_or_else(|| {
            nameless += 1;
            nameless.to_string()
        })
    };
    let mut entries = Vec::new();
    for key in &archive.keys {
        let id = key.local_key_id.as_ref().map(AsRef::as_ref);
        let leaf = certificates
            .iter()
            .find(|certificate| id.is_some() && certificate.bag.local_key_id.as_deref() == id);
        let private = PrivateKey::Pkcs8(Zeroizing::new(key.key.as_der().to_vec()));
        entries.push(Entry {
            alias: alias(key.friendly_name.as_ref()),
            certificates: leaf.map_or_else(Vec::new, |leaf| leaf.chain(&certificates)),
            key: Some(StoredKey::Plain(private)),
        });
    }
    // Certificates that only complete a chain are not trusted: keytool marks those that are.
    for bag in archive
        .certs
        .iter()
        .filter(|bag| bag.trusted && bag.local_key_id.is_none())
    {
        entries.push(Entry {
            alias: alias(bag.friendly_name.as_ref()),
            certificates: vec![CertificateDer::from(bag.cert.as_der().to_vec())],
            key: None,
        });
    }
    Ok(entries)
}

struct Certificate<'a> {
    bag: &'a CertificateBag,
    subject: &'a [u8],
    issuer: &'a [u8],
}

impl<'a> Certificate<'a> {
    fn new(bag: &'a CertificateBag) -> Option<Self> {
        let (_, parsed) = X509Certificate::from_der(bag.cert.as_der()).ok()?;
        Some(Self {
            bag,
            subject: parsed.tbs_certificate.subject.as_raw(),
            issuer: parsed.tbs_certificate.issuer.as_raw(),
        })
    }

    /// This certificate, its issuer, the issuer's issuer and so on up to a self-signed one.
    fn chain(&self, all: &[Self]) -> Vec<CertificateDer<'static>> {
        let mut chain = Vec::new();
        let mut next = Some(self);
        while let Some(certificate) = next.filter(|_| chain.len() < MAX_CHAIN) {
            let der = CertificateDer::from(certificate.bag.cert.as_der().to_vec());
            if chain.contains(&der) {
                break;
            }
            chain.push(der);
            next = all.iter().find(|issuer| {
                certificate.issuer != certificate.subject && issuer.subject == certificate.issuer
            });
        }
        chain
    }
}
