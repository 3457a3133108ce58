//! A login by keytab, by ticket cache, by neither.

use std::thread::sleep;
use std::time::{Duration, SystemTime};

use bailiwick::authn::AuthnError;
use bailiwick::authn::kerberos::{
    Credentials, KerberosLogin, LoginError, LoginSource, ServicePrincipal, Target,
};

use super::{first, log_in};
use crate::realm::{REALM, Realm, in_realm};

fn service(realm: &Realm) -> Target {
    realm.keytab("service.keytab", &["alluxio/localhost"]);
    Target::on_host("alluxio", "localhost")
}

fn alice() -> Credentials {
    Credentials::new().principal(format!("alice@{REALM}"))
}

fn assert_alice(login: &KerberosLogin, source: LoginSource, target: &Target) {
    let status = login.status();
    assert_eq!(status.principal, format!("alice@{REALM}"));
    assert_eq!(status.source, source);
    assert_eq!(status.generation, 1);
    assert!(status.failure.is_none());
    let life = status.expires.duration_since(status.since).unwrap();
    assert!(
        life > Duration::from_secs(3500) && life <= Duration::from_secs(3601),
        "{life:?}"
    );
    first(login.initiator().sasl(target)).unwrap();
}

#[test]
fn a_keytab_logs_in_with_its_principal_and_leaves_no_tickets_in_a_file() {
    in_realm(
        "initiator::login::a_keytab_logs_in_with_its_principal_and_leaves_no_tickets_in_a_file",
        |realm| {
            let target = service(realm);
            let keytab = realm.user("alice");
            let login = log_in(alice().keytab(&keytab)).unwrap();
            assert_alice(&login, LoginSource::Keytab, &target);
            // Whom the keytab is for need not be said.
            let login = log_in(Credentials::new().keytab(&keytab)).unwrap();
            assert_alice(&login, LoginSource::Keytab, &target);
            assert!(!realm.folder().join("cc").exists());
        },
    );
}

#[test]
fn a_ticket_cache_logs_in_where_there_is_no_keytab_or_it_is_of_no_use() {
    in_realm(
        "initiator::login::a_ticket_cache_logs_in_where_there_is_no_keytab_or_it_is_of_no_use",
        |realm| {
            let target = service(realm);
            let keytab = realm.user("alice");
            realm.kinit(&keytab, "alice", &[]);
            let other = format!("FILE:{}", realm.path("other:cache"));
            realm.kinit(&keytab, "alice", &["-c", &other]);
            let old = realm.path("old.keytab");
            std::fs::copy(realm.user("bob"), &old).unwrap();
            realm.admin(&["change_password -randkey bob"]);
            for from in [
                Credentials::new(),
                alice(),
                alice().cache(&other),
                alice().keytab("").cache(""),
                alice().keytab(realm.path("none.keytab")),
                // A keytab for somebody else.
                alice().keytab(&old),
            ] {
                let login = log_in(from).unwrap();
                assert_alice(&login, LoginSource::TicketCache, &target);
            }
            // A keytab whose key the KDC has replaced, and nobody asked for by name.
            let login = log_in(Credentials::new().keytab(&old)).unwrap();
            assert_alice(&login, LoginSource::TicketCache, &target);
            // The keytab goes first.
            let login = log_in(alice().keytab(&keytab)).unwrap();
            assert_alice(&login, LoginSource::Keytab, &target);
        },
    );
}

#[test]
fn without_keytab_and_ticket_cache_the_user_is_asked_for_either() {
    in_realm(
        "initiator::login::without_keytab_and_ticket_cache_the_user_is_asked_for_either",
        |realm| {
            let keytab = realm.path("none.keytab");
            let cache = format!("FILE:{}", realm.path("none"));
            for (from, tried) in [
                (
                    alice(),
                    "no keytab file; default ticket cache: Can't find client principal alice@EXAMPLE.COM in cache \
                     collection"
                        .to_owned(),
                ),
                (
                    Credentials::new().keytab(&keytab).cache(&cache),
                    format!(
                        "keytab {keytab}: No such file or directory (os error 2); ticket cache {cache}: No credentials \
                         cache found (filename: {})",
                        realm.path("none")
                    ),
                ),
            ] {
                let error = log_in(from).unwrap_err();
                assert!(!error.is_unavailable());
                let expected = format!(
                    "Failed to login: {tried}; provide the keytab file, or login via kinit"
                );
                assert_eq!(error.to_string(), expected);
            }
        },
    );
}

#[test]
fn a_principal_that_is_not_in_the_keytab_or_not_in_the_cache_is_named() {
    in_realm(
        "initiator::login::a_principal_that_is_not_in_the_keytab_or_not_in_the_cache_is_named",
        |realm| {
            let keytab = realm.user("bob");
            realm.kinit(&keytab, "bob", &[]);
            let cache = format!("FILE:{}", realm.path("cc"));
            let error = log_in(alice().keytab(&keytab).cache(&cache)).unwrap_err();
            assert!(matches!(error, LoginError::NoCredentials { .. }));
            let text = error.to_string();
            for part in [
                &*format!("keytab {keytab}: "),
                &*format!("ticket cache {cache}: "),
            ] {
                assert!(text.contains(part), "{text}");
            }
            println!("{text}");
        },
    );
}

#[test]
fn the_local_host_is_put_where_a_principal_says_so() {
    in_realm(
        "initiator::login::the_local_host_is_put_where_a_principal_says_so",
        |realm| {
            let pattern = format!("client/_HOST@{REALM}");
            let local = ServicePrincipal::for_host(&pattern, "")
                .unwrap()
                .to_string();
            let keytab = realm.keytab("client.keytab", &[&local]);
            let login = log_in(Credentials::new().principal(&pattern).keytab(keytab)).unwrap();
            assert_eq!(login.status().principal, local);
        },
    );
}

#[test]
fn an_expired_ticket_in_the_cache_is_no_login_and_is_refused_if_it_expires_later() {
    in_realm(
        "initiator::login::an_expired_ticket_in_the_cache_is_no_login_and_is_refused_if_it_expires_later",
        |realm| {
            let target = service(realm);
            let keytab = realm.user("alice");
            realm.kinit(&keytab, "alice", &["-l", "3s"]);
            let login = log_in(alice()).unwrap();
            sleep(Duration::from_secs(5));
            let error = log_in(alice()).unwrap_err();
            assert!(matches!(error, LoginError::NoCredentials { .. }), "{error}");
            assert!(error.to_string().contains("expired"), "{error}");
            let error = first(login.initiator().sasl(&target)).unwrap_err();
            assert!(matches!(error, AuthnError::Refused { .. }), "{error:?}");
            assert!(error.to_string().contains("expired"), "{error}");
            let error = first(login.initiator().negotiate(&target)).unwrap_err();
            assert!(matches!(error, AuthnError::Refused { .. }), "{error:?}");
            assert!(error.to_string().contains("expired"), "{error}");
        },
    );
}

#[test]
fn a_service_or_realm_that_nobody_knows_is_refused_by_name() {
    in_realm(
        "initiator::login::a_service_or_realm_that_nobody_knows_is_refused_by_name",
        |realm| {
            let keytab = realm.user("alice");
            let login = log_in(alice().keytab(&keytab)).unwrap();
            let elsewhere: ServicePrincipal = "alluxio/localhost@NOWHERE.ORG".parse().unwrap();
            let unknown: ServicePrincipal = format!("alluxio/cluster9@{REALM}").parse().unwrap();
            for target in [
                Target::on_host("hdfs", "localhost"),
                Target::on_host("", "localhost"),
                Target::from(elsewhere),
                Target::from(unknown),
            ] {
                for exchange in [
                    login.initiator().sasl(&target),
                    login.initiator().negotiate(&target),
                ] {
                    let error = first(exchange).unwrap_err();
                    assert!(matches!(error, AuthnError::Refused { .. }), "{error:?}");
                    assert!(error.to_string().contains(&target.to_string()), "{error}");
                    println!("{error}");
                }
            }
        },
    );
}

#[test]
fn the_default_keytab_of_the_kerberos_library_is_not_used() {
    in_realm(
        "initiator::login::the_default_keytab_of_the_kerberos_library_is_not_used",
        |realm| {
            let keytab = realm.user("alice");
            let configuration = realm.path("krb5.conf");
            let text = std::fs::read_to_string(&configuration).unwrap();
            let default = format!("[libdefaults]\n  default_client_keytab_name = FILE:{keytab}");
            std::fs::write(configuration, text.replace("[libdefaults]", &default)).unwrap();
            let error = log_in(alice()).unwrap_err();
            assert!(matches!(error, LoginError::NoCredentials { .. }), "{error}");
            assert!(!realm.folder().join("cc").exists());
        },
    );
}

#[test]
fn nothing_of_a_ticket_or_key_is_shown() {
    in_realm(
        "initiator::login::nothing_of_a_ticket_or_key_is_shown",
        |realm| {
            let target = service(realm);
            let keytab = realm.user("alice");
            let login = log_in(alice().keytab(&keytab)).unwrap();
            let initiator = login.initiator().bound_to(b"bound to it");
            let (token, next) = first(initiator.sasl(&target)).unwrap();
            let shown = format!(
                "{login:?} {initiator:?} {next:?} {target:?} {:#?}",
                login.status()
            );
            let key = std::fs::read(&keytab).unwrap();
            assert!(key.len() > 50 && token.len() > 500);
            for secret in [&key[..], &token[..]] {
                for window in secret.windows(4).step_by(4) {
                    let list = format!("{window:?}");
                    let list = list.trim_matches(['[', ']']);
                    let hex: String = window.iter().map(|byte| format!("{byte:02x}")).collect();
                    assert!(
                        !shown.contains(list) && !shown.contains(&hex),
                        "{list} in {shown}"
                    );
                }
            }
            assert!(!shown.contains("bound to it"), "{shown}");
        },
    );
}

#[test]
fn a_login_says_when_its_ticket_ends_and_when_it_is_renewed() {
    in_realm(
        "initiator::login::a_login_says_when_its_ticket_ends_and_when_it_is_renewed",
        |realm| {
            let keytab = realm.user("alice");
            realm.admin(&["modprinc -maxlife \"6 seconds\" alice"]);
            let now = SystemTime::now();
            let login = KerberosLogin::new(alice().keytab(keytab), now).unwrap();
            let status = login.status();
            assert_eq!(status.since, now);
            let life = status.expires.duration_since(now).unwrap();
            assert!(
                life >= Duration::from_secs(4) && life <= Duration::from_secs(7),
                "{life:?}"
            );
            let next = status.next.duration_since(now).unwrap();
            assert_eq!(next, life / 10 * 8);
        },
    );
}
