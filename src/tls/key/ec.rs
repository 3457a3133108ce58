//! EC keys as Java writes them, completed so that every provider takes them.

use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, X509Certificate};
use zeroize::Zeroizing;

use super::super::der::{self, Reader};

/// The contents of the OBJECT IDENTIFIERs of RFC 5480.
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];

pub(super) struct Completed {
    pub(super) pkcs8: Zeroizing<Vec<u8>>,
    pub(super) common_curve: bool,
}

/// Puts the public key of the certificate into an EC key that lacks it.
///
/// RFC 5915 makes `publicKey` optional and Java leaves it out, but ring insists on it. Java before 12 also wrote the
/// private number without its leading zeros, which RFC 5915 §3 does not allow: they are put back.
pub(super) fn complete(pkcs8: &[u8], leaf: &CertificateDer<'_>) -> Option<Completed> {
    let key = EcKey::without_public_key(pkcs8)?;
    let (_, certificate) = X509Certificate::from_der(leaf).ok()?;
    let mut spki = Reader(certificate.public_key().raw).sequence()?;
    spki.take(der::SEQUENCE)?;
    let bits = spki.take(der::BIT_STRING)?;
    // One byte says how many bits are unused, one that the point is uncompressed (SEC 1 §2.3.3); then come x and y.
    let size = bits.len().saturating_sub(2) / 2;
    let zeros = vec![0; size.saturating_sub(key.number.len())];
    let inner = der::element(
        der::SEQUENCE,
        &[
            &der::element(der::INTEGER, &[&[1]]),
            &der::element(der::OCTET_STRING, &[&zeros, key.number]),
            &der::element(0xa1, &[&der::element(der::BIT_STRING, &[bits])]),
        ],
    );
    let pkcs8 = der::element(
        der::SEQUENCE,
        &[
            &der::element(der::INTEGER, &[&[0]]),
            &der::element(der::SEQUENCE, &[key.algorithm]),
            &der::element(der::OCTET_STRING, &[&inner]),
        ],
    );
    Some(Completed {
        pkcs8,
        common_curve: key.curve == P256 || key.curve == P384,
    })
}

/// The parts of an ECPrivateKey (RFC 5915) in a PrivateKeyInfo (RFC 5208).
struct EcKey<'a> {
    algorithm: &'a [u8],
    curve: &'a [u8],
    number: &'a [u8],
}

impl<'a> EcKey<'a> {
    fn without_public_key(pkcs8: &'a [u8]) -> Option<Self> {
        let mut info = Reader(pkcs8).sequence()?;
        info.take(der::INTEGER)?;
        let algorithm = info.take(der::SEQUENCE)?;
        let mut parts = Reader(algorithm);
        if parts.take(der::OID)? != EC_PUBLIC_KEY {
            return None;
        }
        let curve = parts.take(der::OID)?;
        let mut key = Reader(info.take(der::OCTET_STRING)?).sequence()?;
        key.take(der::INTEGER)?;
        let number = key.take(der::OCTET_STRING)?;
        key.take(0xa0);
        key.take(0xa1).is_none().then_some(Self {
            algorithm,
            curve,
            number,
        })
    }
}
