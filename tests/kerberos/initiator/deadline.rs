//! A KDC that is down or silent is unavailable, within a deadline.

use std::time::{Duration, Instant};

use bailiwick::authn::kerberos::{Credentials, LoginSource, Target};

use super::{first, log_in};
use crate::realm::{REALM, in_realm};

/// Far less than the Kerberos library takes to give up, and far more than anything else here does.
const DEADLINE: Duration = Duration::from_secs(1);
const GENEROUS: Duration = Duration::from_secs(8);

#[test]
fn a_kdc_that_is_down_is_unavailable() {
    in_realm(
        "initiator::deadline::a_kdc_that_is_down_is_unavailable",
        |realm| {
            realm.keytab("service.keytab", &["alluxio/localhost"]);
            let target = Target::on_host("alluxio", "localhost");
            let from = Credentials::new().keytab(realm.user("alice"));
            let login = log_in(from.clone()).unwrap();
            realm.signal_kdc("KILL");
            let error = log_in(from).unwrap_err();
            assert!(error.is_unavailable(), "{error:?}");
            let expected = "Cannot contact any KDC for realm 'EXAMPLE.COM'";
            assert!(error.to_string().contains(expected), "{error}");
            assert!(!error.to_string().contains("kinit"), "{error}");
            for exchange in [
                login.initiator().sasl(&target),
                login.initiator().negotiate(&target),
            ] {
                let error = first(exchange).unwrap_err();
                assert!(error.is_unavailable(), "{error:?}");
                assert!(error.to_string().contains(expected), "{error}");
            }
        },
    );
}

#[test]
fn a_silent_kdc_is_unavailable_within_the_deadline_and_a_cached_ticket_needs_none() {
    in_realm(
        "initiator::deadline::a_silent_kdc_is_unavailable_within_the_deadline_and_a_cached_ticket_needs_none",
        |realm| {
            realm.keytab("service.keytab", &["alluxio/localhost", "alluxio/cluster1"]);
            let known = Target::on_host("alluxio", "localhost");
            let unknown = Target::on_host("alluxio", "cluster1");
            let keytab = realm.user("alice");
            let from = Credentials::new()
                .principal(format!("alice@{REALM}"))
                .keytab(&keytab)
                .deadline(DEADLINE);
            let login = log_in(from.clone()).unwrap();
            first(login.initiator().sasl(&known)).unwrap();
            realm.signal_kdc("STOP");
            let begun = Instant::now();
            let error = log_in(from.clone()).unwrap_err();
            assert!(error.is_unavailable(), "{error:?}");
            let expected = "the KDC does not answer within 1s";
            assert!(error.to_string().contains(expected), "{error}");
            let error = first(login.initiator().sasl(&unknown)).unwrap_err();
            assert!(error.is_unavailable(), "{error:?}");
            assert!(error.to_string().contains(expected), "{error}");
            let error = first(login.initiator().negotiate(&unknown)).unwrap_err();
            assert!(error.is_unavailable(), "{error:?}");
            // The ticket for this one is there.
            first(login.initiator().sasl(&known)).unwrap();
            assert!(begun.elapsed() < GENEROUS, "{:?}", begun.elapsed());
            realm.signal_kdc("CONT");
            let login = log_in(from.deadline(Duration::from_secs(60))).unwrap();
            first(login.initiator().sasl(&unknown)).unwrap();
        },
    );
}

#[test]
fn a_silent_kdc_does_not_keep_from_the_ticket_cache() {
    in_realm(
        "initiator::deadline::a_silent_kdc_does_not_keep_from_the_ticket_cache",
        |realm| {
            let keytab = realm.user("alice");
            realm.kinit(&keytab, "alice", &[]);
            realm.signal_kdc("STOP");
            let begun = Instant::now();
            let from = Credentials::new().keytab(&keytab).deadline(DEADLINE);
            let login = log_in(from).unwrap();
            assert_eq!(login.status().source, LoginSource::TicketCache);
            assert!(begun.elapsed() < GENEROUS, "{:?}", begun.elapsed());
        },
    );
}

#[test]
fn requests_to_a_silent_kdc_do_not_pile_up() {
    in_realm(
        "initiator::deadline::requests_to_a_silent_kdc_do_not_pile_up",
        |realm| {
            realm.keytab("service.keytab", &["alluxio/localhost"]);
            let target = Target::on_host("alluxio", "localhost");
            let from = Credentials::new()
                .keytab(realm.user("alice"))
                .deadline(Duration::from_millis(200));
            let login = log_in(from).unwrap();
            realm.signal_kdc("STOP");
            let begun = Instant::now();
            let errors: Vec<String> = (0..50)
                .map(|_| {
                    let error = first(login.initiator().sasl(&target)).unwrap_err();
                    assert!(error.is_unavailable(), "{error:?}");
                    error.to_string()
                })
                .collect();
            let at_once = errors
                .iter()
                .filter(|error| error.contains("earlier requests"));
            assert_eq!(at_once.count(), 42, "{errors:#?}");
            let threads = std::fs::read_dir("/proc/self/task").unwrap().count();
            assert!(threads < 8 + 8, "{threads}");
            assert!(begun.elapsed() < GENEROUS, "{:?}", begun.elapsed());
        },
    );
}
