//! PEM files (RFC 7468): certificates, and at most one private key.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{PemObject, SectionKind};
use zeroize::Zeroizing;

use super::super::key::PrivateKey;
use super::{Entry, Flaw, StoredKey};

const BEGIN: &[u8] = b"-----BEGIN ";

/// Text may stand before the first section, as `openssl pkcs12` writes it.
pub(super) fn is_pem(bytes: &[u8]) -> bool {
    lines(bytes).any(|line| line.starts_with(BEGIN))
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|&byte| byte == b'\n' || byte == b'\r')
}

pub(super) fn read(bytes: &[u8]) -> Result<Vec<Entry>, Flaw> {
    refuse_unknown_sections(bytes)?;
    let mut certificates = Vec::new();
    let mut key = None;
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(bytes) {
        let (kind, der) = section.map_err(|error| Flaw::corrupt(error.to_string()))?;
        let found = match kind {
            SectionKind::Certificate => {
                certificates.push(CertificateDer::from(der));
                continue;
            }
            SectionKind::PrivateKey => PrivateKey::Pkcs8(Zeroizing::new(der)),
            SectionKind::RsaPrivateKey => PrivateKey::Pkcs1(Zeroizing::new(der)),
            SectionKind::EcPrivateKey => PrivateKey::Sec1(Zeroizing::new(der)),
            _ => continue,
        };
        if key.replace(StoredKey::Plain(found)).is_some() {
            return Err(Flaw::Unsupported(
                "a PEM file with several private keys".to_owned(),
            ));
        }
    }
    if key.is_some() {
        return Ok(vec![Entry {
            alias: "1".to_owned(),
            certificates,
            key,
        }]);
    }
    let trusted = |(number, certificate)| Entry {
        alias: format!("{}", number + 1),
        certificates: vec![certificate],
        key: None,
    };
    Ok(certificates.into_iter().enumerate().map(trusted).collect())
}

/// The parser passes over what it does not know. An encrypted key passed over would turn a key store into a trust
/// store, so everything has to be known here.
fn refuse_unknown_sections(bytes: &[u8]) -> Result<(), Flaw> {
    for line in lines(bytes) {
        if line.starts_with(b"Proc-Type:") {
            return Err(Flaw::Unsupported("an encrypted PEM key".to_owned()));
        }
        let Some(label) = line.strip_prefix(BEGIN) else {
            continue;
        };
        let label = String::from_utf8_lossy(label);
        match label.trim_end().trim_end_matches('-') {
            "CERTIFICATE" | "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY"
            | "EC PARAMETERS" => {}
            label => {
                return Err(Flaw::Unsupported(format!(
                    "PEM section `{}`",
                    label.escape_debug()
                )));
            }
        }
    }
    Ok(())
}
