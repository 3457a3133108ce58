#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| bailiwick_fuzz::auth_to_local(text));
