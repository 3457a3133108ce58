//! Kerberos against MIT's KDC and other people's clients and servers.

#[path = "../support/realm.rs"]
mod realm;
#[path = "../support/running.rs"]
mod running;
mod tools;

mod acceptor;
mod initiator;

use realm::{REALM, in_realm};

#[test]
fn a_realm_issues_tickets() {
    in_realm("a_realm_issues_tickets", |realm| {
        let keytab = realm.user("alice");
        realm.kinit(&keytab, "alice", &[]);
        let listed = std::process::Command::new("klist").output().unwrap();
        let listed = String::from_utf8(listed.stdout).unwrap();
        assert!(
            listed.contains(&format!("Default principal: alice@{REALM}")),
            "{listed}"
        );
        realm.keytab("service.keytab", &["alluxio/localhost", "alluxio/cluster1"]);
        assert!(realm.folder().join("service.keytab").exists());
    });
}
