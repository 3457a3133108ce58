//! Protection after the login: what may be chosen, and how much fits.

use bailiwick::authn::{LayerError, Login, Qop, QopSet, SecurityLayer};
use libgssapi::context::CtxFlags;
use libgssapi::oid::GSS_MECH_KRB5;

use super::client::{Client, choice, full};
use super::{SERVICE, acceptor, alice_and_service, finish, go_on, malformed, refused};
use crate::realm::in_realm;

const LAYERS: [(u8, Qop); 2] = [(2, Qop::Integrity), (4, Qop::Confidentiality)];

fn layer(login: Login, qop: Qop) -> SecurityLayer {
    let layer = login.layer.unwrap();
    assert_eq!(layer.qop(), qop);
    layer
}

#[test]
fn messages_of_every_size_pass_both_ways() {
    in_realm(
        "acceptor::qop::messages_of_every_size_pass_both_ways",
        |realm| {
            let service = alice_and_service(realm);
            for buffer in [1000, 4096, 65_536, 0xff_ffff] {
                for (mask, qop) in LAYERS {
                    let mut client = Client::of(SERVICE);
                    let (server, offer) =
                        client.establish(service.clone().with_buffer(buffer).sasl());
                    assert_eq!(offer, choice(7, buffer, ""));
                    let answer = client.wrap(false, &choice(mask, buffer, ""));
                    let mut layer = layer(finish(server, &answer).0, qop);
                    let max = layer.max_message();
                    for length in [0, 1, 15, 16, 17, 100, max - 1, max] {
                        let message: Vec<u8> = (0..=255).cycle().take(length).collect();
                        let wrapped = layer.wrap(&message).unwrap();
                        // Exactly as long as the peer said where the message is as long as may be.
                        let room = usize::try_from(buffer).unwrap() - wrapped.len();
                        assert_eq!(room, max - length);
                        let reads = message.windows(8.min(length.max(1))).next();
                        let open = reads
                            .is_some_and(|part| wrapped.windows(part.len()).any(|w| w == part));
                        assert!(length < 8 || open == (qop == Qop::Integrity));
                        assert_eq!(client.unwrap(&wrapped), message);
                        let back = client.wrap(qop == Qop::Confidentiality, &message);
                        assert_eq!(layer.unwrap(&back).unwrap(), message);
                    }
                    assert_eq!(
                        layer.wrap(&vec![0; max + 1]),
                        Err(LayerError::TooLong {
                            length: max + 1,
                            limit: max
                        })
                    );
                    let long = vec![0; usize::try_from(buffer).unwrap() + 1];
                    assert!(matches!(
                        layer.unwrap(&long),
                        Err(LayerError::TooLong { .. })
                    ));
                }
            }
        },
    );
}

#[test]
fn every_encryption_type_has_the_overhead_that_is_counted_on() {
    in_realm(
        "acceptor::qop::every_encryption_type_has_the_overhead_that_is_counted_on",
        |realm| {
            let types = [
                "aes128-cts-hmac-sha1-96",
                "aes256-cts-hmac-sha1-96",
                "aes128-cts-hmac-sha256-128",
                "aes256-cts-hmac-sha384-192",
                "camellia128-cts-cmac",
                "camellia256-cts-cmac",
            ];
            let user = realm.user("alice");
            let keytab = realm.path("service.keytab");
            let file = realm.path("krb5.conf");
            let original = std::fs::read_to_string(&file).unwrap();
            let mut seen = Vec::new();
            for kind in types {
                let service = format!("alluxio/{kind}");
                realm.admin(&[
                    &format!("addprinc -randkey -e {kind}:normal {service}"),
                    &format!("setstr {service} session_enctypes {kind}"),
                    &format!("ktadd -k {keytab} -e {kind}:normal {service}"),
                ]);
                // Both sides prefer what stands first, for the key of what follows.
                let preferred = format!("permitted_enctypes = {kind} aes256-cts-hmac-sha1-96 ");
                let text = original.replace("permitted_enctypes = ", &preferred);
                std::fs::write(&file, text).unwrap();
                realm.kinit(&user, "alice", &[]);
                let acceptor = acceptor(&keytab, &[&service]);
                for (mask, qop) in LAYERS {
                    let mut client = Client::of(&service);
                    let (server, _) = client.establish(acceptor.sasl());
                    let answer = client.wrap(false, &choice(mask, 4096, ""));
                    let mut layer = layer(finish(server, &answer).0, qop);
                    let max = layer.max_message();
                    assert_eq!(
                        layer.wrap(&vec![7; max]).unwrap().len(),
                        4096,
                        "{kind} {qop:?}"
                    );
                    seen.push(4096 - max);
                }
            }
            assert_eq!(seen, [28, 60, 28, 60, 32, 64, 40, 72, 32, 64, 32, 64]);
        },
    );
}

#[test]
fn what_is_protected_cannot_be_changed_or_repeated_or_left_open() {
    in_realm(
        "acceptor::qop::what_is_protected_cannot_be_changed_or_repeated_or_left_open",
        |realm| {
            let service = alice_and_service(realm);
            for (mask, qop) in LAYERS {
                let open = || {
                    let mut client = Client::of(SERVICE);
                    let (server, _) = client.establish(service.sasl());
                    let answer = client.wrap(false, &choice(mask, 65_536, ""));
                    (client, layer(finish(server, &answer).0, qop))
                };
                let sealed = qop == Qop::Confidentiality;
                // A layer is of no use after the first message that it refuses.
                let whole = |change: &dyn Fn(&mut Vec<u8>)| {
                    let (mut client, mut layer) = open();
                    let mut message = client.wrap(sealed, b"delete nothing");
                    change(&mut message);
                    layer.unwrap(&message)
                };
                let length = open().0.wrap(sealed, b"delete nothing").len();
                for at in 0..length {
                    assert!(whole(&|message| message[at] ^= 1).is_err(), "{qop:?} {at}");
                    assert!(
                        whole(&|message| message.truncate(at)).is_err(),
                        "{qop:?} {at}"
                    );
                }
                assert_eq!(whole(&|_| ()).unwrap(), b"delete nothing");
                let (mut client, mut layer) = open();
                let message = client.wrap(sealed, b"delete nothing");
                layer.unwrap(&message).unwrap();
                assert!(layer.unwrap(&message).is_err(), "{qop:?}: twice");
                let (mut client, mut layer) = open();
                client.wrap(sealed, b"lost");
                assert!(
                    layer.unwrap(&client.wrap(sealed, b"next")).is_err(),
                    "{qop:?}: a gap"
                );
                let (mut client, mut layer) = open();
                let unsealed = layer.unwrap(&client.wrap(false, b"read by all"));
                assert_eq!(unsealed.is_err(), sealed);
            }
        },
    );
}

#[test]
fn a_client_chooses_from_what_is_offered() {
    in_realm(
        "acceptor::qop::a_client_chooses_from_what_is_offered",
        |realm| {
            let service = alice_and_service(realm);
            let qops = [Qop::Auth, Qop::Integrity, Qop::Confidentiality];
            for floor in qops {
                let service = service.clone().with_qops(QopSet::at_least(floor));
                for (mask, qop) in [1, 2, 4].into_iter().zip(qops) {
                    let mut client = Client::of(SERVICE);
                    let (server, offer) = client.establish(service.sasl());
                    assert_eq!(offer[0] & mask != 0, qop >= floor);
                    let buffer = if qop == Qop::Auth { 0 } else { 65_536 };
                    let step = server.step(&client.wrap(false, &choice(mask, buffer, "")));
                    if qop >= floor {
                        assert!(step.is_ok(), "{floor:?} {qop:?}");
                    } else {
                        let text = refused(step);
                        assert!(text.contains("it was offered"), "{text}");
                    }
                }
            }
            // Whoever says nothing about protection gets some.
            let keytab = realm.path("service.keytab");
            let service =
                super::Acceptor::open(keytab, [super::principal(SERVICE)], super::names());
            let (_, offer) = Client::of(SERVICE).establish(service.unwrap().sasl());
            assert_eq!(offer, choice(6, 65_536, ""));
            // Where there is no layer, there is no buffer.
            let service = alone(realm.path("service.keytab").as_str());
            let (_, offer) = Client::of(SERVICE).establish(service.sasl());
            assert_eq!(offer, choice(1, 0, ""));
        },
    );
}

fn alone(keytab: &str) -> super::Acceptor {
    acceptor(keytab, &[SERVICE]).with_qops(QopSet::only(Qop::Auth))
}

#[test]
fn a_context_without_the_means_is_not_offered_the_layer() {
    in_realm(
        "acceptor::qop::a_context_without_the_means_is_not_offered_the_layer",
        |realm| {
            let service = alice_and_service(realm);
            use CtxFlags as F;
            for (missing, mask) in [(F::GSS_C_SEQUENCE_FLAG, 1), (F::GSS_C_REPLAY_FLAG, 1)] {
                let mut client = Client::with(SERVICE, full() - missing, GSS_MECH_KRB5);
                let (_, offer) = client.establish(service.sasl());
                assert_eq!(offer[0], mask, "{missing:?}");
            }
            let service = service.with_qops(QopSet::only(Qop::Confidentiality));
            let mut client = Client::with(SERVICE, full() - F::GSS_C_SEQUENCE_FLAG, GSS_MECH_KRB5);
            let (server, reply) = go_on(service.sasl(), &client.token(None));
            client.token(Some(&reply));
            assert_eq!(
                refused(server.step(b"")),
                "Kerberos authentication failed: the client can do none of the protection that is demanded: privacy"
            );
        },
    );
}

#[test]
fn a_choice_that_breaks_the_rules_is_malformed() {
    in_realm(
        "acceptor::qop::a_choice_that_breaks_the_rules_is_malformed",
        |realm| {
            let service = alice_and_service(realm);
            let cases: [(bool, Vec<u8>, &str); 11] = [
                (false, vec![], "shorter than 4 bytes"),
                (false, vec![1, 0, 0], "shorter than 4 bytes"),
                (
                    false,
                    choice(0, 0, ""),
                    "chooses the layers 0x00; expected one",
                ),
                (
                    false,
                    choice(3, 0, ""),
                    "chooses the layers 0x03; expected one",
                ),
                (
                    false,
                    choice(6, 1000, ""),
                    "chooses the layers 0x06; expected one",
                ),
                (
                    false,
                    choice(8, 0, ""),
                    "chooses the layers 0x08; expected one",
                ),
                (
                    false,
                    choice(2, 0, ""),
                    "buffer of 0 bytes holds no message",
                ),
                (
                    false,
                    choice(4, 60, ""),
                    "buffer of 60 bytes holds no message",
                ),
                (
                    false,
                    vec![1, 0, 0, 0, 0xff],
                    "the authorization identity is not UTF-8",
                ),
                (
                    false,
                    choice(1, 0, "root/x"),
                    "the authorization identity holds '/' at byte 4",
                ),
                (true, choice(1, 0, ""), "is encrypted; expected it signed"),
            ];
            for (sealed, message, reason) in cases {
                let mut client = Client::of(SERVICE);
                let (server, _) = client.establish(service.sasl());
                let text = malformed(server.step(&client.wrap(sealed, &message)));
                assert!(text.contains(reason), "{text}");
            }
            let mut client = Client::of(SERVICE);
            let (server, reply) = go_on(service.sasl(), &client.token(None));
            client.token(Some(&reply));
            assert_eq!(
                malformed(server.step(b"hello")),
                "Kerberos authentication failed: the client sends 5 bytes; expected none"
            );
        },
    );
}

#[test]
fn a_buffer_without_a_layer_is_of_no_matter() {
    in_realm(
        "acceptor::qop::a_buffer_without_a_layer_is_of_no_matter",
        |realm| {
            let service = alice_and_service(realm);
            let mut client = Client::of(SERVICE);
            let (server, _) = client.establish(service.sasl());
            // As the JDK's client writes it, up to version 8.
            let (login, _) = finish(server, &client.wrap(false, &choice(1, 65_536, "")));
            assert_eq!(login.principal.name().as_str(), "alice");
            assert!(login.layer.is_none());
        },
    );
}

#[test]
fn nothing_is_taken_after_a_message_that_was_refused() {
    in_realm(
        "acceptor::qop::nothing_is_taken_after_a_message_that_was_refused",
        |realm| {
            let service = alice_and_service(realm);
            for mask in [2, 4] {
                let mut client = Client::of(SERVICE);
                let (server, _) = client.establish(service.sasl());
                let (login, _) = finish(server, &client.wrap(false, &choice(mask, 65_536, "")));
                let mut layer = login.layer.unwrap();
                let [one, mut two, three, four] =
                    ["1", "2", "3", "4"].map(|text| client.wrap(mask == 4, text.as_bytes()));
                assert_eq!(layer.unwrap(&one).unwrap(), b"1");
                *two.last_mut().unwrap() ^= 1;
                layer.unwrap(&two).unwrap_err();
                for message in [three, four] {
                    let error = layer.unwrap(&message).unwrap_err().to_string();
                    assert!(error.ends_with("one before it was refused"), "{error}");
                }
            }
        },
    );
}
