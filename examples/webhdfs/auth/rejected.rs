//! What is said about a request that is not let in: to the client, to the operator, in the audit log.

use bailiwick::authn::AuthnError;
use bailiwick::authz::ResolveError;
use bailiwick::tower::{Peer, Reason, Rejection};
use hyper::Response;
use hyper::http::request::Parts;

use super::USER;
use crate::http::{Body, RemoteException};
use crate::metadata::Metadata;

/// All of it, which a client must not read.
pub fn tell_operator(rejection: &Rejection, parts: &Parts) {
    if matches!(rejection.reason(), Reason::NoCredentials) {
        return; // how most clients begin
    }
    let peer = parts.extensions.get().and_then(Peer::address);
    let peer = peer.map_or_else(|| "somebody".to_owned(), |peer| peer.to_string());
    let hint = match rejection.reason() {
        Reason::Resolve(ResolveError::Refused(refusal)) => refusal.property(),
        _ => None,
    };
    let hint = hint.map_or_else(String::new, |property| {
        format!(" (see the property {property})")
    });
    eprintln!("{peer} is not let in: {}{hint}", rejection.reason());
}

/// As WebHDFS tells errors. What is no mere challenge is written down first.
pub fn answer(
    metadata: &Metadata,
    simple: bool,
    rejection: &Rejection,
    parts: &Parts,
) -> Response<Body> {
    let audited = match rejection.reason() {
        Reason::NoCredentials | Reason::Malformed(_) | Reason::Place { .. } => Ok(()),
        _ => metadata.write_down_rejected(parts, rejection),
    };
    let exception = match audited {
        Ok(()) => exception(simple, rejection),
        Err(unaudited) => unaudited,
    };
    exception.response()
}

fn exception(simple: bool, rejection: &Rejection) -> RemoteException {
    match rejection.reason() {
        Reason::NoCredentials if simple => RemoteException::missing(USER),
        Reason::Login(AuthnError::Name(why)) if simple => RemoteException::security(format!(
            "Invalid value for webhdfs parameter \"{USER}\": {why}"
        )),
        Reason::Place { place, why } => RemoteException::invalid(place, why),
        _ => {
            let message = rejection.message().into_owned();
            match rejection.status().as_u16() {
                403 => RemoteException::authorization(message),
                503 => RemoteException::retriable(message),
                _ => RemoteException::security(message),
            }
        }
    }
}
