//! Who is not let in, and what the log says.

use std::fs;
use std::thread::sleep;
use std::time::Duration;

use bailiwick::authn::AuthnError;
use bailiwick::authn::kerberos::{Acceptor, AcceptorError, ReplayCache};
use libgssapi::context::CtxFlags;
use libgssapi::oid::{GSS_MECH_KRB5, GSS_MECH_SPNEGO};

use super::client::{Client, choice, full};
use super::{
    SERVICE, acceptor, alice_and_service, finish, go_on, malformed, names, principal, refused,
    unavailable,
};
use crate::realm::{Realm, in_realm};

/// Clocks may differ by a second and no more, for this process. To be called before the library reads its configuration.
fn small_skew(realm: &Realm) {
    let file = realm.path("krb5.conf");
    let text = fs::read_to_string(&file).unwrap();
    let text = text.replace("[libdefaults]", "[libdefaults]\n  clockskew = 1");
    fs::write(&file, text).unwrap();
}

/// Tokens of a client, one of each kind.
fn tokens() -> [Vec<u8>; 2] {
    [Client::of(SERVICE), Client::spnego(SERVICE)].map(|mut client| client.token(None))
}

/// Both exchanges, each with its token.
fn both(acceptor: &Acceptor, [kerberos, spnego]: &[Vec<u8>; 2]) -> [Result<(), AuthnError>; 2] {
    [
        acceptor.sasl().step(kerberos).map(|_| ()),
        acceptor.negotiate().step(spnego).map(|_| ()),
    ]
}

#[track_caller]
fn assert_both_refused(results: &[Result<(), AuthnError>; 2], reason: &str) {
    let expected = AuthnError::Refused {
        mechanism: "Kerberos",
        reason: reason.to_owned().into(),
    };
    assert_eq!(*results, [Err(expected.clone()), Err(expected)]);
}

#[track_caller]
fn assert_both_unavailable(results: [Result<(), AuthnError>; 2], part: &str) {
    for result in results {
        let error = result.unwrap_err();
        assert!(
            error.is_unavailable() && error.to_string().contains(part),
            "{error}"
        );
    }
}

#[test]
fn a_ticket_is_shown_once() {
    in_realm("acceptor::refused::a_ticket_is_shown_once", |realm| {
        let acceptor = alice_and_service(realm);
        let tokens = tokens();
        assert_eq!(both(&acceptor, &tokens), [Ok(()), Ok(())]);
        assert_both_refused(&both(&acceptor, &tokens), "Request is a replay");
        // Another acceptor of the same service shares what is remembered.
        let other = acceptor
            .clone()
            .with_replay_cache(ReplayCache::System)
            .unwrap();
        assert_both_refused(&both(&other, &tokens), "Request is a replay");
        let own = ReplayCache::File(realm.folder().join("replays"));
        let own = acceptor.clone().with_replay_cache(own).unwrap();
        assert_eq!(both(&own, &tokens), [Ok(()), Ok(())]);
        assert_both_refused(&both(&own, &tokens), "Request is a replay");
        let none = acceptor
            .with_replay_cache(ReplayCache::ReplaysAccepted)
            .unwrap();
        for _ in 0..2 {
            assert_eq!(both(&none, &tokens), [Ok(()), Ok(())]);
        }
    });
}

#[test]
fn a_replay_that_is_accepted_gets_nobody_in() {
    in_realm(
        "acceptor::refused::a_replay_that_is_accepted_gets_nobody_in",
        |realm| {
            let acceptor = alice_and_service(realm);
            let acceptor = acceptor
                .with_replay_cache(ReplayCache::ReplaysAccepted)
                .unwrap();
            let mut client = Client::of(SERVICE);
            let first = client.token(None);
            let (server, reply) = go_on(acceptor.sasl(), &first);
            client.token(Some(&reply));
            let (server, offer) = go_on(server, b"");
            client.unwrap(&offer);
            let last = client.wrap(false, &choice(1, 0, ""));
            finish(server, &last);
            // The recording of all of it.
            let (server, _) = go_on(acceptor.sasl(), &first);
            let (server, _) = go_on(server, b"");
            assert_eq!(
                refused(server.step(&last)),
                "Kerberos authentication failed: A token had an invalid Message Integrity Check (MIC)"
            );
            let flags = full() - CtxFlags::GSS_C_MUTUAL_FLAG;
            let mut client = Client::with(SERVICE, flags, GSS_MECH_KRB5);
            assert_eq!(
                refused(acceptor.sasl().step(&client.token(None))),
                "Kerberos authentication failed: the client does not ask for mutual authentication"
            );
        },
    );
}

#[test]
fn a_replay_cache_that_cannot_be_written_is_a_failure() {
    in_realm(
        "acceptor::refused::a_replay_cache_that_cannot_be_written_is_a_failure",
        |realm| {
            let acceptor = alice_and_service(realm);
            for (file, part) in [
                ("/nonexistent/replays", "No such file or directory"),
                ("/dev/full", "No space left on device"),
            ] {
                let file = ReplayCache::File(file.into());
                let acceptor = acceptor.clone().with_replay_cache(file).unwrap();
                assert_both_unavailable(both(&acceptor, &tokens()), part);
            }
        },
    );
}

#[test]
fn time_is_kept() {
    in_realm("acceptor::refused::time_is_kept", |realm| {
        small_skew(realm);
        let keytab = realm.user("alice");
        let service = realm.keytab("service.keytab", &[SERVICE]);
        let acceptor = acceptor(&service, &[SERVICE]);
        realm.kinit(&keytab, "alice", &["-l", "1h"]);
        let long = tokens();
        realm.kinit(&keytab, "alice", &["-l", "5s"]);
        let short = tokens();
        sleep(Duration::from_secs(3));
        assert_both_refused(&both(&acceptor, &long), "Clock skew too great");
        sleep(Duration::from_secs(5));
        assert_both_refused(&both(&acceptor, &short), "Ticket expired");
    });
}

#[test]
fn a_ticket_under_another_key_is_refused() {
    in_realm(
        "acceptor::refused::a_ticket_under_another_key_is_refused",
        |realm| {
            let user = realm.user("alice");
            let keytab = realm.keytab("service.keytab", &[SERVICE]);
            let acceptor = acceptor(&keytab, &[SERVICE]);
            // The same version of another key.
            realm.admin(&[&format!("delprinc -force {SERVICE}")]);
            let newer = realm.keytab("newer.keytab", &[SERVICE]);
            realm.kinit(&user, "alice", &[]);
            assert_both_refused(
                &both(&acceptor, &tokens()),
                "Cannot decrypt ticket for alluxio/localhost@EXAMPLE.COM using keytab key for alluxio/localhost@EXAMPLE.COM",
            );
            // A later version.
            realm.admin(&[&format!("ktadd -k {newer} {SERVICE}")]);
            realm.kinit(&user, "alice", &[]);
            assert_both_refused(
                &both(&acceptor, &tokens()),
                "Cannot find key for alluxio/localhost@EXAMPLE.COM kvno 3 in keytab",
            );
        },
    );
}

#[test]
fn a_ticket_for_another_service_is_refused() {
    in_realm(
        "acceptor::refused::a_ticket_for_another_service_is_refused",
        |realm| {
            let user = realm.user("alice");
            realm.kinit(&user, "alice", &[]);
            let all = [SERVICE, "alluxio/cluster1", "HTTP/localhost"];
            let keytab = realm.keytab("service.keytab", &all);
            for served in 1..=2 {
                let acceptor = acceptor(&keytab, &all[..served]);
                for (place, service) in all.iter().enumerate() {
                    let mechanisms = [GSS_MECH_KRB5, GSS_MECH_SPNEGO];
                    let [kerberos, spnego] = mechanisms
                        .map(|mechanism| Client::with(service, full(), mechanism).token(None));
                    let [sasl, http] = [
                        acceptor.sasl().step(&kerberos),
                        acceptor.negotiate().step(&spnego),
                    ];
                    if place < served {
                        assert!(sasl.is_ok() && http.is_ok());
                    } else {
                        for text in [refused(sasl), refused(http)] {
                            assert!(served == 1 || text.ends_with("the ticket is for \"HTTP/localhost@EXAMPLE.COM\", which is not served here"));
                        }
                    }
                }
            }
        },
    );
}

#[test]
fn a_principal_without_a_local_name_is_refused() {
    in_realm(
        "acceptor::refused::a_principal_without_a_local_name_is_refused",
        |realm| {
            let keytab = realm.keytab("service.keytab", &[SERVICE]);
            let names = bailiwick::authn::AuthToLocal::parse(
                "DEFAULT",
                bailiwick::authn::RuleMechanism::Hadoop,
                "OTHER.COM",
            );
            let acceptor =
                Acceptor::open(keytab, [principal(SERVICE)], names.unwrap().into()).unwrap();
            let user = realm.user("alice");
            realm.kinit(&user, "alice", &[]);
            assert_both_refused(
                &both(&acceptor, &tokens()),
                "No rules applied to alice@EXAMPLE.COM",
            );
        },
    );
}

#[test]
fn a_name_that_reads_as_another_is_refused() {
    in_realm(
        "acceptor::refused::a_name_that_reads_as_another_is_refused",
        |realm| {
            let acceptor = alice_and_service(realm);
            // One component with an at in it.
            let name = r"alice\@EXAMPLE.COM";
            let keytab = realm.keytab("odd.keytab", &[name]);
            realm.kinit(&keytab, name, &[]);
            assert_both_refused(
                &both(&acceptor, &tokens()),
                "the principal \"alice\\\\@EXAMPLE.COM@EXAMPLE.COM\" has characters that are escaped",
            );
        },
    );
}

#[test]
fn a_mechanism_that_does_not_belong_is_named() {
    in_realm(
        "acceptor::refused::a_mechanism_that_does_not_belong_is_named",
        |realm| {
            let acceptor = alice_and_service(realm);
            let [_, spnego] = tokens();
            for (exchange, token, reason) in [
                (
                    acceptor.sasl(),
                    &spnego[..],
                    "the token is of SPNEGO; expected Kerberos",
                ),
                (
                    acceptor.sasl(),
                    b"NTLMSSP\0\x01\0\0\0",
                    "the token is of NTLM, which is not accepted",
                ),
                (
                    acceptor.negotiate(),
                    b"NTLMSSP\0\x01\0\0\0",
                    "the token is of NTLM, which is not accepted",
                ),
                (
                    acceptor.negotiate(),
                    b"alice",
                    "the token is not of Kerberos",
                ),
                (acceptor.sasl(), b"", "the token is not of Kerberos"),
            ] {
                let text = malformed(exchange.step(token));
                assert_eq!(text, format!("Kerberos authentication failed: {reason}"));
            }
        },
    );
}

#[test]
fn there_is_no_acceptor_without_keys() {
    in_realm(
        "acceptor::refused::there_is_no_acceptor_without_keys",
        |realm| {
            let keytab = realm.keytab("service.keytab", &[SERVICE]);
            let open = |keytab: &str, services: &[&str]| {
                Acceptor::open(
                    keytab,
                    services.iter().map(|service| principal(service)),
                    names(),
                )
                .unwrap_err()
            };
            assert!(matches!(open(&keytab, &[]), AcceptorError::NoService));
            let missing = realm.path("missing.keytab");
            let error = open(&missing, &[SERVICE]);
            assert_eq!(error.to_string(), format!("cannot read keytab `{missing}`"));
            for services in [&["HTTP/localhost"][..], &[SERVICE, "HTTP/localhost"]] {
                assert_eq!(
                    open(&keytab, services).to_string(),
                    format!(
                        "keytab `{keytab}` has no usable key for HTTP/localhost@EXAMPLE.COM: \
                     No key table entry found for HTTP/localhost@EXAMPLE.COM"
                    )
                );
            }
            let garbage = realm.path("garbage.keytab");
            fs::write(&garbage, "not a keytab").unwrap();
            assert_eq!(
                open(&garbage, &[SERVICE]).to_string(),
                format!(
                    "keytab `{garbage}` has no usable key for alluxio/localhost@EXAMPLE.COM: \
                 Unsupported key table format version number"
                )
            );
        },
    );
}

#[test]
fn a_keytab_that_has_gone_is_a_failure() {
    in_realm(
        "acceptor::refused::a_keytab_that_has_gone_is_a_failure",
        |realm| {
            let acceptor = alice_and_service(realm);
            let (keytab, away) = (realm.path("service.keytab"), realm.path("away"));
            fs::rename(&keytab, &away).unwrap();
            let text = unavailable(acceptor.sasl().step(&Client::of(SERVICE).token(None)));
            assert_eq!(
                text,
                format!(
                    "Kerberos authentication is unavailable: cannot read keytab `{keytab}`: No such file or directory (os error 2)"
                )
            );
            assert_both_unavailable(both(&acceptor, &tokens()), "cannot read keytab");
            fs::write(&keytab, "").unwrap();
            assert_both_unavailable(both(&acceptor, &tokens()), "has no usable key");
            realm.keytab("service.keytab.other", &["HTTP/localhost"]);
            fs::rename(realm.path("service.keytab.other"), &keytab).unwrap();
            assert_both_unavailable(both(&acceptor, &tokens()), "No key table entry found");
            fs::rename(&away, &keytab).unwrap();
            assert_eq!(both(&acceptor, &tokens()), [Ok(()), Ok(())]);
        },
    );
}

/// Whoever has a ticket for a service can write another one's name over it: that is not encrypted.
#[test]
fn a_ticket_is_for_the_service_whose_key_opens_it() {
    in_realm(
        "acceptor::refused::a_ticket_is_for_the_service_whose_key_opens_it",
        |realm| {
            let user = realm.user("alice");
            realm.kinit(&user, "alice", &[]);
            let all = [SERVICE, "alluxio/cluster1", "impalad/localhost"];
            let keytab = realm.keytab("service.keytab", &all);
            for served in 1..=2 {
                let acceptor = acceptor(&keytab, &all[..served]);
                for spnego in [false, true] {
                    let mechanism = if spnego {
                        GSS_MECH_SPNEGO
                    } else {
                        GSS_MECH_KRB5
                    };
                    let mut token = Client::with(all[2], full(), mechanism).token(None);
                    let at = token.windows(7).position(|part| part == b"impalad");
                    let at = at.unwrap();
                    token[at..at + 7].copy_from_slice(b"alluxio");
                    refused(if spnego {
                        acceptor.negotiate().step(&token)
                    } else {
                        acceptor.sasl().step(&token)
                    });
                }
            }
        },
    );
}
