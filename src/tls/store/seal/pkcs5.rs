//! PBES1 (RFC 8018 §6.1), in which OpenSSL before 1.1 sealed private keys.

use cbc::cipher::{BlockCipherDecrypt, KeyInit};
use des::Des;
use md5::Md5;
use rc2::Rc2;
use sha1::Sha1;
use sha1::digest::Digest;
use zeroize::Zeroizing;

use super::super::super::der::Reader;
use super::super::{Flaw, Password};
use super::{Work, cbc, salt_and_iterations, sequence};

/// 1.2.840.113549.1.5.
const PKCS5: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05];

#[derive(Clone, Copy)]
pub(super) enum Scheme {
    Md5Des,
    Md5Rc2,
    Sha1Des,
    Sha1Rc2,
}

impl Scheme {
    pub(super) fn of(oid: &[u8]) -> Option<Self> {
        match oid.strip_prefix(PKCS5)? {
            [3] => Some(Self::Md5Des),
            [6] => Some(Self::Md5Rc2),
            [10] => Some(Self::Sha1Des),
            [11] => Some(Self::Sha1Rc2),
            _ => None,
        }
    }

    pub(super) fn open(
        self,
        mut parameters: Reader<'_>,
        data: &[u8],
        password: &Password,
        work: &mut Work,
    ) -> Result<Zeroizing<Vec<u8>>, Flaw> {
        let (salt, iterations) = salt_and_iterations(&mut parameters)
            .ok_or_else(|| Flaw::corrupt("the parameters of an encryption are not readable"))?;
        let iterations = work.iterations(iterations, 1)?;
        let open = match self {
            Self::Md5Des => open::<Md5, Des>,
            Self::Md5Rc2 => open::<Md5, Rc2>,
            Self::Sha1Des => open::<Sha1, Des>,
            Self::Sha1Rc2 => open::<Sha1, Rc2>,
        };
        sequence(open(password.as_str().as_bytes(), salt, iterations, data)?)
    }
}

/// PBKDF1 (RFC 8018 §5.1): eight bytes for the key, eight for the IV.
fn open<D: Digest, C: KeyInit + BlockCipherDecrypt>(
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    data: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Flaw> {
    let mut derived = D::new()
        .chain_update(password)
        .chain_update(salt)
        .finalize();
    for _ in 1..iterations {
        derived = D::digest(&derived);
    }
    let derived = Zeroizing::new(derived.to_vec());
    let (key, rest) = derived.split_at_checked(8).unwrap_or_default();
    cbc::<C>(key, rest.get(..8).unwrap_or_default(), data)
}
