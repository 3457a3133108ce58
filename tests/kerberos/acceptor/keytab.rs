//! A keytab that is replaced while the server runs.

use std::fs;

use super::client::{Client, choice};
use super::{SERVICE, acceptor, finish, refused};
use crate::realm::in_realm;

#[test]
fn a_replaced_keytab_counts_at_once() {
    in_realm(
        "acceptor::keytab::a_replaced_keytab_counts_at_once",
        |realm| {
            let user = realm.user("alice");
            let keytab = realm.keytab("service.keytab", &[SERVICE, "alluxio/cluster1"]);
            // A credential for one name, and one for all that the keytab holds.
            let acceptors = [&[SERVICE][..], &[SERVICE, "alluxio/cluster1"]]
                .map(|services| acceptor(&keytab, services));
            for _ in 0..3 {
                let next = realm.path("next.keytab");
                fs::copy(&keytab, &next).unwrap();
                realm.admin(&[&format!("ktadd -k {next} {SERVICE}")]);
                realm.kinit(&user, "alice", &[]);
                for acceptor in &acceptors {
                    refused(acceptor.sasl().step(&Client::of(SERVICE).token(None)));
                }
                fs::rename(&next, &keytab).unwrap();
                for acceptor in &acceptors {
                    let mut client = Client::of(SERVICE);
                    let (server, _) = client.establish(acceptor.sasl());
                    let (login, _) = finish(server, &client.wrap(false, &choice(1, 0, "")));
                    assert_eq!(login.principal.name().as_str(), "alice");
                }
            }
        },
    );
}
