//! Numbers and text as `java.io.DataInputStream` reads them.

/// Takes from the front of a slice. A length is checked against what is there before anything is allocated.
pub(super) struct Input<'a>(pub(super) &'a [u8]);

impl<'a> Input<'a> {
    pub(super) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(head)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// Four bytes of length, and as many bytes.
    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let len = self.u32()?;
        self.take(usize::try_from(len).ok()?)
    }

    /// Modified UTF-8, see `java.io.DataInput`: UTF-16 units, each in one to three bytes.
    pub(super) fn utf(&mut self) -> Option<String> {
        let len = self.u16()?;
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
}
