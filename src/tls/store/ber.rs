//! BER as some programs write PKCS12 (X.690 §8): lengths that are not told, strings in pieces.

use zeroize::Zeroizing;

use super::super::der;

/// PKCS12 nests nine deep between strings.
const MAX_DEPTH: usize = 16;

/// The first element of `bytes`, with every length told and every OCTET STRING in one piece. Only the inside of
/// strings is left as it is.
pub(super) fn definite(mut bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let element = Element::take(&mut bytes, MAX_DEPTH)?;
    Some(der::element(element.tag, &[&element.content]))
}

struct Element {
    tag: u8,
    content: Zeroizing<Vec<u8>>,
}

impl Element {
    const CONSTRUCTED: u8 = 0x20;

    /// Takes the first element.
    fn take(rest: &mut &[u8], depth: usize) -> Option<Self> {
        const LONG_TAG: u8 = 0x1f;
        let (&tag, tail) = rest.split_first()?;
        let (&first, tail) = tail.split_first()?;
        *rest = tail;
        if tag & LONG_TAG == LONG_TAG {
            return None;
        }
        let len = match first {
            0..=0x7f => usize::from(first),
            0x80 if tag & Self::CONSTRUCTED != 0 => {
                return Self::constructed(tag, rest, true, depth.checked_sub(1)?);
            }
            0x81..=0x84 => {
                let (digits, tail) = rest.split_at_checked(usize::from(first & 0x7f))?;
                *rest = tail;
                digits
                    .iter()
                    .fold(0, |len, &digit| len << 8 | usize::from(digit))
            }
            _ => return None,
        };
        let (mut content, tail) = rest.split_at_checked(len)?;
        *rest = tail;
        if tag & Self::CONSTRUCTED != 0 {
            return Self::constructed(tag, &mut content, false, depth.checked_sub(1)?);
        }
        let content = Zeroizing::new(content.to_vec());
        Some(Self { tag, content })
    }

    /// Takes elements up to the end, or up to the mark of an end.
    fn constructed(tag: u8, rest: &mut &[u8], marked: bool, depth: usize) -> Option<Self> {
        let string = tag == der::OCTET_STRING | Self::CONSTRUCTED;
        // Room for all of it if it is known: a vector that grows leaves copies of secrets behind.
        let room = if marked { 0 } else { rest.len() };
        let mut content = Zeroizing::new(Vec::with_capacity(room));
        loop {
            match (marked, *rest) {
                (false, []) => break,
                (true, [0, 0, tail @ ..]) => {
                    *rest = tail;
                    break;
                }
                _ => {}
            }
            let part = Self::take(rest, depth)?;
            if !string {
                content.extend_from_slice(&der::element(part.tag, &[&part.content]));
            } else if part.tag == der::OCTET_STRING {
                content.extend_from_slice(&part.content);
            } else {
                return None;
            }
        }
        let tag = if string { der::OCTET_STRING } else { tag };
        Some(Self { tag, content })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Option<Vec<u8>> {
        definite(bytes).map(|der| der.to_vec())
    }

    #[test]
    fn lengths_are_told_and_pieces_joined() {
        let der = [0x30, 5, 2, 1, 7, 0x04, 0];
        assert_eq!(read(&der).unwrap(), der);
        assert_eq!(read(&[0x30, 0x80, 2, 1, 7, 4, 0, 0, 0, 9]).unwrap(), der);
        let pieces = [0x24, 0x80, 4, 1, b'a', 0x24, 3, 4, 1, b'b', 4, 0, 0, 0];
        assert_eq!(read(&pieces).unwrap(), [4, 2, b'a', b'b']);
        let nested = [0xa0, 0x80, 0x30, 0x80, 0, 0, 0, 0];
        assert_eq!(read(&nested).unwrap(), [0xa0, 2, 0x30, 0]);
        assert_eq!(
            read(&[0x30, 0x84, 0, 0, 0, 2, 5, 0]).unwrap(),
            [0x30, 2, 5, 0]
        );
    }

    #[test]
    fn what_does_not_end_is_refused() {
        for bytes in [
            &[0x30, 0x80][..],
            &[0x30, 0x80, 2, 1, 7],
            &[0x30, 0x80, 2, 1, 7, 0],
            &[0x04, 0x80, 0, 0],
            &[0x30, 3, 2, 2, 1],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x30, 0x85, 0, 0, 0, 0, 0],
            &[0x3f, 0x21, 0],
            &[0x24, 2, 5, 0],
            &[],
        ] {
            assert_eq!(read(bytes), None, "{bytes:02x?}");
        }
        let deep = [&[0x30, 0x80].repeat(40)[..], &[0, 0].repeat(40)].concat();
        assert_eq!(read(&deep), None);
        let not_so_deep = [&[0x30, 0x80].repeat(15)[..], &[0, 0].repeat(15)].concat();
        assert_eq!(read(&not_so_deep).unwrap().len(), 30);
    }
}
