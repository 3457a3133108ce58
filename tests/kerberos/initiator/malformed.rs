//! Whatever a server sends instead of its tokens, a client says what is wrong and ends.

use bailiwick::authn::kerberos::{Initiator, Target};
use bailiwick::authn::{AuthnError, Connected, Exchange, Qop, Step};

use super::first;
use super::jdk::{Jdk, alice};
use crate::realm::{Realm, in_realm};

/// A message that ends before a byte, has a bit of it changed, or has another byte in front of it.
fn changed(message: &[u8], at: usize) -> [Vec<u8>; 3] {
    let (mut bit, mut longer) = (message.to_vec(), message.to_vec());
    bit[at] ^= 1 << (at % 8);
    longer.insert(at, 0);
    [message[..at].to_vec(), bit, longer]
}

struct Pair {
    alice: Initiator,
    jdk: Jdk,
    target: Target,
}

impl Pair {
    fn new(realm: &Realm) -> Self {
        Self {
            alice: alice(realm).with_qops(&[Qop::Integrity]),
            jdk: Jdk::start(realm, "alluxio/localhost"),
            target: Target::on_host("alluxio", "localhost"),
        }
    }

    /// A client that has sent its first token, and the server's answer to it.
    fn answered(&mut self) -> (Exchange<Connected>, Vec<u8>) {
        self.jdk.serve("localhost", "auth-int", 65_536);
        let (token, next) = first(self.alice.sasl(&self.target)).unwrap();
        (next, self.jdk.token(&token))
    }

    /// A client for which the context is established, and the server's offer.
    fn offered(&mut self) -> (Exchange<Connected>, Vec<u8>) {
        let (next, answer) = self.answered();
        let Step::Continue { reply, next } = next.step(&answer).unwrap() else {
            panic!("the offer is missing");
        };
        (next, self.jdk.token(&reply))
    }
}

fn refused(exchange: Exchange<Connected>, input: &[u8], what: &str) {
    match exchange.step(input) {
        Err(AuthnError::Malformed { .. } | AuthnError::Refused { .. }) => {}
        other => panic!("{what}: {other:?}"),
    }
}

#[test]
fn a_servers_messages_are_refused_when_any_byte_is_different() {
    in_realm(
        "initiator::malformed::a_servers_messages_are_refused_when_any_byte_is_different",
        |realm| {
            let mut pair = Pair::new(realm);
            let (mut refusals, mut same) = (0, 0);
            // The answer is a byte shorter when a random number in it is small.
            let answer = pair.answered().1.len() - 1;
            let offer = pair.offered().1.len();
            let positions = (0..answer).map(|at| (true, at));
            for (answer, at) in positions.chain((0..offer).map(|at| (false, at))) {
                for way in 0..3 {
                    let (next, message) = if answer {
                        pair.answered()
                    } else {
                        pair.offered()
                    };
                    let input = &changed(&message, at)[way];
                    // Two places that nobody signs, and that say nothing: the type of a message that has but one (RFC 4120
                    // §5.5.2), and by how much another is turned (RFC 4121 §4.2.5), as long as that is a whole turn.
                    let idle = way == 1 && if answer { at == 28 } else { at == 6 || at == 7 };
                    let what = format!("answer: {answer}, byte {at}, way {way}");
                    match next.step(input) {
                        Err(AuthnError::Malformed { .. } | AuthnError::Refused { .. }) => {
                            refusals += 1;
                        }
                        Ok(Step::Continue { .. } | Step::Done { .. }) if idle => same += 1,
                        other => panic!("{what}: {other:?}"),
                    }
                }
            }
            println!("{refusals} changed messages are refused, {same} say the same");
            assert!(refusals > 400 && same <= 3, "{refusals}, {same}");
            // And without a change all is well.
            let (next, offer) = pair.offered();
            assert!(matches!(next.step(&offer), Ok(Step::Done { .. })));
        },
    );
}

#[test]
fn messages_out_of_order_or_of_another_exchange_are_refused() {
    in_realm(
        "initiator::malformed::messages_out_of_order_or_of_another_exchange_are_refused",
        |realm| {
            let mut pair = Pair::new(realm);
            let exchange = pair.alice.sasl(&pair.target);
            refused(exchange, b"hello", "a server that speaks first");
            for junk in [&b""[..], b"\0", &[0; 64], &[0xff; 1000], &[0x60; 60_000]] {
                let (next, _) = pair.answered();
                refused(next, junk, "junk for the answer");
                let (next, _) = pair.offered();
                refused(next, junk, "junk for the offer");
            }
            let (one, of_one) = pair.answered();
            let (two, of_two) = pair.answered();
            refused(one, &of_two, "the answer to another client");
            refused(two, &of_one, "the answer to another client");
            let (next, answer) = pair.answered();
            let Step::Continue { next, .. } = next.step(&answer).unwrap() else {
                panic!();
            };
            refused(next, &answer, "the answer again in place of the offer");
            let (_, offer) = pair.offered();
            let (next, _) = pair.answered();
            refused(next, &offer, "an offer in place of the answer");
            // The client's own token, sent back.
            pair.jdk.serve("localhost", "auth-int", 65_536);
            let (token, next) = first(pair.alice.sasl(&pair.target)).unwrap();
            refused(next, &token, "its own token");
            let (next, _) = pair.answered();
            let error = next.step(&[0; 65_537]).unwrap_err();
            assert!(matches!(error, AuthnError::TooLong { .. }), "{error}");
        },
    );
}
