//! Messages that are cut, changed, repeated and out of order: an error each time, and nobody else logged in.

use bailiwick::authn::{AuthnError, Exchange, Login, Step};

use super::client::{Client, choice};
use super::{SERVICE, alice_and_service, go_on};
use crate::realm::in_realm;

/// The step must not panic, and must not let in anybody but alice.
fn survives(exchange: Exchange<Login>, input: &[u8]) -> Result<(), AuthnError> {
    let before = input.to_vec();
    let step = exchange.step(input);
    assert_eq!(before, input, "the input is the caller's");
    match step? {
        Step::Done { end, .. } => assert_eq!(end.principal.name().as_str(), "alice"),
        Step::Continue { .. } => {}
        Step::Later(_) => panic!("nothing is asked"),
    }
    Ok(())
}

/// Every prefix and, at each position, several other bytes. Says how many of them were accepted.
fn damaged(message: &[u8], mut step: impl FnMut(&[u8]) -> Result<(), AuthnError>) -> Vec<usize> {
    for length in 0..message.len() {
        assert!(step(&message[..length]).is_err(), "{length}");
    }
    assert!(step(&[message, b"x"].concat()).is_err());
    let mut accepted = Vec::new();
    for position in 0..message.len() {
        for change in [0x01, 0x80, 0xff] {
            let mut damaged = message.to_vec();
            damaged[position] ^= change;
            match step(&damaged) {
                Ok(()) => accepted.push(position),
                Err(error) => {
                    assert!(!error.is_unavailable(), "{position}: {error}");
                    let text = error.to_string();
                    assert!(
                        text.len() < 600 && !text.contains(char::is_control),
                        "{text:?}"
                    );
                }
            }
        }
    }
    accepted.dedup();
    accepted
}

#[test]
fn a_damaged_token_gets_nobody_in() {
    in_realm(
        "acceptor::damage::a_damaged_token_gets_nobody_in",
        |realm| {
            let acceptor = alice_and_service(realm);
            let none = bailiwick::authn::kerberos::ReplayCache::ReplaysAccepted;
            let acceptor = acceptor.with_replay_cache(none).unwrap();
            let kerberos = Client::of(SERVICE).token(None);
            let spnego = Client::spnego(SERVICE).token(None);
            let accepted = damaged(&kerberos, |token| survives(acceptor.sasl(), token));
            // What no key covers: options, and what the ticket says in clear about itself.
            println!("of {} bytes, no matter: {accepted:?}", kerberos.len());
            assert!(accepted.len() < 40, "{accepted:?}");
            let accepted = damaged(&spnego, |token| survives(acceptor.negotiate(), token));
            println!(
                "of {} bytes of SPNEGO, no matter: {accepted:?}",
                spnego.len()
            );
            assert!(accepted.len() < 80, "{accepted:?}");
        },
    );
}

#[test]
fn a_damaged_choice_gets_nobody_in() {
    in_realm(
        "acceptor::damage::a_damaged_choice_gets_nobody_in",
        |realm| {
            let acceptor = alice_and_service(realm);
            let step = |damage: &dyn Fn(&mut Vec<u8>)| {
                let mut client = Client::of(SERVICE);
                let (server, _) = client.establish(acceptor.sasl());
                let mut message = client.wrap(false, &choice(4, 65_536, "bob"));
                damage(&mut message);
                survives(server, &message).is_ok()
            };
            assert!(step(&|_| {}));
            let mut accepted = Vec::new();
            for position in 0..28 + 7 {
                assert!(!step(&|message| message.truncate(position)));
                if step(&|message| message[position] ^= 0x81) {
                    accepted.push(position);
                }
            }
            assert!(!step(&|message| message.push(0)));
            assert!(
                accepted.is_empty(),
                "a signed message has no byte that is not signed: {accepted:?}"
            );
        },
    );
}

#[test]
fn messages_out_of_order_get_nobody_in() {
    in_realm(
        "acceptor::damage::messages_out_of_order_get_nobody_in",
        |realm| {
            let acceptor = alice_and_service(realm);
            let mut client = Client::of(SERVICE);
            let token = client.token(None);
            let (server, reply) = go_on(acceptor.sasl(), &token);
            client.token(Some(&reply));
            // The token again, in place of nothing.
            assert!(survives(server, &token).is_err());
            let mut client = Client::of(SERVICE);
            let (server, _) = client.establish(acceptor.sasl());
            // Nothing again, in place of a choice.
            assert!(survives(server, b"").is_err());
            let mut client = Client::of(SERVICE);
            let (server, _) = client.establish(acceptor.sasl());
            assert!(survives(server, &Client::of(SERVICE).token(None)).is_err());
            // The choice of one client, sent by another.
            let mut other = Client::of(SERVICE);
            let (server, _) = other.establish(acceptor.sasl());
            assert!(survives(server, &client.wrap(false, &choice(1, 0, ""))).is_err());
            // The choice before there is a context.
            assert!(survives(acceptor.sasl(), &client.wrap(false, &choice(1, 0, ""))).is_err());
            // The server's own offer, sent back.
            let mut client = Client::of(SERVICE);
            let (server, reply) = go_on(acceptor.sasl(), &client.token(None));
            client.token(Some(&reply));
            let (server, offer) = go_on(server, b"");
            assert!(survives(server, &offer).is_err());
        },
    );
}
