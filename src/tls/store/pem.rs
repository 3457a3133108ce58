//! PEM files (RFC 7468): certificates, and at most one private key.

use base64ct::{Base64, Encoding};
use rustls::pki_types::CertificateDer;
use zeroize::Zeroizing;

use super::super::key::{KeyForm, PrivateKey};
use super::entry::{SealedKey, StoredKey};
use super::seal::PemSeal;
use super::{Entry, Flaw};

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
const DASHES: &[u8] = b"-----";
/// What some editors put before a text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Text may stand before, between and after the sections, as `openssl pkcs12` writes it.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Entry>, Flaw> {
    let mut sections = Sections(bytes);
    let mut certificates = Vec::new();
    let mut key = None;
    let mut found = false;
    while let Some(section) = sections.next()? {
        found = true;
        // Everything has to be known: a key that is passed over would turn a key store into a trust store.
        let stored = match section.label.as_str() {
            // The second label is older than RFC 7468, which has parsers accept it (§5.1).
            "CERTIFICATE" | "X509 CERTIFICATE" => {
                certificates.push(CertificateDer::from(section.der.to_vec()));
                continue;
            }
            // Names of curves and groups, which `openssl ecparam` and `dhparam` write beside a key.
            "EC PARAMETERS" | "DH PARAMETERS" => continue,
            "PRIVATE KEY" => section.key(KeyForm::Pkcs8)?,
            "RSA PRIVATE KEY" => section.key(KeyForm::Pkcs1)?,
            "EC PRIVATE KEY" => section.key(KeyForm::Sec1)?,
            "ENCRYPTED PRIVATE KEY" => StoredKey::Sealed(SealedKey::Info(section.der.to_vec())),
            "TRUSTED CERTIFICATE" => {
                return Err(Flaw::Unsupported(
                    "PEM section `TRUSTED CERTIFICATE` (`openssl x509` makes a plain one of it)"
                        .to_owned(),
                ));
            }
            label => {
                let label = label.escape_debug();
                return Err(Flaw::Unsupported(format!("PEM section `{label}`")));
            }
        };
        if key.replace(stored).is_some() {
            return Err(Flaw::Unsupported(
                "a PEM file with several private keys".to_owned(),
            ));
        }
    }
    if !found {
        return Err(Flaw::UnknownFormat);
    }
    if let Some(key) = key {
        return Ok(vec![Entry::key("1".to_owned(), certificates, key)]);
    }
    let trusted = |(number, certificate)| Entry::trusted(format!("{}", number + 1), certificate);
    Ok(certificates.into_iter().enumerate().map(trusted).collect())
}

struct Section {
    label: String,
    der: Zeroizing<Vec<u8>>,
    seal: Option<PemSeal>,
}

impl Section {
    fn key(self, form: KeyForm) -> Result<StoredKey, Flaw> {
        Ok(match self.seal {
            None => StoredKey::Plain(PrivateKey::new(form, self.der)),
            Some(seal) => StoredKey::Sealed(SealedKey::Pem(seal, form, self.der.to_vec())),
        })
    }
}

/// What is left of a file.
struct Sections<'a>(&'a [u8]);

impl<'a> Sections<'a> {
    fn line(&mut self) -> Option<&'a [u8]> {
        if self.0.is_empty() {
            return None;
        }
        let mut parts = self.0.splitn(2, |&byte| matches!(byte, b'\n' | b'\r'));
        let line = parts.next()?;
        self.0 = parts.next().unwrap_or_default();
        // Otherwise the section behind it would be passed over, and missed later, or never.
        let line = line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line);
        Some(line.trim_ascii_end())
    }

    fn next(&mut self) -> Result<Option<Section>, Flaw> {
        let label = loop {
            let Some(line) = self.line() else {
                return Ok(None);
            };
            if let Some(label) = line.strip_prefix(BEGIN) {
                break label;
            }
        };
        // If the newlines were lost, a private key follows: it must not get into a message.
        let name = label
            .strip_suffix(DASHES)
            .filter(|name| !name.windows(DASHES.len()).any(|part| part == DASHES))
            .ok_or_else(|| Flaw::corrupt("a PEM section does not begin with a line of its own"))?;
        // Enough for every label that is known, and for a message.
        let name = String::from_utf8_lossy(name.get(..64).unwrap_or(name));
        let corrupt = |what: &str| {
            let name = name.escape_debug();
            Flaw::corrupt(format!("PEM section `{name}` {what}"))
        };
        let mut seal = None;
        let mut encrypted = false;
        let mut text = Zeroizing::new(Vec::with_capacity(self.text_len()));
        loop {
            let line = self.line().ok_or_else(|| corrupt("has no end"))?;
            if let Some(end) = line.strip_prefix(END) {
                if end != label {
                    return Err(corrupt("has the end of another"));
                }
                break;
            }
            // RFC 1421 §4.6: only old encrypted keys have headers.
            if let Some(header) = line.strip_prefix(b"Proc-Type:") {
                encrypted = header.trim_ascii() == b"4,ENCRYPTED";
            } else if let Some(info) = line.strip_prefix(b"DEK-Info:") {
                seal = Some(PemSeal::read(&String::from_utf8_lossy(info))?);
            } else {
                text.extend(line.iter().filter(|byte| !byte.is_ascii_whitespace()));
            }
        }
        if encrypted != seal.is_some() {
            return Err(corrupt("does not say how it is encrypted"));
        }
        let text = std::str::from_utf8(&text).map_err(|_| corrupt("is not Base64"))?;
        let der = Base64::decode_vec(text).map_err(|_| corrupt("is not Base64"))?;
        Ok(Some(Section {
            label: name.into_owned(),
            der: Zeroizing::new(der),
            seal,
        }))
    }

    /// The room that the text of a section needs at most: a vector that grows leaves copies of the secret behind.
    fn text_len(&self) -> usize {
        let end = self.0.windows(END.len()).position(|part| part == END);
        end.unwrap_or(self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sections(text: &str) -> Result<Vec<(String, Vec<u8>)>, String> {
        let mut sections = Sections(text.as_bytes());
        let mut all = Vec::new();
        loop {
            match sections.next() {
                Ok(Some(section)) => all.push((section.label, section.der.to_vec())),
                Ok(None) => return Ok(all),
                Err(flaw) => return Err(format!("{flaw:?}")),
            }
        }
    }

    #[test]
    fn text_around_sections_is_passed_over() {
        let text = "Bag Attributes\r\n  friendlyName: x\r\n-----BEGIN A B-----  \r\nAQID\r\nBA==\r\n-----END A B-----\r\n\
                    subject=x\n-----BEGIN C-----\n-----END C-----";
        let expected = [
            ("A B".to_owned(), vec![1, 2, 3, 4]),
            ("C".to_owned(), vec![]),
        ];
        assert_eq!(sections(text).unwrap(), expected);
        assert_eq!(sections("").unwrap(), []);
    }

    #[test]
    fn a_byte_order_mark_hides_no_section() {
        let text = "\u{feff}-----BEGIN A-----\nAQ==\n-----END A-----\n\u{feff}-----BEGIN B-----\n  AQ==\n-----END B-----";
        let expected = [("A".to_owned(), vec![1]), ("B".to_owned(), vec![1])];
        assert_eq!(sections(text).unwrap(), expected);
    }

    #[test]
    fn a_key_without_its_newlines_is_not_shown() {
        for newline in ["", " ", "\\n"] {
            let text = ["-----BEGIN A-----", "AQID", "-----END A-----"].join(newline);
            for text in [&text, text.trim_end_matches('-')] {
                let error = sections(text).unwrap_err();
                assert!(error.contains("a line of its own"), "{error}");
                assert!(!error.contains("AQID"), "{error}");
            }
        }
    }

    #[test]
    fn broken_sections_are_errors() {
        for (text, said) in [
            ("-----BEGIN A-----\nAQID\n", "has no end"),
            (
                "-----BEGIN A-----\nAQID\n-----END B-----",
                "the end of another",
            ),
            ("-----BEGIN A-----\nA!ID\n-----END A-----", "not Base64"),
            ("-----BEGIN A-----\nAQI\n-----END A-----", "not Base64"),
            ("-----BEGIN A-----\n\u{e4}\n-----END A-----", "not Base64"),
            (
                "-----BEGIN A-----\nProc-Type: 4,ENCRYPTED\n\nAQID\n-----END A-----",
                "does not say how",
            ),
            (
                "-----BEGIN A-----\nDEK-Info: AES-128-CBC,00\n\nAQID\n-----END A-----",
                "the IV",
            ),
            (
                "-----BEGIN A-----\nDEK-Info: RC5,00\n\nAQID\n-----END A-----",
                "`RC5`",
            ),
        ] {
            let error = sections(text).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}
