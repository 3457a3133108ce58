//! EC keys as Java writes them, completed so that every provider takes them.

use zeroize::Zeroizing;

use super::super::der::{self, Reader};
use super::KeyForm;
use super::signature::PublicKey;

/// The contents of the OBJECT IDENTIFIERs of RFC 5480.
const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];

/// The parts of an ECPrivateKey (RFC 5915), by itself or in a PrivateKeyInfo (RFC 5208).
pub(super) struct EcKey<'a> {
    /// Not always written in the key itself, which may leave it to its surroundings.
    curve: Option<&'a [u8]>,
    number: &'a [u8],
    public_key: Option<&'a [u8]>,
}

impl<'a> EcKey<'a> {
    pub(super) fn read(form: KeyForm, der: &'a [u8]) -> Option<Self> {
        let (outer_curve, mut key) = match form {
            KeyForm::Pkcs1 => return None,
            KeyForm::Sec1 => (None, Reader(der).sequence()?),
            KeyForm::Pkcs8 => {
                let mut info = Reader(der).sequence()?;
                info.take(der::INTEGER)?;
                let curve = curve(info.take(der::SEQUENCE)?)?;
                (
                    Some(curve),
                    Reader(info.take(der::OCTET_STRING)?).sequence()?,
                )
            }
        };
        key.take(der::INTEGER)?;
        let number = key.take(der::OCTET_STRING)?;
        let parameters = key.take(0xa0);
        let inner_curve = parameters.and_then(|parameters| Reader(parameters).take(der::OID));
        Some(Self {
            curve: outer_curve.or(inner_curve),
            number,
            public_key: key.take(0xa1),
        })
    }

    pub(super) const fn has_public_key(&self) -> bool {
        self.public_key.is_some()
    }

    /// Whether every provider knows the curve.
    pub(super) fn is_common(&self) -> bool {
        self.curve.is_none_or(|curve| [P256, P384].contains(&curve))
    }

    /// Puts a public key into a key that lacks it; nothing if it is of another curve.
    ///
    /// RFC 5915 makes `publicKey` optional and Java leaves it out, but ring insists on it. Java before 12 also wrote
    /// the private number without its leading zeros, which RFC 5915 §3 does not allow: they are put back.
    pub(super) fn completed(&self, public: &PublicKey<'_>) -> Option<Zeroizing<Vec<u8>>> {
        let curve = curve(public.algorithm)?;
        if self.curve.is_some_and(|own| own != curve) {
            return None;
        }
        // One byte says that the point is uncompressed (SEC 1 §2.3.3); then come x and y.
        let size = public.key.len().saturating_sub(1) / 2;
        let zeros = vec![0; size.saturating_sub(self.number.len())];
        let inner = der::element(
            der::SEQUENCE,
            &[
                &der::element(der::INTEGER, &[&[1]]),
                &der::element(der::OCTET_STRING, &[&zeros, self.number]),
                &der::element(0xa1, &[&der::element(der::BIT_STRING, &[&[0], public.key])]),
            ],
        );
        Some(der::element(
            der::SEQUENCE,
            &[
                &der::element(der::INTEGER, &[&[0]]),
                &der::element(der::SEQUENCE, &[public.algorithm]),
                &der::element(der::OCTET_STRING, &[&inner]),
            ],
        ))
    }
}

/// The named curve of an EC key's AlgorithmIdentifier.
fn curve(algorithm: &[u8]) -> Option<&[u8]> {
    let mut algorithm = Reader(algorithm);
    (algorithm.take(der::OID)? == EC_PUBLIC_KEY).then_some(())?;
    algorithm.take(der::OID)
}
