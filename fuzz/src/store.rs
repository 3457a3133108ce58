//! Bytes as a store: nothing panics, hangs or takes more memory than it may, see `stores::use_store`.

use std::borrow::Cow;

use peak_alloc::PeakAlloc;

use crate::stores::use_store;

/// Begins as JKS does, or JCEKS.
pub fn jks(bytes: &[u8], heap: &PeakAlloc) {
    let magic = if bytes.first() == Some(&0xce) {
        [0xce; 4]
    } else {
        [0xfe, 0xed, 0xfe, 0xed]
    };
    let _ = use_store(&beginning(bytes, &magic), heap);
}

/// Begins as PKCS12 does: a SEQUENCE, here of a length that is not told, with the number 3.
pub fn pkcs12(bytes: &[u8], heap: &PeakAlloc) {
    let bytes = if bytes.first() == Some(&0x30) {
        bytes.into()
    } else {
        beginning(bytes, &[0x30, 0x80, 2, 1, 3])
    };
    let _ = use_store(&bytes, heap);
}

/// Any text.
pub fn pem(bytes: &[u8], heap: &PeakAlloc) {
    let _ = use_store(bytes, heap);
}

fn beginning<'a>(bytes: &'a [u8], magic: &[u8]) -> Cow<'a, [u8]> {
    if bytes.starts_with(magic) {
        return bytes.into();
    }
    let rest = bytes.get(magic.len()..).unwrap_or_default();
    [magic, rest].concat().into()
}
