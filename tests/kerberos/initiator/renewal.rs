//! A login that is renewed while it is used.

use std::sync::mpsc::{Receiver, channel};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use bailiwick::authn::AuthnError;
use bailiwick::authn::kerberos::{
    Credentials, KerberosLogin, LoginError, LoginSource, LoginStatus, Target,
};

use super::{first, log_in};
use crate::realm::{REALM, Realm, in_realm};

const DEADLINE: Duration = Duration::from_secs(30);

fn service(realm: &Realm) -> Target {
    realm.keytab("service.keytab", &["alluxio/localhost"]);
    Target::on_host("alluxio", "localhost")
}

/// Asks for less than a second where that is the shortest wait there is.
fn hasty(from: Credentials) -> Credentials {
    from.back_off(Duration::ZERO, Duration::ZERO)
}

fn told(login: &KerberosLogin) -> Receiver<LoginStatus> {
    let (tell, told) = channel();
    login.on_change(move |status| {
        let _ = tell.send(status.clone());
    });
    told
}

#[test]
fn a_keytab_login_outlives_its_tickets() {
    in_realm(
        "initiator::renewal::a_keytab_login_outlives_its_tickets",
        |realm| {
            let target = service(realm);
            let keytab = realm.user("alice");
            realm.admin(&["modprinc -maxlife \"4 seconds\" alice"]);
            let login = log_in(Credentials::new().keytab(keytab)).unwrap();
            let (begun, told) = (login.status(), told(&login));
            let renewal = login.keep_renewed().unwrap();
            let until = Instant::now() + Duration::from_millis(7700);
            let mut exchanges = 0;
            while Instant::now() < until {
                first(login.initiator().sasl(&target)).unwrap();
                exchanges += 1;
                sleep(Duration::from_millis(50));
            }
            let status = login.status();
            // It was due after 3.2 seconds, and after 6.4.
            assert_eq!(status.generation, 3, "{status:?}");
            assert!(status.expires >= begun.expires + Duration::from_secs(5));
            assert!(status.failure.is_none());
            let generations: Vec<u64> = told.try_iter().map(|status| status.generation).collect();
            assert_eq!(generations, [2, 3]);
            assert!(exchanges > 50);
            drop(renewal);
            sleep(Duration::from_secs(4));
            assert_eq!(login.status().generation, 3, "it goes on");
        },
    );
}

#[test]
fn a_ticket_cache_is_read_again_when_somebody_renews_it() {
    in_realm(
        "initiator::renewal::a_ticket_cache_is_read_again_when_somebody_renews_it",
        |realm| {
            let target = service(realm);
            let keytab = realm.user("alice");
            realm.kinit(&keytab, "alice", &["-l", "5s", "-r", "1h"]);
            let login = log_in(hasty(Credentials::new())).unwrap();
            let told = told(&login);
            let _renewal = login.keep_renewed().unwrap();
            // Nobody has when it is due.
            let status = told.recv_timeout(DEADLINE).unwrap();
            let failure = status.failure.unwrap();
            assert_eq!(status.generation, 1);
            assert!(
                matches!(*failure.error, LoginError::NotRenewed { .. }),
                "{failure:?}"
            );
            assert_eq!(
                failure.error.to_string(),
                format!("the new ticket of alice@{REALM} lasts no longer than the one before it")
            );
            // Then it expires.
            let status = told.recv_timeout(DEADLINE).unwrap();
            let failure = status.failure.unwrap();
            assert!(
                matches!(*failure.error, LoginError::NoCredentials { .. }),
                "{failure:?}"
            );
            sleep(Duration::from_secs(2));
            let error = first(login.initiator().sasl(&target)).unwrap_err();
            assert!(matches!(error, AuthnError::Refused { .. }), "{error:?}");
            // Then somebody does.
            realm.kinit(&keytab, "alice", &[]);
            let status = told.recv_timeout(DEADLINE).unwrap();
            assert!(status.failure.is_none(), "{status:?}");
            assert_eq!(
                (status.generation, status.source),
                (2, LoginSource::TicketCache)
            );
            first(login.initiator().sasl(&target)).unwrap();
        },
    );
}

#[test]
fn a_ticket_that_kinit_renews_is_taken() {
    in_realm(
        "initiator::renewal::a_ticket_that_kinit_renews_is_taken",
        |realm| {
            let keytab = realm.user("alice");
            realm.kinit(&keytab, "alice", &["-l", "20s", "-r", "1h"]);
            let login = log_in(Credentials::new()).unwrap();
            let before = login.status();
            let error = login.renew(SystemTime::now()).unwrap_err();
            assert!(matches!(*error, LoginError::NotRenewed { .. }), "{error:?}");
            sleep(Duration::from_secs(4));
            let renewed = std::process::Command::new("kinit")
                .arg("-R")
                .status()
                .unwrap();
            assert!(renewed.success());
            login.renew(SystemTime::now()).unwrap();
            let after = login.status();
            assert_eq!(after.generation, 2);
            assert!(after.failure.is_none());
            assert!(after.expires > before.expires + Duration::from_secs(2));
        },
    );
}

#[test]
fn a_login_that_fell_back_to_the_cache_returns_to_the_keytab() {
    in_realm(
        "initiator::renewal::a_login_that_fell_back_to_the_cache_returns_to_the_keytab",
        |realm| {
            let there = realm.user("alice");
            realm.kinit(&there, "alice", &[]);
            let keytab = realm.path("late.keytab");
            let login = log_in(Credentials::new().keytab(&keytab)).unwrap();
            assert_eq!(login.status().source, LoginSource::TicketCache);
            std::fs::copy(there, keytab).unwrap();
            login.renew(SystemTime::now()).unwrap();
            assert_eq!(login.status().source, LoginSource::Keytab);
            assert_eq!(login.status().generation, 2);
        },
    );
}

#[test]
fn a_login_from_the_keytab_does_not_become_somebody_elses_when_the_kdc_is_down() {
    in_realm(
        "initiator::renewal::a_login_from_the_keytab_does_not_become_somebody_elses_when_the_kdc_is_down",
        |realm| {
            let keytab = realm.user("alice");
            realm.kinit(&realm.user("bob"), "bob", &["-l", "2h"]);
            let login = log_in(Credentials::new().keytab(&keytab)).unwrap();
            let other = format!("FILE:{}", realm.path("alices"));
            realm.kinit(&keytab, "alice", &["-l", "10m", "-c", &other]);
            let shorter = log_in(Credentials::new().keytab(&keytab).cache(&other)).unwrap();
            realm.signal_kdc("KILL");
            for login in [login, shorter] {
                let error = login.renew(SystemTime::now()).unwrap_err();
                assert!(error.is_unavailable(), "{error:?}");
                assert!(error.to_string().contains("is no gain"), "{error}");
                let status = login.status();
                assert_eq!(status.principal, format!("alice@{REALM}"));
                assert_eq!((status.generation, status.source), (1, LoginSource::Keytab));
            }
        },
    );
}

#[test]
fn a_clock_that_was_set_back_does_not_keep_the_old_ticket() {
    in_realm(
        "initiator::renewal::a_clock_that_was_set_back_does_not_keep_the_old_ticket",
        |realm| {
            let year = Duration::from_secs(365 * 24 * 3600);
            let from = Credentials::new().keytab(realm.user("alice"));
            let login = KerberosLogin::new(from, SystemTime::now() + year).unwrap();
            login.renew(SystemTime::now()).unwrap();
            assert_eq!(login.status().generation, 2);
            assert!(login.status().expires < SystemTime::now() + year);
        },
    );
}

#[test]
fn a_kdc_that_is_down_is_asked_less_and_less_often_and_an_expired_login_is_then_unavailable() {
    in_realm(
        "initiator::renewal::a_kdc_that_is_down_is_asked_less_and_less_often_and_an_expired_login_is_then_unavailable",
        |realm| {
            let target = service(realm);
            let keytab = realm.user("alice");
            realm.admin(&["modprinc -maxlife \"4 seconds\" alice"]);
            let from = Credentials::new()
                .keytab(keytab)
                .deadline(Duration::from_secs(20))
                .back_off(Duration::from_secs(1), Duration::from_secs(3));
            let login = log_in(from).unwrap();
            let told = told(&login);
            let renewal = login.keep_renewed().unwrap();
            realm.signal_kdc("KILL");
            let status = told.recv_timeout(DEADLINE).unwrap();
            let failure = status.failure.unwrap();
            assert!(failure.error.is_unavailable(), "{failure:?}");
            assert_eq!((status.generation, failure.attempts), (1, 1));
            let since = failure.since;
            let until = Instant::now() + DEADLINE;
            let mut waits = Vec::new();
            let mut seen = 0;
            while waits.len() < 4 {
                assert!(Instant::now() < until, "{waits:?}");
                let status = login.status();
                let failure = status.failure.unwrap();
                if failure.attempts > seen {
                    assert_eq!(failure.attempts, seen + 1);
                    assert_eq!(failure.since, since);
                    seen = failure.attempts;
                    waits.push(status.next);
                }
                sleep(Duration::from_millis(20));
            }
            let waits: Vec<Duration> = waits
                .windows(2)
                .map(|next| next[1].duration_since(next[0]).unwrap())
                .collect();
            // 2, 3 and 3 seconds less up to a quarter, and what the attempt before took.
            for (wait, least) in waits.iter().zip([1500, 2250, 2250]) {
                assert!(*wait >= Duration::from_millis(least), "{waits:?}");
            }
            // The same failure again is no news; what the ticket cache says may be.
            assert!(told.try_iter().count() <= 1);
            // The ticket has expired by now, and that is not the fault of whoever asks.
            for exchange in [
                login.initiator().sasl(&target),
                login.initiator().negotiate(&target),
            ] {
                let error = first(exchange).unwrap_err();
                assert!(error.is_unavailable(), "{error:?}");
                assert!(error.to_string().contains("expired"), "{error}");
            }
            drop(renewal);
        },
    );
}

#[test]
fn a_panic_of_whoever_is_told_does_not_end_the_renewal() {
    in_realm(
        "initiator::renewal::a_panic_of_whoever_is_told_does_not_end_the_renewal",
        |realm| {
            let keytab = realm.user("alice");
            realm.admin(&["modprinc -maxlife \"2 seconds\" alice"]);
            let login = log_in(hasty(Credentials::new().keytab(keytab))).unwrap();
            login.on_change(|_| panic!("of the test"));
            let _renewal = login.keep_renewed().unwrap();
            let until = Instant::now() + DEADLINE;
            while login.status().generation < 3 {
                assert!(Instant::now() < until, "{:?}", login.status());
                sleep(Duration::from_millis(20));
            }
        },
    );
}
