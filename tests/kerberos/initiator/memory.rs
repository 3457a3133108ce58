//! Tickets of logins that are gone are gone.

use std::time::SystemTime;

use bailiwick::authn::kerberos::{Credentials, Target};

use super::{first, log_in};
use crate::realm::in_realm;

/// Resident memory in bytes.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

#[test]
fn a_thousand_logins_leave_no_tickets_in_memory() {
    in_realm(
        "initiator::memory::a_thousand_logins_leave_no_tickets_in_memory",
        |realm| {
            realm.keytab("service.keytab", &["alluxio/localhost"]);
            let target = Target::on_host("alluxio", "localhost");
            let from = Credentials::new().keytab(realm.user("alice"));
            let login = log_in(from.clone()).unwrap();
            let round = || {
                // One login that ends, one that is replaced.
                let one = log_in(from.clone()).unwrap();
                first(one.initiator().sasl(&target)).unwrap();
                let _ = login.renew(SystemTime::now());
            };
            for _ in 0..100 {
                round();
            }
            let before = resident();
            for _ in 0..500 {
                round();
            }
            let grown = resident().saturating_sub(before);
            println!("a thousand logins: {grown} bytes more");
            assert!(grown < 500_000, "{grown} bytes in a thousand logins");
        },
    );
}
