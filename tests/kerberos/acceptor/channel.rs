//! Channel bindings: a login that somebody in the middle passes on.

use bailiwick::authn::{Exchange, Login};
use libgssapi::oid::{GSS_MECH_KRB5, GSS_MECH_SPNEGO};

use super::client::{Client, full};
use super::{SERVICE, alice_and_service, refused};
use crate::realm::in_realm;

#[test]
fn a_client_has_to_come_over_the_channel_that_it_names() {
    in_realm(
        "acceptor::channel::a_client_has_to_come_over_the_channel_that_it_names",
        |realm| {
            let acceptor = alice_and_service(realm);
            let bound = acceptor.clone().bound_to(b"tls-server-end-point:ours");
            for mechanism in [GSS_MECH_KRB5, GSS_MECH_SPNEGO] {
                let server = |demand: bool| -> Exchange<Login> {
                    let acceptor = if demand { &bound } else { &acceptor };
                    if mechanism == GSS_MECH_KRB5 {
                        acceptor.sasl()
                    } else {
                        acceptor.negotiate()
                    }
                };
                let token = |channel: Option<&str>| {
                    let mut client = Client::with(SERVICE, full(), mechanism);
                    client.bound_token(None, channel.map(str::as_bytes))
                };
                let (ours, theirs) = ("tls-server-end-point:ours", "tls-server-end-point:theirs");
                assert!(server(true).step(&token(Some(ours))).is_ok());
                assert_eq!(
                    refused(server(true).step(&token(Some(theirs)))),
                    "Kerberos authentication failed: Incorrect channel bindings were supplied"
                );
                assert_eq!(
                    refused(server(true).step(&token(None))),
                    "Kerberos authentication failed: the client is not bound to this channel"
                );
                // Who demands nothing takes either.
                assert!(server(false).step(&token(Some(theirs))).is_ok());
                assert!(server(false).step(&token(None)).is_ok());
            }
        },
    );
}
