//! Malformed exchanges: whatever a peer sends, and wherever, it gets an error or what it asked for; nothing panics, hangs or
//! takes more memory than it may, and no text tells a password.
#![cfg(feature = "tokio")]

mod bounds;
mod exchanges;
#[path = "../support/frames.rs"]
mod frames;
mod framing;
mod rows;
mod tamper;
mod texts;

use peak_alloc::PeakAlloc;

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

/// One test: what others allocate meanwhile would be counted.
#[test]
fn no_malformed_exchange_does_harm() {
    let mut texts = texts::Texts::default();
    bounds::end_an_exchange_that_does_not_end(&mut texts);
    exchanges::are_tampered_with(&HEAP, &mut texts);
    framing::is_damaged(&HEAP, &mut texts);
    texts.hold_no_secret();
}
