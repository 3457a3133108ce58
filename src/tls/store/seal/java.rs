//! How JKS and JCEKS seal a private key.

use des::TdesEde3;
use md5::Md5;
use sha1::Sha1;
use sha1::digest::Digest;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::super::super::der::Reader;
use super::super::{Flaw, Password};
use super::{Work, cbc, salt_and_iterations, sequence};

#[derive(Clone, Copy)]
pub(super) enum Protector {
    /// 1.3.6.1.4.1.42.2.17.1.1, `sun.security.provider.KeyProtector`.
    Jks,
    /// 1.3.6.1.4.1.42.2.19.1, `com.sun.crypto.provider.KeyProtector`.
    Jceks,
}

impl Protector {
    pub(super) fn of(oid: &[u8]) -> Option<Self> {
        match oid {
            [0x2b, 0x06, 0x01, 0x04, 0x01, 0x2a, 0x02, 0x11, 0x01, 0x01] => Some(Self::Jks),
            [0x2b, 0x06, 0x01, 0x04, 0x01, 0x2a, 0x02, 0x13, 0x01] => Some(Self::Jceks),
            _ => None,
        }
    }

    pub(super) fn open(
        self,
        parameters: Reader<'_>,
        data: &[u8],
        password: &Password,
        work: &mut Work,
    ) -> Result<Zeroizing<Vec<u8>>, Flaw> {
        match self {
            Self::Jks => jks(data, password),
            Self::Jceks => jceks(parameters, data, password, work),
        }
    }
}

/// Salt, key xor keystream, digest of password and key.
fn jks(data: &[u8], password: &Password) -> Result<Zeroizing<Vec<u8>>, Flaw> {
    const DIGEST: usize = 20;
    let short = || Flaw::corrupt("it is too short");
    let (salt, data) = data.split_first_chunk::<DIGEST>().ok_or_else(short)?;
    let (encrypted, digest) = data.split_last_chunk::<DIGEST>().ok_or_else(short)?;
    let password = password.utf16_be();
    let mut key = Zeroizing::new(encrypted.to_vec());
    let mut block = Zeroizing::new(*salt);
    for chunk in key.chunks_mut(DIGEST) {
        *block = Sha1::new()
            .chain_update(&password)
            .chain_update(*block)
            .finalize()
            .into();
        for (byte, mask) in chunk.iter_mut().zip(block.iter()) {
            *byte ^= mask;
        }
    }
    let expected = Sha1::new()
        .chain_update(&password)
        .chain_update(&key)
        .finalize();
    if bool::from(expected.ct_eq(digest)) {
        Ok(key)
    } else {
        Err(Flaw::WrongPassword)
    }
}

/// PBEWithMD5AndTripleDES, a scheme of Sun's own (`com.sun.crypto.provider.PBES1Core`): each half of the salt is
/// digested with the password over and over, and gives half of key and IV.
fn jceks(
    mut parameters: Reader<'_>,
    data: &[u8],
    password: &Password,
    work: &mut Work,
) -> Result<Zeroizing<Vec<u8>>, Flaw> {
    let broken = || Flaw::corrupt("the parameters of an encryption are not readable");
    let (salt, iterations) = salt_and_iterations(&mut parameters).ok_or_else(broken)?;
    let salt: [u8; 8] = salt.try_into().map_err(|_| broken())?;
    let iterations = work.iterations(iterations, 2)?;
    let [a, b, c, d, rest @ ..] = salt;
    // Equal halves would give equal keys: Sun turns the first around.
    let first = if [a, b, c, d] == rest {
        [d, c, b, a]
    } else {
        [a, b, c, d]
    };
    let password = password.as_str().as_bytes();
    let mut derived = Zeroizing::new(Vec::with_capacity(32));
    for half in [first, rest] {
        let mut digest = Md5::new()
            .chain_update(half)
            .chain_update(password)
            .finalize();
        for _ in 1..iterations {
            digest = Md5::new()
                .chain_update(digest)
                .chain_update(password)
                .finalize();
        }
        derived.extend_from_slice(&digest);
    }
    let (key, iv) = derived.split_at_checked(24).ok_or_else(broken)?;
    sequence(cbc::<TdesEde3>(key, iv, data)?)
}
