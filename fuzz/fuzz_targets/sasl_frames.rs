#![no_main]

#[global_allocator]
static HEAP: peak_alloc::PeakAlloc = peak_alloc::PeakAlloc;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bailiwick_fuzz::sasl_frames(bytes, &HEAP));
