//! PKCS12 files (RFC 7292), read as `sun.security.pkcs12.PKCS12KeyStore` reads them.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use zeroize::Zeroizing;

use super::super::der::{self, Reader};
use super::super::key::{KeyForm, Pool, PrivateKey};
use super::entry::{SealedKey, StoredKey};
use super::seal::{self, Work};
use super::{Entry, Flaw, Password, ber, lower_case};

/// 1.2.840.113549.1.7, the content types of RFC 5652: plain data is 1, encrypted data 6.
const CONTENT_TYPES: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07];
/// 1.2.840.113549.1.12.10.1, the bags of RFC 7292 §4.2.
const BAGS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01];
/// 1.2.840.113549.1.9, the attributes of PKCS#9: the friendly name is 20, the id of a key 21, X.509 certificates 22.1.
const PKCS9: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09];
/// 2.16.840.1.113894.746875.1.1, by which Oracle marks what is trusted.
const TRUSTED_KEY_USAGE: &[u8] = &[
    0x60, 0x86, 0x48, 0x01, 0x86, 0xf9, 0x66, 0xad, 0xca, 0x7b, 0x01, 0x01,
];
/// The chains of many keys repeat their authorities. So many times the size of the file is all that they may take.
const MAX_COPIES: usize = 16;

/// Whether it begins as a PFX does: a SEQUENCE whose first element is the version, 3.
pub(super) fn is_pkcs12(bytes: &[u8]) -> bool {
    let inside = match bytes {
        [der::SEQUENCE, 0x80, inside @ ..] => inside,
        [der::SEQUENCE, len @ 0x81..=0x84, rest @ ..] => {
            rest.get(usize::from(len & 0x7f)..).unwrap_or_default()
        }
        _ => return false,
    };
    inside.starts_with(&[der::INTEGER, 1, 3])
}

/// Without a password, what is in the clear is read, but not known to be intact. (Since Java 18 `cacerts` is such a file.)
pub(super) fn read(bytes: &[u8], password: Option<&Password>) -> Result<Vec<Entry>, Flaw> {
    let mut work = Work::new();
    let pfx = ber::definite(bytes).ok_or_else(|| Flaw::corrupt("it ends too early"))?;
    let broken = || Flaw::corrupt("it is not a PFX");
    let mut pfx = Reader(&pfx).sequence().ok_or_else(broken)?;
    pfx.number().ok_or_else(broken)?;
    let content = match content_info(&mut pfx).ok_or_else(broken)? {
        Content::Data(data) => data,
        // Signed, with a key instead of a password.
        Content::Encrypted(_) | Content::Other => {
            return Err(Flaw::Unsupported("protection by a public key".to_owned()));
        }
    };
    // The MAC is of what is in the string, whose pieces are joined by now. It may be missing, but not be something else.
    if let (false, Some(password)) = (pfx.0.is_empty(), password) {
        let mac_data = pfx.sequence().ok_or_else(broken)?;
        seal::verify_mac(mac_data, content, password, &mut work)?;
    }
    let safes = ber::definite(content).ok_or_else(broken)?;
    let mut safes = Reader(&safes).sequence().ok_or_else(broken)?;
    let mut bags = Bags::default();
    while !safes.0.is_empty() {
        let broken = || Flaw::corrupt("a safe is not readable");
        match content_info(&mut safes).ok_or_else(broken)? {
            Content::Data(data) => bags.read(data).ok_or_else(broken)?,
            Content::Encrypted(info) => {
                let password = password.ok_or(Flaw::PasswordRequired)?;
                let data = seal::open_safe(info, password, &mut work)?;
                bags.read(&data).ok_or_else(broken)?;
            }
            Content::Other => {
                return Err(Flaw::Unsupported("protection by a public key".to_owned()));
            }
        }
    }
    bags.entries(bytes.len())
}

enum Content<'a> {
    Data(&'a [u8]),
    /// EncryptedContentInfo, after its content type.
    Encrypted(Reader<'a>),
    Other,
}

/// RFC 5652 §3.
fn content_info<'a>(reader: &mut Reader<'a>) -> Option<Content<'a>> {
    let mut info = reader.sequence()?;
    let kind = info.take(der::OID)?.strip_prefix(CONTENT_TYPES);
    let mut content = Reader(info.take(der::EXPLICIT_0)?);
    match kind {
        Some([1]) => content.take(der::OCTET_STRING).map(Content::Data),
        Some([6]) => {
            let mut data = content.sequence()?;
            data.number()?;
            let mut info = data.sequence()?;
            info.take(der::OID)?;
            Some(Content::Encrypted(info))
        }
        _ => Some(Content::Other),
    }
}

/// The bags of all safes, in the order of the file.
#[derive(Default)]
struct Bags {
    bags: Vec<(Bag, Mark)>,
    certificates: Vec<CertificateDer<'static>>,
}

enum Bag {
    Key(StoredKey),
    /// Its place among the certificates.
    Certificate(usize),
}

/// The attributes of a bag.
struct Mark {
    name: Option<String>,
    key_id: Option<Vec<u8>>,
    trusted: bool,
}

impl Bags {
    /// SafeContents (RFC 7292 §4.2).
    fn read(&mut self, safe: &[u8]) -> Option<()> {
        let safe = ber::definite(safe)?;
        let mut safe = Reader(&safe).sequence()?;
        while !safe.0.is_empty() {
            let mut bag = safe.sequence()?;
            let kind = bag.take(der::OID)?.strip_prefix(BAGS);
            let mut value = Reader(bag.take(der::EXPLICIT_0)?);
            let bag_of = match kind {
                Some([1]) => {
                    let (key, _) = value.element(der::SEQUENCE)?;
                    let key = Zeroizing::new(key.to_vec());
                    Bag::Key(StoredKey::Plain(PrivateKey::new(KeyForm::Pkcs8, key)))
                }
                Some([2]) => {
                    let (sealed, _) = value.element(der::SEQUENCE)?;
                    Bag::Key(StoredKey::Sealed(SealedKey::Info(sealed.to_vec())))
                }
                Some([3]) => {
                    let mut value = value.sequence()?;
                    if value.take(der::OID)?.strip_prefix(PKCS9) != Some(&[22, 1]) {
                        continue;
                    }
                    let mut value = Reader(value.take(der::EXPLICIT_0)?);
                    let certificate = value.take(der::OCTET_STRING)?;
                    Reader(certificate)
                        .sequence()
                        .filter(|inside| !inside.0.is_empty())?;
                    let certificate = CertificateDer::from(certificate.to_vec());
                    self.certificates.push(certificate);
                    Bag::Certificate(self.certificates.len() - 1)
                }
                // CRLs and secrets, which TLS does not need.
                _ => continue,
            };
            self.bags.push((bag_of, Mark::read(&mut bag)?));
        }
        Some(())
    }

    fn entries(self, size: usize) -> Result<Vec<Entry>, Flaw> {
        let mut chains = self.chains(size.saturating_mul(MAX_COPIES))?.into_iter();
        let others = Arc::new(self.certificates);
        let mut nameless = 0;
        let mut alias = |name: Option<String>| {
            name.unwrap_or_else(|| {
                nameless += 1;
                nameless.to_string()
            })
        };
        let mut entries = Vec::new();
        for (bag, mark) in self.bags {
            match bag {
                Bag::Key(key) => {
                    let chain = chains.next().unwrap_or_default();
                    entries.push(Entry::key(alias(mark.name), chain, key).with_others(&others));
                }
                // Certificates that only complete a chain are not trusted: keytool marks those that are.
                Bag::Certificate(at) if mark.trusted => {
                    if let Some(certificate) = others.get(at) {
                        entries.push(Entry::trusted(alias(mark.name), certificate.clone()));
                    }
                }
                Bag::Certificate(_) => {}
            }
        }
        Ok(entries)
    }

    /// The chains of the keys, in their order. A key that no attribute leads to a certificate from has none here, and
    /// may still find its own among all, see [`Entry::pool`].
    fn chains(&self, mut left: usize) -> Result<Vec<Vec<CertificateDer<'static>>>, Flaw> {
        let all: Vec<_> = self.certificates.iter().collect();
        let pool = Pool::new(&all);
        let mut by_key_id = BTreeMap::new();
        let mut by_name = BTreeMap::new();
        for (bag, mark) in &self.bags {
            if let (&Bag::Certificate(at), false) = (bag, mark.trusted) {
                if let Some(key_id) = &mark.key_id {
                    by_key_id.entry(key_id).or_insert(at);
                }
                if let Some(name) = &mark.name {
                    by_name.entry(lower_case(name)).or_insert(at);
                }
            }
        }
        let mut chains = Vec::new();
        for (bag, mark) in &self.bags {
            if let Bag::Key(_) = bag {
                let key_id = mark.key_id.as_ref();
                let leaf = key_id.and_then(|key_id| by_key_id.get(key_id)).or_else(|| {
                    let name = mark.name.as_ref()?;
                    by_name.get(&lower_case(name))
                });
                let chain = leaf.map_or_else(Vec::new, |&leaf| pool.chain(leaf, None));
                let len = chain.iter().map(|certificate| certificate.len()).sum();
                left = left.checked_sub(len).ok_or_else(|| {
                    Flaw::Unsupported(format!(
                        "a set of chains of {MAX_COPIES} times the size of the file"
                    ))
                })?;
                chains.push(chain.into_iter().cloned().collect());
            }
        }
        Ok(chains)
    }
}

impl Mark {
    /// The attributes that may stand at the end of a bag.
    fn read(bag: &mut Reader<'_>) -> Option<Self> {
        let mut mark = Self {
            name: None,
            key_id: None,
            trusted: false,
        };
        let mut attributes = Reader(bag.take(der::SET).unwrap_or_default());
        while !attributes.0.is_empty() {
            let mut attribute = attributes.sequence()?;
            let kind = attribute.take(der::OID)?;
            let mut values = Reader(attribute.take(der::SET)?);
            match kind.strip_prefix(PKCS9) {
                Some([20]) => mark.name = Some(bmp_string(values.take(der::BMP_STRING)?)?),
                Some([21]) => mark.key_id = Some(values.take(der::OCTET_STRING)?.to_vec()),
                _ if kind == TRUSTED_KEY_USAGE => mark.trusted = true,
                _ => {}
            }
        }
        Some(mark)
    }
}

/// UTF-16, high byte first.
fn bmp_string(bytes: &[u8]) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|&pair| u16::from_be_bytes(pair)).collect();
    rest.is_empty().then_some(())?;
    String::from_utf16(&units).ok()
}
