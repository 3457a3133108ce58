#![no_main]

use bailiwick::acl::Protection;
use bailiwick::identity::{GroupName, Subject, UserName};
use bailiwick_fuzz::{System, acl_eval};

libfuzzer_sys::fuzz_target!(|case: (System, Subject, UserName, GroupName, Protection)| {
    let (system, subject, owner, group, protection) = case;
    acl_eval(system, &subject, &owner, &group, &protection);
});
