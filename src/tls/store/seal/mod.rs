//! What a password seals: keys one by one, and the safes of PKCS12.

mod java;
mod pbes2;
mod pem;
mod pkcs12;
mod pkcs5;

use cbc::Decryptor;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockCipherDecrypt, BlockModeDecrypt, InnerIvInit, KeyInit};
use zeroize::Zeroizing;

pub(super) use self::pem::PemSeal;
pub(super) use self::pkcs12::verify as verify_mac;

use super::super::der::{self, Reader};
use super::{Flaw, Password};

/// What is left of the iterations that the derivations of one read may take together, whatever the file asks for.
///
/// Java accepts 5,000,000 for each derivation; the most that anybody recommends is 1,400,000 (OWASP, for SHA-1), the
/// most that `keytool` uses by itself is 200,000 (for JCEKS).
pub(super) struct Work(u64);

impl Work {
    const MOST: u64 = 2_000_000;

    pub(super) const fn new() -> Self {
        Self(Self::MOST)
    }

    /// Takes the iterations of a derivation that needs so many blocks of them.
    fn iterations(&mut self, iterations: Option<u64>, blocks: usize) -> Result<u32, Flaw> {
        let iterations = iterations
            .filter(|&iterations| iterations > 0)
            .ok_or_else(|| Flaw::corrupt("an iteration count is not a positive number"))?;
        let left = u64::try_from(blocks)
            .ok()
            .and_then(|blocks| iterations.checked_mul(blocks.max(1)))
            .and_then(|work| self.0.checked_sub(work));
        match (left, u32::try_from(iterations)) {
            (Some(left), Ok(iterations)) => {
                self.0 = left;
                Ok(iterations)
            }
            _ => Err(Flaw::Unsupported(format!(
                "key derivation with {iterations} iterations (at most {} in all)",
                Self::MOST
            ))),
        }
    }
}

/// The algorithm of a seal with its parameters (AlgorithmIdentifier, RFC 5280 §4.1.1.2).
struct Algorithm<'a> {
    oid: &'a [u8],
    parameters: Reader<'a>,
}

impl<'a> Algorithm<'a> {
    fn read(reader: &mut Reader<'a>) -> Option<Self> {
        let mut parameters = reader.sequence()?;
        let oid = parameters.take(der::OID)?;
        Some(Self { oid, parameters })
    }

    fn unsupported(&self) -> Flaw {
        Flaw::Unsupported(format!("the encryption {}", der::dotted(self.oid)))
    }
}

/// Opens an EncryptedPrivateKeyInfo (RFC 5958 §3).
pub(super) fn open_key(
    sealed: &[u8],
    password: &Password,
    work: &mut Work,
) -> Result<Zeroizing<Vec<u8>>, Flaw> {
    let broken = || Flaw::corrupt("it is not an EncryptedPrivateKeyInfo");
    let mut info = Reader(sealed).sequence().ok_or_else(broken)?;
    let algorithm = Algorithm::read(&mut info).ok_or_else(broken)?;
    let data = info.take(der::OCTET_STRING).ok_or_else(broken)?;
    open(algorithm, data, password, work)
}

/// Opens the EncryptedContentInfo of a safe (RFC 5652 §8), after its content type.
pub(super) fn open_safe(
    mut info: Reader<'_>,
    password: &Password,
    work: &mut Work,
) -> Result<Zeroizing<Vec<u8>>, Flaw> {
    let broken = || Flaw::corrupt("a safe is not an EncryptedContentInfo");
    let algorithm = Algorithm::read(&mut info).ok_or_else(broken)?;
    if let Some(data) = info.take(der::IMPLICIT_0) {
        return open(algorithm, data, password, work);
    }
    // The string in pieces.
    let mut pieces = Reader(info.take(der::EXPLICIT_0).ok_or_else(broken)?);
    let mut data = Vec::with_capacity(pieces.0.len());
    while !pieces.0.is_empty() {
        data.extend_from_slice(pieces.take(der::OCTET_STRING).ok_or_else(broken)?);
    }
    open(algorithm, &data, password, work)
}

fn open(
    algorithm: Algorithm<'_>,
    data: &[u8],
    password: &Password,
    work: &mut Work,
) -> Result<Zeroizing<Vec<u8>>, Flaw> {
    if pbes2::is(algorithm.oid) {
        pbes2::open(algorithm.parameters, data, password, work)
    } else if let Some(scheme) = pkcs12::Scheme::of(algorithm.oid) {
        scheme.open(algorithm.parameters, data, password, work)
    } else if let Some(scheme) = pkcs5::Scheme::of(algorithm.oid) {
        scheme.open(algorithm.parameters, data, password, work)
    } else if let Some(protector) = java::Protector::of(algorithm.oid) {
        protector.open(algorithm.parameters, data, password, work)
    } else {
        Err(algorithm.unsupported())
    }
}

/// `salt, iterations`, as every scheme older than PBES2 has them (RFC 8018 §A.3, RFC 7292 §C).
fn salt_and_iterations<'a>(parameters: &mut Reader<'a>) -> Option<(&'a [u8], Option<u64>)> {
    let mut parameters = parameters.sequence()?;
    Some((parameters.take(der::OCTET_STRING)?, parameters.number()))
}

/// Whatever is sealed is one SEQUENCE: if something else comes out, the password was another.
fn sequence(plain: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, Flaw> {
    let mut reader = Reader(&plain);
    let whole = reader.sequence().is_some() && reader.0.is_empty();
    // Of a length that is not told, see `ber`.
    if whole || plain.starts_with(&[der::SEQUENCE, 0x80]) {
        Ok(plain)
    } else {
        Err(Flaw::WrongPassword)
    }
}

/// Undoes CBC with the padding of PKCS#7, which a wrong password does not fit.
fn cbc<C: KeyInit + BlockCipherDecrypt>(
    key: &[u8],
    iv: &[u8],
    data: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Flaw> {
    let broken = || Flaw::corrupt("an encryption's parameters do not fit");
    let cipher = C::new_from_slice(key).map_err(|_| broken())?;
    let cipher = Decryptor::inner_iv_slice_init(cipher, iv).map_err(|_| broken())?;
    if data.is_empty() || !data.len().is_multiple_of(C::block_size()) {
        return Err(Flaw::corrupt("what is encrypted is not whole"));
    }
    let mut plain = Zeroizing::new(data.to_vec());
    let len = cipher
        .decrypt_padded::<Pkcs7>(&mut plain)
        .map_err(|_| Flaw::WrongPassword)?
        .len();
    plain.truncate(len);
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_derivations_share_one_bound() {
        let mut work = Work::new();
        for refused in [None, Some(0)] {
            assert!(matches!(work.iterations(refused, 1), Err(Flaw::Corrupt(_))));
        }
        for refused in [(2_000_001, 1), (1_000_001, 2), (u64::MAX, 2), (1 << 40, 0)] {
            let result = work.iterations(Some(refused.0), refused.1);
            assert!(matches!(result, Err(Flaw::Unsupported(_))), "{refused:?}");
        }
        assert_eq!(work.iterations(Some(600_000), 2).unwrap(), 600_000);
        assert_eq!(work.iterations(Some(800_000), 1).unwrap(), 800_000);
        assert!(work.iterations(Some(1), 1).is_err());
    }
}
