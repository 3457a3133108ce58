//! Who logs in, by which way, and for whom.

use bailiwick::authn::kerberos::{Acceptor, ServicePrincipal};
use bailiwick::identity::{Mechanism, UserName};
use libgssapi::context::{CtxFlags, SecurityContext};
use libgssapi::oid::GSS_MECH_KRB5;

use super::client::{Client, choice, full};
use super::{SERVICE, acceptor, alice_and_service, finish, go_on, names, refused};
use crate::realm::{REALM, in_realm};

#[test]
fn a_ticket_logs_in() {
    in_realm("acceptor::login::a_ticket_logs_in", |realm| {
        let acceptor = alice_and_service(realm);
        let mut client = Client::of(SERVICE);
        let (server, offer) = client.establish(acceptor.sasl());
        assert_eq!(offer, [7, 1, 0, 0]);
        let (login, reply) = finish(server, &client.wrap(false, &choice(1, 0, "")));
        assert!(reply.is_empty() && login.act_as.is_none() && login.layer.is_none());
        let principal = login.principal;
        assert_eq!(principal.name().as_str(), "alice");
        assert_eq!(principal.mechanism(), Mechanism::Kerberos);
        assert_eq!(principal.realm(), Some(REALM));
        assert_eq!(principal.credential(), Some("alice@EXAMPLE.COM"));
    });
}

#[test]
fn an_authorization_identity_is_whom_the_client_acts_for() {
    in_realm(
        "acceptor::login::an_authorization_identity_is_whom_the_client_acts_for",
        |realm| {
            let acceptor = alice_and_service(realm);
            for (authzid, expected) in [
                ("bob", Some("bob")),
                ("alice", Some("alice")),
                ("alice@EXAMPLE.COM", None),
                ("alice@OTHER.COM", Some("alice@OTHER.COM")),
                ("", None),
            ] {
                let mut client = Client::of(SERVICE);
                let (server, _) = client.establish(acceptor.sasl());
                let (login, _) = finish(server, &client.wrap(false, &choice(1, 0, authzid)));
                assert_eq!(login.act_as.as_ref().map(UserName::as_str), expected);
                assert_eq!(login.principal.name().as_str(), "alice");
            }
            for authzid in ["bob/b", "bob\0", " bob "] {
                let mut client = Client::of(SERVICE);
                let (server, _) = client.establish(acceptor.sasl());
                let error = server.step(&client.wrap(false, &choice(1, 0, authzid)));
                let error = error.unwrap_err().to_string();
                assert!(error.contains("the authorization identity "), "{error}");
                // It may be a password that was put in the wrong place.
                assert!(!error.contains("bob"), "{error}");
            }
        },
    );
}

#[test]
fn a_client_without_mutual_authentication_logs_in_too() {
    in_realm(
        "acceptor::login::a_client_without_mutual_authentication_logs_in_too",
        |realm| {
            let acceptor = alice_and_service(realm);
            let flags = full() - CtxFlags::GSS_C_MUTUAL_FLAG;
            let mut client = Client::with(SERVICE, flags, GSS_MECH_KRB5);
            let (server, offer) = go_on(acceptor.sasl(), &client.token(None));
            assert_eq!(client.unwrap(&offer), [7, 1, 0, 0]);
            let (login, _) = finish(server, &client.wrap(false, &choice(2, 65_536, "")));
            assert_eq!(login.principal.name().as_str(), "alice");
            assert!(login.layer.is_some());
        },
    );
}

#[test]
fn a_cluster_shares_one_principal() {
    in_realm("acceptor::login::a_cluster_shares_one_principal", |realm| {
        let user = realm.user("hdfs/node1.example.com");
        realm.kinit(&user, "hdfs/node1.example.com", &[]);
        let services = ["alluxio/cluster1", SERVICE];
        let keytab = realm.keytab("service.keytab", &services);
        // Alone, and beside the principal of the host.
        for of in [&services[..1], &services[..]] {
            let acceptor = acceptor(&keytab, of);
            for service in of {
                let mut client = Client::of(service);
                let (server, _) = client.establish(acceptor.sasl());
                let (login, _) = finish(server, &client.wrap(false, &choice(1, 0, "")));
                assert_eq!(login.principal.name().as_str(), "hdfs");
                let full = Some("hdfs/node1.example.com@EXAMPLE.COM");
                assert_eq!(login.principal.credential(), full);
            }
        }
        refused(
            acceptor(&keytab, &services[..1])
                .sasl()
                .step(&Client::of(SERVICE).token(None)),
        );
    });
}

#[test]
fn negotiate_takes_spnego_and_kerberos_by_itself() {
    in_realm(
        "acceptor::login::negotiate_takes_spnego_and_kerberos_by_itself",
        |realm| {
            let user = realm.user("alice");
            realm.kinit(&user, "alice", &[]);
            let keytab = realm.keytab("http.keytab", &["HTTP/localhost"]);
            let http = ServicePrincipal::for_host("HTTP/_HOST@EXAMPLE.COM", "LOCALHOST").unwrap();
            let acceptor = Acceptor::open(keytab, [http], names()).unwrap();
            for mut client in [
                Client::spnego("HTTP/localhost"),
                Client::of("HTTP/localhost"),
            ] {
                let (login, reply) = finish(acceptor.negotiate(), &client.token(None));
                assert_eq!(login.principal.name().as_str(), "alice");
                assert!(login.layer.is_none() && login.act_as.is_none());
                // That the server is the right one is in the last token.
                assert!(client.token(Some(&reply)).is_empty());
                assert!(client.0.is_complete());
            }
        },
    );
}
