//! The formats JKS (`sun.security.provider.JavaKeyStore`) and JCEKS (`com.sun.crypto.provider.JceKeyStore`): they
//! differ in how a key is sealed, and JCEKS may hold secret keys.

use rustls::pki_types::CertificateDer;
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;

use super::super::der::{self, Reader as Der};
use super::entry::{SealedKey, StoredKey};
use super::input::Input;
use super::{Entry, Flaw, Password, serialized};

const DIGEST: usize = 20;
/// Hashed between the password and the file, see `JavaKeyStore.getPreKeyedHash`.
const WHITENER: &[u8] = b"Mighty Aphrodite";

/// Without a password the content is read, but not known to be intact.
pub(super) fn read(bytes: &[u8], password: Option<&Password>) -> Result<Vec<Entry>, Flaw> {
    let short = || Flaw::corrupt("the file ends before its entries do");
    let (content, digest) = bytes.split_last_chunk::<DIGEST>().ok_or_else(short)?;
    let mut input = Input(content);
    input.u32().ok_or_else(short)?;
    let version = input.u32().ok_or_else(short)?;
    if !matches!(version, 1 | 2) {
        return Err(Flaw::Unsupported(format!(
            "version {version} of the format"
        )));
    }
    let count = input.u32().ok_or_else(short)?;
    // Not allocated from `count`: an entry exists only if its bytes do.
    let mut entries = Vec::new();
    for _ in 0..count {
        entries.extend(entry(&mut input, version)?);
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

/// The next entry; nothing for a secret key, which is no business of TLS.
fn entry(input: &mut Input<'_>, version: u32) -> Result<Option<Entry>, Flaw> {
    const KEY: u32 = 1;
    const TRUSTED: u32 = 2;
    const SECRET: u32 = 3;
    let short = || Flaw::corrupt("an entry ends too early");
    let tag = input.u32().ok_or_else(short)?;
    let alias = input
        .utf()
        .ok_or_else(|| Flaw::corrupt("an alias is not text"))?;
    let _created = input.take(8).ok_or_else(short)?;
    let mut certificates = Vec::new();
    match tag {
        KEY => {
            let sealed = input.bytes().ok_or_else(short)?.to_vec();
            for _ in 0..input.u32().ok_or_else(short)? {
                certificates.push(certificate(input, version, &alias)?);
            }
            let key = StoredKey::Sealed(SealedKey::Info(sealed));
            Ok(Some(Entry::key(alias, certificates, key)))
        }
        TRUSTED => {
            let certificate = certificate(input, version, &alias)?;
            Ok(Some(Entry::trusted(alias, certificate)))
        }
        SECRET => {
            let end = serialized::skip(input);
            end.map(|()| None).ok_or_else(|| {
                let alias = alias.escape_debug();
                Flaw::corrupt(format!("the secret key `{alias}` is not a sealed object"))
            })
        }
        _ => {
            let alias = alias.escape_debug();
            Err(Flaw::corrupt(format!(
                "unknown kind {tag} of entry `{alias}`"
            )))
        }
    }
}

fn certificate(
    input: &mut Input<'_>,
    version: u32,
    alias: &str,
) -> Result<CertificateDer<'static>, Flaw> {
    let short = || {
        let alias = alias.escape_debug();
        Flaw::corrupt(format!("a certificate of entry `{alias}` ends too early"))
    };
    // Version 1 knew no other type.
    if version == 2 {
        let kind = input.utf().ok_or_else(short)?;
        if kind != "X.509" {
            let kind = kind.escape_debug();
            return Err(Flaw::Unsupported(format!("certificate type `{kind}`")));
        }
    }
    let bytes = input.bytes().ok_or_else(short)?;
    let mut der = Der(bytes);
    if der.take(der::SEQUENCE).is_none_or(<[u8]>::is_empty) || !der.0.is_empty() {
        let alias = alias.escape_debug();
        return Err(Flaw::corrupt(format!(
            "a certificate of entry `{alias}` is not DER"
        )));
    }
    Ok(CertificateDer::from(bytes.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

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
            0, 0, 0, 2, 0, 1, b'a', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0x30, 2, 5, 0,
        ]);
        store.extend([0; DIGEST]);
        let entries = read(&store, None).ok().unwrap();
        assert_eq!(entries[0].certificates()[0].as_ref(), [0x30, 2, 5, 0]);
        store[7] = 3;
        assert!(matches!(read(&store, None), Err(Flaw::Unsupported(_))));
    }
}
