//! The library's own server at the other end, in the same process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use bailiwick::authn::kerberos::{Acceptor, Credentials, Initiator, ServicePrincipal, Target};
use bailiwick::authn::{
    AuthToLocal, AuthnError, Connected, Exchange, Login, Qop, QopSet, RuleMechanism, Step,
};
use bailiwick::identity::UserName;

use super::jdk::alice;
use super::log_in;
use crate::realm::{REALM, Realm, in_realm};

fn service(realm: &Realm) -> (Acceptor, Target) {
    let keytab = realm.keytab("service.keytab", &["alluxio/cluster1"]);
    let cluster: ServicePrincipal = format!("alluxio/cluster1@{REALM}").parse().unwrap();
    let names = AuthToLocal::parse("DEFAULT", RuleMechanism::Hadoop, REALM).unwrap();
    let acceptor = Acceptor::open(&keytab, [cluster.clone()], Arc::new(names)).unwrap();
    (acceptor.with_qops(QopSet::ALL), Target::from(cluster))
}

/// Lets the two talk until both are done. Where one refuses, the other is left waiting.
fn meet(
    client: Exchange<Connected>,
    server: Exchange<Login>,
) -> Result<(Connected, Login), AuthnError> {
    let (mut client, mut server) = (Some(client), Some(server));
    let (mut connected, mut login) = (None, None);
    let mut message = Vec::new();
    while connected.is_none() || login.is_none() {
        if let Some(exchange) = client.take() {
            match exchange.step(&message)? {
                Step::Continue { reply, next } => (message, client) = (reply, Some(next)),
                Step::Done { end, reply } => (message, connected) = (reply, Some(end)),
                Step::Later(_) => panic!("it asks nobody"),
            }
        }
        if let Some(exchange) = server.take() {
            match exchange.step(&message)? {
                Step::Continue { reply, next } => (message, server) = (reply, Some(next)),
                Step::Done { end, reply } => (message, login) = (reply, Some(end)),
                Step::Later(_) => panic!("it asks nobody"),
            }
        }
    }
    Ok((connected.unwrap(), login.unwrap()))
}

/// Both ways over which a client comes.
fn both(
    client: &Initiator,
    target: &Target,
    server: &Acceptor,
) -> [Result<(Connected, Login), AuthnError>; 2] {
    [
        meet(client.sasl(target), server.sasl()),
        meet(client.negotiate(target), server.negotiate()),
    ]
}

#[test]
fn both_sides_of_the_library_agree() {
    in_realm(
        "initiator::library::both_sides_of_the_library_agree",
        |realm| {
            let alice = alice(realm);
            let (server, target) = service(realm);
            for met in both(&alice, &target, &server) {
                let (connected, login) = met.unwrap();
                assert_eq!(connected.server, Some(format!("alluxio/cluster1@{REALM}")));
                assert_eq!(login.principal.name().as_str(), "alice");
                assert_eq!(login.act_as, None);
            }
            let bob = UserName::new("bob").unwrap();
            let alice = alice.act_as(Some(bob.clone()));
            for qop in [Qop::Integrity, Qop::Confidentiality] {
                let client = alice.clone().with_qops(&[qop]).sasl(&target);
                let (connected, login) = meet(client, server.sasl()).unwrap();
                assert_eq!(login.act_as.as_ref(), Some(&bob));
                let (mut ours, mut theirs) = (connected.layer.unwrap(), login.layer.unwrap());
                assert_eq!((ours.qop(), theirs.qop()), (qop, qop));
                assert_eq!(ours.max_message(), theirs.max_message());
                for size in [0, 1, 4096, ours.max_message()] {
                    let message = vec![7; size];
                    let wrapped = ours.wrap(&message).unwrap();
                    assert_eq!(theirs.unwrap(&wrapped).unwrap(), message);
                    let wrapped = theirs.wrap(&message).unwrap();
                    assert_eq!(ours.unwrap(&wrapped).unwrap(), message);
                }
            }
        },
    );
}

#[test]
fn a_client_that_is_bound_to_a_channel_gets_in_over_that_channel_alone() {
    in_realm(
        "initiator::library::a_client_that_is_bound_to_a_channel_gets_in_over_that_channel_alone",
        |realm| {
            let alice = alice(realm);
            let (server, target) = service(realm);
            let server = server.bound_to(b"tls-server-end-point:one");
            let bound = alice.clone().bound_to(b"tls-server-end-point:one");
            for met in both(&bound, &target, &server) {
                met.unwrap();
            }
            let other = alice.clone().bound_to(b"tls-server-end-point:two");
            for client in [&alice, &other] {
                for met in both(client, &target, &server) {
                    let error = met.unwrap_err();
                    assert!(matches!(error, AuthnError::Refused { .. }), "{error:?}");
                }
            }
        },
    );
}

#[test]
fn exchanges_of_many_threads_end_well_while_the_login_is_renewed() {
    in_realm(
        "initiator::library::exchanges_of_many_threads_end_well_while_the_login_is_renewed",
        |realm| {
            let keytab = realm.user("alice");
            let login = log_in(Credentials::new().keytab(keytab)).unwrap();
            let (server, target) = service(realm);
            let stop = AtomicBool::new(false);
            let (login, server, target, stop) = (&login, &server, &target, &stop);
            let exchanges = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..3)
                    .map(|_| {
                        scope.spawn(move || {
                            let alice = login.initiator();
                            let mut exchanges = 0;
                            while !stop.load(Ordering::Relaxed) {
                                for met in both(&alice, target, server) {
                                    met.unwrap();
                                    exchanges += 1;
                                }
                            }
                            exchanges
                        })
                    })
                    .collect();
                // Until a new ticket lasts longer than the old one, which is then dropped under those who use it.
                std::thread::sleep(Duration::from_secs(4));
                let renewed = login.renew(SystemTime::now());
                std::thread::sleep(Duration::from_millis(500));
                stop.store(true, Ordering::Relaxed);
                renewed.unwrap();
                let counts = threads.into_iter().map(|thread| thread.join().unwrap());
                counts.sum::<u32>()
            });
            println!("{exchanges} exchanges");
            assert!(exchanges > 100);
        },
    );
}
