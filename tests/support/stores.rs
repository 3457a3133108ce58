//! Everything that can be done with bytes that may be a store, and what it may take.

use bailiwick::tls::{Password, Store, TlsError, ring_provider};
use peak_alloc::PeakAlloc;

/// The password of every store among the seeds.
const PASSWORD: &str = "password";

/// What `Store::read` promises: so many times the size of the file, and something for messages and small tables.
fn allowed(bytes: &[u8]) -> usize {
    32 * bytes.len() + 64 * 1024
}

/// 1.3.6.1.4.1.11591.4.11, by which a file may ask for more.
const SCRYPT: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x04, 0x0b];
const FOR_SCRYPT: usize = 33 << 20;

/// Opens the bytes with and without a password, and everything in them. Gives the store that opened with the password
/// or the error; panics if that, or the keys and the trust in it, took more than the bound.
pub(crate) fn use_store(bytes: &[u8], heap: &PeakAlloc) -> Result<Store, TlsError> {
    let provider = ring_provider();
    let password = Password::new(PASSWORD);
    let measured = |what: &str, allowed: usize, work: &mut dyn FnMut()| {
        let before = heap.current_usage();
        heap.reset_peak_usage();
        work();
        let taken = heap.peak_usage().saturating_sub(before);
        assert!(
            taken <= allowed,
            "{what}: {taken} bytes for a file of {}, at most {allowed}: {:02x?}",
            bytes.len(),
            bytes.get(..4096).unwrap_or(bytes)
        );
    };
    let asks_for_scrypt = bytes.windows(SCRYPT.len()).any(|part| part == SCRYPT);
    let allowed = allowed(bytes);
    let extra = if asks_for_scrypt { FOR_SCRYPT } else { 0 };
    let mut stores = [None, Some(&password)].map(|password| {
        let mut read = None;
        measured("read", allowed + extra, &mut || {
            read = Some(Store::read(bytes, password));
        });
        read.expect("it was read")
    });
    for store in stores.iter().flatten() {
        measured("trust", allowed, &mut || drop(store.trust(None)));
        let text = bytes.starts_with(b"-") || extra > 0;
        let extra = if text { FOR_SCRYPT } else { 0 };
        for entry in store.entries().iter().take(4) {
            measured("key", allowed + extra, &mut || {
                drop(store.key(Some(entry.alias()), Some(&password), &provider));
            });
        }
    }
    let [_, opened] = &mut stores;
    std::mem::replace(
        opened,
        Err(TlsError::NoKey {
            store: String::new(),
        }),
    )
}
