#![no_main]

libfuzzer_sys::fuzz_target!(|value: &[u8]| bailiwick_fuzz::acl_xattr(value));
