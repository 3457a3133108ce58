//! The few DER operations (X.690) that stores and keys need: take one element, write one element.

use zeroize::Zeroizing;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const BMP_STRING: u8 = 0x1e;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;
/// `[0]` around something, and `[0]` in place of the tag of a primitive.
pub(super) const EXPLICIT_0: u8 = 0xa0;
pub(super) const IMPLICIT_0: u8 = 0x80;

/// Takes elements from the front of a slice.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// The content of the next element if it has this tag; otherwise nothing is consumed.
    pub(super) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.element(tag).map(|(_, content)| content)
    }

    /// As [`take`](Self::take), with the whole element before its content.
    pub(super) fn element(&mut self, tag: u8) -> Option<(&'a [u8], &'a [u8])> {
        let (found, content, rest) = split(self.0)?;
        if found != tag {
            return None;
        }
        let whole = self.0.get(..self.0.len() - rest.len())?;
        self.0 = rest;
        Some((whole, content))
    }

    /// The value of an INTEGER that is not negative and not large.
    pub(super) fn number(&mut self) -> Option<u64> {
        let digits = self.take(INTEGER)?;
        let negative = digits.first().is_none_or(|first| first & 0x80 != 0);
        // One byte more than a number has, for the sign.
        (!negative && digits.len() <= 9).then_some(())?;
        digits.iter().try_fold(0u64, |number, &digit| {
            Some(number.checked_mul(256)? | u64::from(digit))
        })
    }

    /// What a BIT STRING of whole bytes holds.
    pub(super) fn whole_bits(&mut self) -> Option<&'a [u8]> {
        match self.take(BIT_STRING)?.split_first()? {
            (0, bytes) => Some(bytes),
            _ => None,
        }
    }

    /// As [`take`](Self::take), for the content of a SEQUENCE.
    pub(super) fn sequence(&mut self) -> Option<Self> {
        self.take(SEQUENCE).map(Self)
    }
}

/// What a SEQUENCE holds; empty if it is none.
pub(super) fn content(sequence: &[u8]) -> &[u8] {
    Reader(sequence).sequence().map_or(&[], |inside| inside.0)
}

/// The tag and the content of the first element, and what follows it.
fn split(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, mut rest) = rest.split_first()?;
    let len = match first {
        0..=0x7f => usize::from(first),
        // Three bytes of length are 16 MiB, more than any file that is read.
        0x81..=0x83 => {
            let (digits, tail) = rest.split_at_checked(usize::from(first & 0x7f))?;
            rest = tail;
            digits
                .iter()
                .fold(0, |len, &digit| len << 8 | usize::from(digit))
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(len)?;
    Some((tag, content, rest))
}

/// One element with the given parts, one after the other, as its content.
pub(super) fn element(tag: u8, parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = Zeroizing::new(Vec::with_capacity(len + 10));
    out.push(tag);
    let digits = len.to_be_bytes();
    let significant = digits.iter().skip_while(|&&digit| digit == 0);
    if len > 0x7f {
        out.push(0x80 | significant.clone().count() as u8);
        out.extend(significant);
    } else {
        out.push(len as u8);
    }
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// The content of an OBJECT IDENTIFIER as people write it (X.690 §8.19), for messages.
pub(super) fn dotted(oid: &[u8]) -> String {
    let mut parts: Vec<u64> = Vec::new();
    let mut number = 0u64;
    for &byte in oid.iter().take(64) {
        number = number.wrapping_mul(128) | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            if parts.is_empty() {
                let root = (number / 40).min(2);
                parts.push(root);
                number -= root * 40;
            }
            parts.push(number);
            number = 0;
        }
    }
    let parts: Vec<String> = parts.iter().map(u64::to_string).collect();
    parts.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for len in [0, 1, 127, 128, 255, 256, 65535, 65536, 100_000] {
            let content = vec![7; len];
            let der = element(OCTET_STRING, &[&content, b"tail"]);
            let mut reader = Reader(&der);
            assert!(reader.take(SEQUENCE).is_none());
            let read = reader.take(OCTET_STRING).unwrap();
            assert_eq!((read.len(), &read[len..]), (len + 4, &b"tail"[..]));
            assert!(reader.0.is_empty());
            assert!(
                Reader(&der[..der.len() - 1]).take(OCTET_STRING).is_none(),
                "truncated {len}"
            );
        }
        assert_eq!(element(INTEGER, &[&[5]]).as_slice(), [2, 1, 5]);
        assert_eq!(element(SEQUENCE, &[&[0; 200]])[..3], [0x30, 0x81, 200]);
    }

    #[test]
    fn indefinite_and_huge_lengths_are_refused() {
        for der in [
            &[0x30, 0x80, 0, 0][..],
            &[0x30, 0x84, 0, 0, 0, 1, 0],
            &[0x30, 0x83, 0xff, 0xff, 0xff],
            &[0x30],
            &[],
        ] {
            assert!(Reader(der).take(SEQUENCE).is_none(), "{der:?}");
        }
    }

    #[test]
    fn numbers_are_not_negative_and_fit() {
        for (der, number) in [
            (&[2, 1, 0][..], Some(0)),
            (&[2, 2, 0, 0x80], Some(0x80)),
            (&[2, 3, 0x0f, 0x42, 0x40], Some(1_000_000)),
            (
                &[2, 9, 0, 255, 255, 255, 255, 255, 255, 255, 255],
                Some(u64::MAX),
            ),
            (&[2, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0], None),
            (&[2, 1, 0xff], None),
            (&[2, 0], None),
            (&[4, 1, 0], None),
        ] {
            assert_eq!(Reader(der).number(), number, "{der:?}");
        }
    }

    #[test]
    fn oids_are_dotted() {
        let pbes2 = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];
        assert_eq!(dotted(&pbes2), "1.2.840.113549.1.5.13");
        assert_eq!(dotted(&[0x60, 0x86, 0x48]), "2.16.840");
        assert_eq!(dotted(&[]), "");
    }
}
