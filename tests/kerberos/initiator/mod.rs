//! The client's side: logins, renewal, exchanges with other people's servers.

mod deadline;
mod jdk;
mod library;
mod login;
mod malformed;
mod memory;
mod negotiate;
mod renewal;

use std::time::SystemTime;

use bailiwick::authn::kerberos::{Credentials, KerberosLogin, LoginError};
use bailiwick::authn::{AuthnError, Connected, Exchange, Step};

pub(crate) fn log_in(from: Credentials) -> Result<KerberosLogin, LoginError> {
    KerberosLogin::new(from, SystemTime::now())
}

/// The client's first token, and what comes next.
fn first(exchange: Exchange<Connected>) -> Result<(Vec<u8>, Exchange<Connected>), AuthnError> {
    match exchange.step(b"")? {
        Step::Continue { reply, next } => Ok((reply, next)),
        step => panic!("{step:?}"),
    }
}
