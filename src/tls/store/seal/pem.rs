//! The encryption inside a PEM section (RFC 1421 §4.6.1.1), as OpenSSL writes it for keys of the old forms.

use aes::{Aes128, Aes192, Aes256};
use cbc::cipher::{BlockCipherDecrypt, KeyInit};
use des::{Des, TdesEde3};
use md5::Md5;
use sha1::digest::Digest;
use zeroize::Zeroizing;

use super::super::{Flaw, Password};
use super::{cbc, sequence};

/// The cipher that `DEK-Info` names, with its IV.
pub(in super::super) struct PemSeal {
    cipher: Cipher,
    iv: Vec<u8>,
}

#[derive(Clone, Copy)]
enum Cipher {
    Des,
    TripleDes,
    Aes128,
    Aes192,
    Aes256,
}

impl PemSeal {
    /// Reads `AES-256-CBC,00112233445566778899AABBCCDDEEFF`.
    pub(in super::super) fn read(info: &str) -> Result<Self, Flaw> {
        let (name, iv) = info.split_once(',').unwrap_or((info, ""));
        let (cipher, block) = match name.trim() {
            "DES-CBC" => (Cipher::Des, 8),
            "DES-EDE3-CBC" => (Cipher::TripleDes, 8),
            "AES-128-CBC" => (Cipher::Aes128, 16),
            "AES-192-CBC" => (Cipher::Aes192, 16),
            "AES-256-CBC" => (Cipher::Aes256, 16),
            name => {
                let name = name.escape_debug();
                return Err(Flaw::Unsupported(format!("PEM encryption `{name}`")));
            }
        };
        let iv = (iv.trim().as_bytes().chunks(2))
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
            .take(block + 1)
            .collect::<Option<Vec<u8>>>()
            .filter(|iv| iv.len() == block)
            .ok_or_else(|| Flaw::corrupt("the IV of an encrypted PEM section is not readable"))?;
        Ok(Self { cipher, iv })
    }

    pub(in super::super) fn open(
        &self,
        data: &[u8],
        password: &Password,
    ) -> Result<Zeroizing<Vec<u8>>, Flaw> {
        let password = password.as_str().as_bytes();
        sequence(match self.cipher {
            Cipher::Des => self.decrypt::<Des>(data, password)?,
            Cipher::TripleDes => self.decrypt::<TdesEde3>(data, password)?,
            Cipher::Aes128 => self.decrypt::<Aes128>(data, password)?,
            Cipher::Aes192 => self.decrypt::<Aes192>(data, password)?,
            Cipher::Aes256 => self.decrypt::<Aes256>(data, password)?,
        })
    }

    /// One round of MD5 for every 16 bytes of key, with the beginning of the IV as salt: `EVP_BytesToKey`.
    fn decrypt<C: KeyInit + BlockCipherDecrypt>(
        &self,
        data: &[u8],
        password: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Flaw> {
        let size = C::key_size();
        let salt = self.iv.get(..8).unwrap_or_default();
        let mut key = Zeroizing::new(Vec::with_capacity(size + 16));
        let mut digest = Zeroizing::new(Vec::new());
        while key.len() < size {
            let next = Md5::new()
                .chain_update(&digest)
                .chain_update(password)
                .chain_update(salt)
                .finalize();
            digest = Zeroizing::new(next.to_vec());
            key.extend_from_slice(&digest);
        }
        key.truncate(size);
        cbc::<C>(&key, &self.iv, data)
    }
}
