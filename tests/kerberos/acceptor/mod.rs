//! The server's side, with clients that speak GSS-API by themselves.

mod channel;
mod client;
mod damage;
mod java;
mod keytab;
mod login;
mod many;
mod qop;
mod refused;

use std::sync::Arc;

use bailiwick::authn::kerberos::{Acceptor, ServicePrincipal};
use bailiwick::authn::{AuthToLocal, AuthnError, Exchange, Login, QopSet, RuleMechanism, Step};

use crate::realm::{REALM, Realm};

const SERVICE: &str = "alluxio/localhost";

fn names() -> Arc<AuthToLocal> {
    Arc::new(AuthToLocal::parse("DEFAULT", RuleMechanism::Hadoop, REALM).unwrap())
}

fn principal(service: &str) -> ServicePrincipal {
    format!("{service}@{REALM}").parse().unwrap()
}

fn acceptor(keytab: &str, services: &[&str]) -> Acceptor {
    let services = services.iter().map(|service| principal(service));
    let acceptor = Acceptor::open(keytab, services, names()).unwrap();
    acceptor.with_qops(QopSet::ALL)
}

/// A realm in which alice has a ticket, and the acceptor of [`SERVICE`].
fn alice_and_service(realm: &Realm) -> Acceptor {
    let keytab = realm.user("alice");
    realm.kinit(&keytab, "alice", &[]);
    acceptor(&realm.keytab("service.keytab", &[SERVICE]), &[SERVICE])
}

/// A step that has to lead on.
fn go_on(exchange: Exchange<Login>, input: &[u8]) -> (Exchange<Login>, Vec<u8>) {
    match exchange.step(input).unwrap() {
        Step::Continue { reply, next } => (next, reply),
        other => panic!("{other:?}"),
    }
}

/// A step that has to be the last.
fn finish(exchange: Exchange<Login>, input: &[u8]) -> (Login, Vec<u8>) {
    match exchange.step(input).unwrap() {
        Step::Done { end, reply } => (end, reply),
        other => panic!("{other:?}"),
    }
}

fn refused(result: Result<Step<Login>, AuthnError>) -> String {
    match result {
        Err(error @ AuthnError::Refused { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

fn malformed(result: Result<Step<Login>, AuthnError>) -> String {
    match result {
        Err(error @ AuthnError::Malformed { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

fn unavailable(result: Result<Step<Login>, AuthnError>) -> String {
    match result {
        Err(error @ AuthnError::Unavailable { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}
