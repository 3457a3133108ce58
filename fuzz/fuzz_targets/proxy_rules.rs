#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| bailiwick_fuzz::proxy_rules(text));
