//! Bytes as what the other end of a framed login sends: nobody gets in but who may, and within the memory of
//! `frames::serve`.

use peak_alloc::PeakAlloc;

use crate::frames::{FRAME, PASSWORD, USER, call, serve};

/// Begins with which end it is: a server where the first byte is `S`, else a client.
pub fn sasl_frames(bytes: &[u8], heap: &PeakAlloc) {
    let came = match bytes.split_first() {
        Some((b'S', bytes)) => call(bytes, heap),
        Some((b'C', bytes)) => serve(bytes, heap),
        _ => serve(bytes, heap),
    };
    if let Ok(came) = came {
        assert!(came.frames.iter().all(|frame| frame.len() <= FRAME));
        // Only who has sent the password is alice.
        let is_alice = came.login.is_some_and(|(user, _)| user.as_str() == USER);
        assert!(!is_alice || find(bytes, PASSWORD));
    }
}

fn find(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}
