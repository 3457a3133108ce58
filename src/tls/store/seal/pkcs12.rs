//! The key derivation of PKCS12 itself (RFC 7292 §B), the ciphers that go with it, and the MAC of a file.

use cbc::cipher::KeyInit;
use des::TdesEde3;
use hmac::{EagerHash, Hmac, Mac};
use rc2::Rc2;
use rc4::{Rc4, StreamCipher};
use sha1::Sha1;
use sha1::digest::{Digest, block_api::BlockSizeUser};
use sha2::{Sha224, Sha256, Sha384, Sha512, Sha512_224, Sha512_256};
use zeroize::Zeroizing;

use super::super::super::der::{self, Reader};
use super::super::{Flaw, Password};
use super::{Algorithm, Work, cbc, salt_and_iterations, sequence};

/// 1.2.840.113549.1.12.1, the schemes of RFC 7292 §C. All derive by SHA-1.
const SCHEMES: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01];
const SHA1: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1a];
/// 2.16.840.1.101.3.4.2, NIST's hash functions.
const SHA2: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];

/// What a derived key is for (RFC 7292 §B.3).
#[derive(Clone, Copy)]
enum Use {
    Key = 1,
    Iv = 2,
    Mac = 3,
}

#[derive(Clone, Copy)]
pub(super) enum Scheme {
    Rc4(usize),
    TripleDes,
    /// Whose third key is the first.
    DoubleDes,
    Rc2(usize),
}

impl Scheme {
    pub(super) fn of(oid: &[u8]) -> Option<Self> {
        match oid.strip_prefix(SCHEMES)? {
            [1] => Some(Self::Rc4(16)),
            [2] => Some(Self::Rc4(5)),
            [3] => Some(Self::TripleDes),
            [4] => Some(Self::DoubleDes),
            [5] => Some(Self::Rc2(16)),
            [6] => Some(Self::Rc2(5)),
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
        for_each_form(password, |form| {
            let mut derive = |purpose, size: usize| {
                let mut out = Zeroizing::new(vec![0; size]);
                let iterations = work.iterations(iterations, size.div_ceil(20))?;
                derive::<Sha1>(form, salt, purpose, iterations, &mut out);
                Ok::<_, Flaw>(out)
            };
            let plain = match self {
                Self::TripleDes => {
                    cbc::<TdesEde3>(&derive(Use::Key, 24)?, &derive(Use::Iv, 8)?, data)?
                }
                Self::DoubleDes => {
                    let key = derive(Use::Key, 16)?;
                    let third = key.get(..8).unwrap_or_default();
                    let key = Zeroizing::new([&key, third].concat());
                    cbc::<TdesEde3>(&key, &derive(Use::Iv, 8)?, data)?
                }
                Self::Rc2(size) => {
                    cbc::<Rc2>(&derive(Use::Key, size)?, &derive(Use::Iv, 8)?, data)?
                }
                Self::Rc4(size) => {
                    let mut cipher = Rc4::new_from_slice(&derive(Use::Key, size)?)
                        .map_err(|_| Flaw::corrupt("a key of RC4 has the wrong length"))?;
                    let mut plain = Zeroizing::new(data.to_vec());
                    cipher.apply_keystream(&mut plain);
                    plain
                }
            };
            sequence(plain)
        })
    }
}

/// Whether a file is intact, by its MacData (RFC 7292 §4).
pub(in super::super) fn verify(
    mut mac_data: Reader<'_>,
    content: &[u8],
    password: &Password,
    work: &mut Work,
) -> Result<(), Flaw> {
    let broken = || Flaw::corrupt("the MAC is not readable");
    let mut info = mac_data.sequence().ok_or_else(broken)?;
    let algorithm = Algorithm::read(&mut info).ok_or_else(broken)?;
    let expected = info.take(der::OCTET_STRING).ok_or_else(broken)?;
    let salt = mac_data.take(der::OCTET_STRING).ok_or_else(broken)?;
    let iterations = if mac_data.0.is_empty() {
        Some(1)
    } else {
        mac_data.number()
    };
    type Verify = fn(&[u8], &[u8], u32, &[u8], &[u8]) -> Result<(), Flaw>;
    let verify: Verify = match (algorithm.oid, algorithm.oid.strip_prefix(SHA2)) {
        (SHA1, _) => mac::<Sha1>,
        (_, Some([1])) => mac::<Sha256>,
        (_, Some([2])) => mac::<Sha384>,
        (_, Some([3])) => mac::<Sha512>,
        (_, Some([4])) => mac::<Sha224>,
        (_, Some([5])) => mac::<Sha512_224>,
        (_, Some([6])) => mac::<Sha512_256>,
        _ => {
            let oid = der::dotted(algorithm.oid);
            return Err(Flaw::Unsupported(format!("the MAC algorithm {oid}")));
        }
    };
    for_each_form(password, |form| {
        let iterations = work.iterations(iterations, 1)?;
        verify(form, salt, iterations, content, expected)
    })
}

fn mac<D: Digest + BlockSizeUser + EagerHash>(
    password: &[u8],
    salt: &[u8],
    iterations: u32,
    content: &[u8],
    expected: &[u8],
) -> Result<(), Flaw> {
    let mut key = Zeroizing::new(vec![0; <D as Digest>::output_size()]);
    derive::<D>(password, salt, Use::Mac, iterations, &mut key);
    let mut mac = <Hmac<D> as KeyInit>::new_from_slice(&key).map_err(|_| Flaw::WrongPassword)?;
    mac.update(content);
    mac.verify_slice(expected).map_err(|_| Flaw::WrongPassword)
}

/// The password in UTF-16 with a zero at its end (RFC 7292 §B.1). An empty one is the zero alone, or with some
/// programs nothing at all: Java tries both.
fn for_each_form<T>(
    password: &Password,
    mut attempt: impl FnMut(&[u8]) -> Result<T, Flaw>,
) -> Result<T, Flaw> {
    let mut form = password.utf16_be();
    form.extend_from_slice(&[0, 0]);
    match attempt(&form) {
        Err(Flaw::WrongPassword) if form.len() == 2 => attempt(&[]),
        result => result,
    }
}

/// RFC 7292 §B.2.
fn derive<D: Digest + BlockSizeUser>(
    password: &[u8],
    salt: &[u8],
    purpose: Use,
    iterations: u32,
    out: &mut [u8],
) {
    let block = D::block_size();
    let size = <D as Digest>::output_size();
    let diversifier = vec![purpose as u8; block];
    let filled = |text: &[u8]| {
        let len = text.len().div_ceil(block) * block;
        Zeroizing::new(text.iter().copied().cycle().take(len).collect::<Vec<u8>>())
    };
    let mut input = Zeroizing::new([filled(salt).as_slice(), &filled(password)].concat());
    for part in out.chunks_mut(size) {
        let mut digest = D::new()
            .chain_update(&diversifier)
            .chain_update(&input)
            .finalize();
        for _ in 1..iterations {
            digest = D::digest(&digest);
        }
        for (byte, &derived) in part.iter_mut().zip(digest.iter()) {
            *byte = derived;
        }
        // Each block of the input, as a number, grows by the digest, repeated to the length of a block, and by one.
        for number in input.chunks_mut(block) {
            let addend = digest.iter().cycle().take(number.len()).collect::<Vec<_>>();
            let mut carry = 1;
            for (byte, &add) in number.iter_mut().zip(addend).rev() {
                let sum = u16::from(*byte) + u16::from(add) + carry;
                let [high, low] = sum.to_be_bytes();
                (carry, *byte) = (u16::from(high), low);
            }
        }
    }
}
