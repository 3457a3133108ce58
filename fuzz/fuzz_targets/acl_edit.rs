#![no_main]

use bailiwick::acl::{Kind, Protection};
use bailiwick_fuzz::{Step, System, acl_edit};

libfuzzer_sys::fuzz_target!(|case: (System, Protection, Kind, Vec<Step>)| {
    let (system, protection, kind, steps) = case;
    acl_edit(system, protection, kind, &steps);
});
