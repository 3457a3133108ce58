//! PBES2 (RFC 8018 §6.2): a key derived by PBKDF2 or scrypt, a block cipher in CBC mode.

use aes::{Aes128, Aes192, Aes256};
use des::{Des, TdesEde3};
use pbkdf2::pbkdf2_hmac;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};
use zeroize::Zeroizing;

use super::super::super::der::{self, Reader};
use super::super::{Flaw, Password};
use super::{Algorithm, Work, cbc, sequence};

/// PKCS#5, 1.2.840.113549.1.5, and its numbers.
const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 13];
const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 12];
/// 1.3.6.1.4.1.11591.4.11 (RFC 7914 §7).
const SCRYPT: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x04, 0x0b];
/// The arcs of the digest algorithms, 1.2.840.113549.2, and of NIST's ciphers, 2.16.840.1.101.3.4.1.
const DIGESTS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02];
const NIST_CIPHERS: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01];
const DES_EDE3_CBC: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x07];
const DES_CBC: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x07];

pub(super) fn is(oid: &[u8]) -> bool {
    oid == PBES2
}

pub(super) fn open(
    mut parameters: Reader<'_>,
    data: &[u8],
    password: &Password,
    work: &mut Work,
) -> Result<Zeroizing<Vec<u8>>, Flaw> {
    let broken = || Flaw::corrupt("the parameters of PBES2 are not readable");
    let mut parameters = parameters.sequence().ok_or_else(broken)?;
    let derivation = Algorithm::read(&mut parameters).ok_or_else(broken)?;
    let mut cipher = Algorithm::read(&mut parameters).ok_or_else(broken)?;
    let iv = cipher
        .parameters
        .take(der::OCTET_STRING)
        .ok_or_else(broken)?;
    type Open = fn(&[u8], &[u8], &[u8]) -> Result<Zeroizing<Vec<u8>>, Flaw>;
    let (size, open): (usize, Open) = match cipher.oid.strip_prefix(NIST_CIPHERS) {
        Some([2]) => (16, cbc::<Aes128>),
        Some([22]) => (24, cbc::<Aes192>),
        Some([42]) => (32, cbc::<Aes256>),
        None if cipher.oid == DES_EDE3_CBC => (24, cbc::<TdesEde3>),
        None if cipher.oid == DES_CBC => (8, cbc::<Des>),
        _ => return Err(cipher.unsupported()),
    };
    let mut key = Zeroizing::new(vec![0; size]);
    derive(derivation, password, work, &mut key)?;
    sequence(open(&key, iv, data)?)
}

fn derive(
    mut derivation: Algorithm<'_>,
    password: &Password,
    work: &mut Work,
    key: &mut [u8],
) -> Result<(), Flaw> {
    let broken = || Flaw::corrupt("the parameters of a key derivation are not readable");
    let mut parameters = derivation.parameters.sequence().ok_or_else(broken)?;
    let salt = parameters.take(der::OCTET_STRING).ok_or_else(broken)?;
    match derivation.oid {
        PBKDF2 => pbkdf2(parameters, password, salt, work, key),
        SCRYPT => scrypt(parameters, password, salt, work, key),
        _ => Err(derivation.unsupported()),
    }
}

/// RFC 8018 §A.2, after the salt. The password counts as UTF-8, as in OpenSSL; Java knows none but ASCII here.
fn pbkdf2(
    mut parameters: Reader<'_>,
    password: &Password,
    salt: &[u8],
    work: &mut Work,
    key: &mut [u8],
) -> Result<(), Flaw> {
    let iterations = parameters.number();
    let length = parameters.number();
    // Zero and SHA-1 where it is left out: 1.2.840.113549.2.7.
    let function = Algorithm::read(&mut parameters);
    let number = match function {
        None => 7,
        Some(function) => match function.oid.strip_prefix(DIGESTS) {
            Some(&[number]) => number,
            _ => return Err(function.unsupported()),
        },
    };
    type Derive = fn(&[u8], &[u8], u32, &mut [u8]);
    let (size, derive): (usize, Derive) = match number {
        7 => (20, pbkdf2_hmac::<Sha1>),
        8 => (28, pbkdf2_hmac::<Sha224>),
        9 => (32, pbkdf2_hmac::<Sha256>),
        10 => (48, pbkdf2_hmac::<Sha384>),
        11 => (64, pbkdf2_hmac::<Sha512>),
        12 => (28, pbkdf2_hmac::<Sha512_224>),
        13 => (32, pbkdf2_hmac::<Sha512_256>),
        _ => {
            return Err(Flaw::Unsupported(format!(
                "digest algorithm {number} of PBKDF2"
            )));
        }
    };
    if length.is_some_and(|length| usize::try_from(length) != Ok(key.len())) {
        return Err(Flaw::corrupt(
            "the length of a derived key does not fit its cipher",
        ));
    }
    let iterations = work.iterations(iterations, key.len().div_ceil(size))?;
    derive(password.as_str().as_bytes(), salt, iterations, key);
    Ok(())
}

/// RFC 7914 §7.1, after the salt. OpenSSL asks for 16 MiB; more than 32 MiB is refused. A block counts as an iteration.
fn scrypt(
    mut parameters: Reader<'_>,
    password: &Password,
    salt: &[u8],
    work: &mut Work,
    key: &mut [u8],
) -> Result<(), Flaw> {
    const MAX_BYTES: u64 = 32 << 20;
    let mut number = || {
        parameters
            .number()
            .filter(|&number| number > 0)
            .ok_or_else(|| Flaw::corrupt("the parameters of scrypt are not positive numbers"))
    };
    let (cost, size, times) = (number()?, number()?, number()?);
    let costly = || Flaw::Unsupported("scrypt with more than 32 MiB".to_owned());
    let bytes = cost
        .checked_mul(size)
        .and_then(|blocks| blocks.checked_mul(128));
    if bytes.is_none_or(|bytes| bytes > MAX_BYTES) {
        return Err(costly());
    }
    let blocks = usize::try_from(size.saturating_mul(times)).map_err(|_| costly())?;
    work.iterations(Some(cost), blocks)?;
    let log_cost = u8::try_from(cost.ilog2()).map_err(|_| costly())?;
    let small = |number| u32::try_from(number).map_err(|_| costly());
    let parameters = scrypt::Params::new(log_cost, small(size)?, small(times)?)
        .ok()
        .filter(|_| cost.is_power_of_two())
        .ok_or_else(|| Flaw::corrupt("the parameters of scrypt do not fit together"))?;
    scrypt::scrypt(password.as_str().as_bytes(), salt, &parameters, key)
        .map_err(|_| Flaw::corrupt("the parameters of scrypt do not fit together"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scrypt_takes_from_the_bound_of_all_derivations() {
        let number = |number: &[u8]| der::element(der::INTEGER, &[number]);
        let cost_1024 = [number(&[4, 0]), number(&[1]), number(&[1])];
        let parameters = cost_1024.map(|number| number.to_vec()).concat();
        let mut work = Work::new();
        work.iterations(Some(Work::MOST - 1024 - 1023), 1).unwrap();
        let mut derive = || {
            let password = Password::new("password");
            scrypt(
                Reader(&parameters),
                &password,
                b"salt",
                &mut work,
                &mut [0; 16],
            )
        };
        assert!(derive().is_ok());
        assert!(matches!(derive(), Err(Flaw::Unsupported(_))));
    }
}
