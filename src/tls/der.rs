//! The few DER operations (X.690) that private keys need: take one element, write one element.

use zeroize::Zeroizing;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

/// Takes elements from the front of a slice.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// The content of the next element if it has this tag; otherwise nothing is consumed.
    pub(super) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (&found, rest) = self.0.split_first()?;
        if found != tag {
            return None;
        }
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
        self.0 = rest;
        Some(content)
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
}
