//! The JKS format of `sun.security.provider.JavaKeyStore`, and the key protector that comes with it.

use rustls::pki_types::CertificateDer;
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::super::der::{self, Reader as Der};
use super::super::key::PrivateKey;
use super::{Entry, Flaw, Password, StoredKey};

const DIGEST: usize = 20;
/// Hashed between the password and the file, see `JavaKeyStore.getPreKeyedHash`.
const WHITENER: &[u8] = b"Mighty Aphrodite";
/// 1.3.6.1.4.1.42.2.17.1.1, see `sun.security.provider.KeyProtector`.
const JAVA_PROTECTOR: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x2a, 0x02, 0x11, 0x01, 0x01];

/// Without a password the content is read, but not known to be intact.
pub(super) fn read(bytes: &[u8], password: Option<&Password>) -> Result<Vec<Entry>, Flaw> {
    let short = || Flaw::corrupt("the file ends before its entries do");
    let (content, digest) = bytes.split_last_chunk::<DIGEST>().ok_or_else(short)?;
    let mut input = Input(content);
    input.u32().ok_or_else(short)?;
    let version = input.u32().ok_or_else(short)?;
    if !matches!(version, 1 | 2) {
        return Err(Flaw::Unsupported(format!("JKS version {version}")));
    }
    let count = input.u32().ok_or_else(short)?;
    // Not allocated from `count`: an entry exists only if its bytes do.
    let mut entries = Vec::new();
    for _ in 0..count {
        entries.push(entry(&mut input, version)?);
    }
    if !input.0.is_empty() {
        return Err(Flaw::corrupt(format!(
            "{} bytes after the last entry",
            input.0.len()
        )));
    }
    if let Some(password) = password {
        let expected = Sha1::new()
            .chain_update(password.utf16_be())
            .chain_update(WHITENER)
            .chain_update(content);
        if !bool::from(expected.finalize().ct_eq(digest)) {
            return Err(Flaw::WrongPassword);
        }
    }
    Ok(entries)
}

fn entry(input: &mut Input<'_>, version: u32) -> Result<Entry, Flaw> {
    const KEY: u32 = 1;
    const TRUSTED: u32 = 2;
    let short = || Flaw::corrupt("an entry ends too early");
    let tag = input.u32().ok_or_else(short)?;
    let alias = input
        .utf()
        .ok_or_else(|| Flaw::corrupt("an alias is not text"))?;
    let _created = input.take(8).ok_or_else(short)?;
    let mut certificates = Vec::new();
    let key = match tag {
        KEY => {
            let protected = input.bytes().ok_or_else(short)?.to_vec();
            for _ in 0..input.u32().ok_or_else(short)? {
                certificates.push(certificate(input, version)?);
            }
            Some(StoredKey::JavaProtected(protected))
        }
        TRUSTED => {
            certificates.push(certificate(input, version)?);
            None
        }
        _ => {
            return Err(Flaw::corrupt(format!(
                "unknown kind {tag} of entry `{alias}`"
            )));
        }
    };
    Ok(Entry {
        alias,
        certificates,
        key,
    })
}

fn certificate(input: &mut Input<'_>, version: u32) -> Result<CertificateDer<'static>, Flaw> {
    let short = || Flaw::corrupt("a certificate ends too early");
    // Version 1 knew no other type.
    if version == 2 {
        let kind = input.utf().ok_or_else(short)?;
        if kind != "X.509" {
            return Err(Flaw::Unsupported(format!(
                "certificate type `{}`",
                kind.escape_debug()
            )));
        }
    }
    Ok(CertificateDer::from(
        input.bytes().ok_or_else(short)?.to_vec(),
    ))
}

/// Undoes `KeyProtector.protect`: salt, key xor keystream, digest of password and key.
pub(super) fn open_key(protected: &[u8], password: &Password) -> Result<PrivateKey, Flaw> {
    let mut info = Der(protected)
        .sequence()
        .ok_or_else(|| Flaw::corrupt("a key is not an EncryptedPrivateKeyInfo"))?;
    let algorithm = info
        .sequence()
        .and_then(|mut algorithm| algorithm.take(der::OID));
    if algorithm != Some(JAVA_PROTECTOR) {
        return Err(Flaw::Unsupported("the encryption of a key".to_owned()));
    }
    let short = || Flaw::corrupt("a protected key is too short");
    let data = info.take(der::OCTET_STRING).ok_or_else(short)?;
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
    if !bool::from(expected.ct_eq(digest)) {
        return Err(Flaw::WrongPassword);
    }
    Ok(PrivateKey::Pkcs8(key))
}

/// `java.io.DataInputStream` over a slice: a length is checked against what is there before anything is allocated.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(head)
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let len = self.u32()?;
        self.take(usize::try_from(len).ok()?)
    }

    /// Modified UTF-8, see `java.io.DataInput`: UTF-16 units, each in one to three bytes.
    fn utf(&mut self) -> Option<String> {
        let len = u16::from_be_bytes(self.take(2)?.try_into().ok()?);
        let mut bytes = self
            .take(usize::from(len))?
            .iter()
            .map(|&byte| u16::from(byte));
        let mut units = Vec::new();
        while let Some(first) = bytes.next() {
            let mut more = || {
                bytes
                    .next()
                    .filter(|byte| byte & 0xc0 == 0x80)
                    .map(|byte| byte & 0x3f)
            };
            units.push(match first {
                0..=0x7f => first,
                0xc0..=0xdf => (first & 0x1f) << 6 | more()?,
                0xe0..=0xef => (first & 0x0f) << 12 | more()? << 6 | more()?,
                _ => return None,
            });
        }
        String::from_utf16(&units).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modified_utf8() {
        let read = |bytes: &[u8]| {
            let mut input = vec![0, bytes.len() as u8];
            input.extend_from_slice(bytes);
            Input(&input).utf()
        };
        assert_eq!(read(b"node1").unwrap(), "node1");
        assert_eq!(read("schlüssel €".as_bytes()).unwrap(), "schlüssel €");
        assert_eq!(read(&[b'a', 0xc0, 0x80, b'b']).unwrap(), "a\0b");
        assert_eq!(read(&[0xed, 0xa0, 0xbd, 0xed, 0xb4, 0x91]).unwrap(), "🔑");
        for bad in [
            &[0xc3][..],
            &[0xe2, 0x82],
            &[0xed, 0xa0, 0xbd],
            &[0x80],
            &[0xff],
            &[0xc3, b'a'],
        ] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn lengths_are_not_believed() {
        let mut store = vec![0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0xff, 0xff, 0xff, 0xff];
        store.extend([0, 0, 0, 2, 0, 1, b'a', 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]);
        store.extend(b"X.509\xff\xff\xff\xff");
        store.extend([0; DIGEST]);
        assert!(matches!(read(&store, None), Err(Flaw::Corrupt(_))));
    }

    #[test]
    fn version_one_names_no_certificate_type() {
        let mut store = vec![0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 1, 0, 0, 0, 1];
        store.extend([
            0, 0, 0, 2, 0, 1, b'a', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 7, 8, 9,
        ]);
        store.extend([0; DIGEST]);
        let entries = read(&store, None).ok().unwrap();
        assert_eq!(entries[0].certificates[0].as_ref(), [7, 8, 9]);
        store[7] = 3;
        assert!(matches!(read(&store, None), Err(Flaw::Unsupported(_))));
    }
}
