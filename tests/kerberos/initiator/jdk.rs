//! The JDK's `SaslServer` at the other end.

use std::process::Command;

use bailiwick::authn::kerberos::{Credentials, Initiator, ServicePrincipal, Target};
use bailiwick::authn::{AuthnError, Connected, Exchange, Qop, SecurityLayer, Step};
use bailiwick::identity::UserName;
use base64ct::{Base64, Encoding};

use super::log_in;
use crate::realm::{REALM, Realm, in_realm};
use crate::running::Running;

const SIZES: [usize; 6] = [0, 1, 15, 16, 1000, 60_000];

/// One JVM with a keytab.
pub(super) struct Jdk(Running);

/// What the JDK's server says of a finished exchange.
struct Accepted {
    client: String,
    user: String,
    qop: String,
}

impl Jdk {
    pub(super) fn start(realm: &Realm, principal: &str) -> Self {
        let keytab = realm.keytab("service.keytab", &[principal]);
        let mut command = Command::new("java");
        command
            .arg(format!(
                "-Djava.security.krb5.conf={}",
                realm.path("krb5.conf")
            ))
            .args(["-XX:TieredStopAtLevel=1", "-Xshare:auto"])
            .arg(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/tests/java/GssapiServer.java"
            ));
        let mut jdk = Self(Running::start(&mut command));
        let said = jdk.ask(&format!("keytab {keytab} {principal}@{REALM}"));
        assert_eq!(said, "ok");
        jdk
    }

    fn ask(&mut self, question: &str) -> String {
        self.0.say(question);
        self.0.line("")
    }

    pub(super) fn serve(&mut self, host: &str, qop: &str, buffer: u32) {
        let said = self.ask(&format!("serve alluxio {host} {qop} {buffer}"));
        assert_eq!(said, "ok");
    }

    /// A step of the server: its words, of which the last is bytes.
    fn step(&mut self, token: &[u8]) -> Result<(Vec<String>, Vec<u8>), String> {
        let said = self.ask(&format!("step {}", text(token)));
        if said.starts_with("failed") {
            return Err(said);
        }
        let mut words: Vec<String> = said.split(' ').map(ToOwned::to_owned).collect();
        let bytes = bytes(&words.pop().unwrap());
        Ok((words, bytes))
    }

    pub(super) fn token(&mut self, token: &[u8]) -> Vec<u8> {
        let (words, bytes) = self.step(token).unwrap();
        assert_eq!(words, ["continue"]);
        bytes
    }

    /// A whole exchange.
    fn meet(&mut self, mut exchange: Exchange<Connected>) -> Result<(Connected, Accepted), Failed> {
        let mut input = Vec::new();
        loop {
            match exchange.step(&input).map_err(Failed::Client)? {
                Step::Continue { reply, next } => {
                    let (words, bytes) = self.step(&reply).map_err(Failed::Server)?;
                    assert_eq!(words, ["continue"]);
                    input = bytes;
                    exchange = next;
                }
                Step::Done { end, reply } => {
                    let (words, bytes) = self.step(&reply).map_err(Failed::Server)?;
                    assert!(bytes.is_empty());
                    let [done, client, user, qop, _size] = &words[..] else {
                        panic!("{words:?}");
                    };
                    assert_eq!(done, "done");
                    let accepted = Accepted {
                        client: client.clone(),
                        user: user.clone(),
                        qop: qop.clone(),
                    };
                    return Ok((end, accepted));
                }
                Step::Later(_) => panic!("it asks nobody"),
            }
        }
    }

    fn wrap(&mut self, message: &[u8]) -> Vec<u8> {
        let said = self.ask(&format!("wrap {}", text(message)));
        bytes(said.strip_prefix("ok ").unwrap_or_else(|| panic!("{said}")))
    }

    fn unwrap(&mut self, message: &[u8]) -> Result<Vec<u8>, String> {
        let said = self.ask(&format!("unwrap {}", text(message)));
        said.strip_prefix("ok ")
            .map(bytes)
            .ok_or_else(|| said.clone())
    }

    fn talk(&mut self, layer: &mut SecurityLayer) {
        for size in SIZES {
            let message: Vec<u8> = (0..size).map(|n| (n % 251) as u8).collect();
            let wrapped = layer.wrap(&message).unwrap();
            assert_eq!(self.unwrap(&wrapped).as_ref(), Ok(&message), "{size}");
            let wrapped = self.wrap(&message);
            assert_eq!(layer.unwrap(&wrapped).unwrap(), message, "{size}");
        }
    }
}

#[derive(Debug)]
enum Failed {
    Client(AuthnError),
    Server(String),
}

fn text(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "-".to_owned();
    }
    Base64::encode_string(bytes)
}

fn bytes(text: &str) -> Vec<u8> {
    if text == "-" {
        return Vec::new();
    }
    Base64::decode_vec(text).unwrap()
}

pub(super) fn alice(realm: &Realm) -> Initiator {
    let keytab = realm.user("alice");
    let from = Credentials::new()
        .principal(format!("alice@{REALM}"))
        .keytab(keytab);
    log_in(from).unwrap().initiator()
}

const ALL: &str = "auth-conf,auth-int,auth";

#[test]
fn the_jdk_accepts_every_quality_of_protection_and_talks_under_it() {
    in_realm(
        "initiator::jdk::the_jdk_accepts_every_quality_of_protection_and_talks_under_it",
        |realm| {
            let alice = alice(realm);
            let target = Target::on_host("alluxio", "localhost");
            let mut jdk = Jdk::start(realm, "alluxio/localhost");
            for (qop, name) in [
                (Qop::Auth, "auth"),
                (Qop::Integrity, "auth-int"),
                (Qop::Confidentiality, "auth-conf"),
            ] {
                // Whether the server could have more or not.
                for offered in [ALL, name] {
                    jdk.serve("localhost", offered, 65_536);
                    let exchange = alice.clone().with_qops(&[qop]).sasl(&target);
                    let (connected, accepted) = jdk.meet(exchange).unwrap();
                    assert_eq!(connected.server, Some(format!("alluxio/localhost@{REALM}")));
                    assert_eq!(accepted.client, format!("alice@{REALM}"));
                    assert_eq!(accepted.user, format!("alice@{REALM}"));
                    assert_eq!(accepted.qop, name);
                    match connected.layer {
                        None => assert_eq!(qop, Qop::Auth),
                        Some(mut layer) => {
                            assert_eq!(layer.qop(), qop);
                            jdk.talk(&mut layer);
                        }
                    }
                }
            }
        },
    );
}

#[test]
fn the_first_quality_that_both_have_is_taken_and_none_is_an_error() {
    in_realm(
        "initiator::jdk::the_first_quality_that_both_have_is_taken_and_none_is_an_error",
        |realm| {
            let alice = alice(realm);
            let target = Target::on_host("alluxio", "localhost");
            let mut jdk = Jdk::start(realm, "alluxio/localhost");
            // As it comes, the client takes what protects most.
            jdk.serve("localhost", ALL, 65_536);
            let (_, accepted) = jdk.meet(alice.sasl(&target)).unwrap();
            assert_eq!(accepted.qop, "auth-conf");
            jdk.serve("localhost", "auth-int,auth", 65_536);
            let (_, accepted) = jdk.meet(alice.sasl(&target)).unwrap();
            assert_eq!(accepted.qop, "auth-int");
            jdk.serve("localhost", ALL, 65_536);
            let ours = [Qop::Auth, Qop::Confidentiality];
            let (_, accepted) = jdk
                .meet(alice.clone().with_qops(&ours).sasl(&target))
                .unwrap();
            assert_eq!(accepted.qop, "auth");
            jdk.serve("localhost", "auth", 65_536);
            let ours = [Qop::Confidentiality, Qop::Integrity];
            let failed = jdk.meet(alice.clone().with_qops(&ours).sasl(&target));
            let Err(Failed::Client(error @ AuthnError::Refused { .. })) = failed else {
                panic!("{:?}", failed.map(|_| ()));
            };
            assert_eq!(
                error.to_string(),
                "Kerberos authentication failed: the server offers the protection [Auth], and one of [Confidentiality, \
                 Integrity] is wanted"
            );
        },
    );
}

#[test]
fn the_jdk_hears_whom_the_client_acts_as() {
    in_realm(
        "initiator::jdk::the_jdk_hears_whom_the_client_acts_as",
        |realm| {
            let alice = alice(realm);
            let target = Target::on_host("alluxio", "localhost");
            let mut jdk = Jdk::start(realm, "alluxio/localhost");
            for (user, heard) in [
                (None, format!("alice@{REALM}")),
                (Some("maybe"), "maybe".to_owned()),
                (Some("mayör"), "mayör".to_owned()),
            ] {
                jdk.serve("localhost", ALL, 65_536);
                let user = user.map(|user| UserName::new(user).unwrap());
                let exchange = alice.clone().act_as(user).sasl(&target);
                let (_, accepted) = jdk.meet(exchange).unwrap();
                assert_eq!(accepted.client, format!("alice@{REALM}"));
                assert_eq!(accepted.user, heard);
            }
            jdk.serve("localhost", ALL, 65_536);
            let bob = UserName::new("bob").unwrap();
            let failed = jdk.meet(alice.act_as(Some(bob)).sasl(&target));
            let Err(Failed::Server(why)) = failed else {
                panic!("{:?}", failed.map(|_| ()));
            };
            assert!(why.contains("is not authorized to connect as bob"), "{why}");
        },
    );
}

#[test]
fn the_sizes_that_were_negotiated_hold_both_ways() {
    in_realm(
        "initiator::jdk::the_sizes_that_were_negotiated_hold_both_ways",
        |realm| {
            let alice = alice(realm);
            let target = Target::on_host("alluxio", "localhost");
            let mut jdk = Jdk::start(realm, "alluxio/localhost");
            for qop in [Qop::Integrity, Qop::Confidentiality] {
                for buffer in [200, 4096, 1_000_000] {
                    jdk.serve("localhost", ALL, buffer);
                    let exchange = alice
                        .clone()
                        .with_qops(&[qop])
                        .with_buffer(1000)
                        .sasl(&target);
                    let (connected, _) = jdk.meet(exchange).unwrap();
                    let mut layer = connected.layer.unwrap();
                    let most = layer.max_message();
                    let buffer = usize::try_from(buffer).unwrap();
                    let overhead = buffer - most;
                    assert!((28..=60).contains(&overhead), "{overhead}");
                    let wrapped = layer.wrap(&vec![7; most]).unwrap();
                    assert!(wrapped.len() <= buffer, "{} of {buffer}", wrapped.len());
                    assert!(wrapped.len() == buffer, "{} of {buffer}", wrapped.len());
                    assert_eq!(jdk.unwrap(&wrapped).map(|message| message.len()), Ok(most));
                    let error = layer.wrap(&vec![7; most + 1]).unwrap_err();
                    let expected = format!(
                        "a message of {} bytes is longer than the {most} that were negotiated",
                        most + 1
                    );
                    assert_eq!(error.to_string(), expected);
                }
            }
            // A server that can hold nothing has no layer to offer.
            jdk.serve("localhost", ALL, 50);
            let failed = jdk.meet(alice.with_qops(&[Qop::Confidentiality]).sasl(&target));
            let Err(Failed::Client(error @ AuthnError::Malformed { .. })) = failed else {
                panic!("{:?}", failed.map(|_| ()));
            };
            assert_eq!(
                error.to_string(),
                "Kerberos authentication failed: the server's buffer of 50 bytes holds no message"
            );
        },
    );
}

#[test]
fn a_changed_repeated_or_reordered_message_is_refused() {
    in_realm(
        "initiator::jdk::a_changed_repeated_or_reordered_message_is_refused",
        |realm| {
            let alice = alice(realm);
            let target = Target::on_host("alluxio", "localhost");
            let mut jdk = Jdk::start(realm, "alluxio/localhost");
            for qop in [Qop::Integrity, Qop::Confidentiality] {
                let layer = |jdk: &mut Jdk| {
                    jdk.serve("localhost", ALL, 65_536);
                    let exchange = alice.clone().with_qops(&[qop]).sasl(&target);
                    jdk.meet(exchange).unwrap().0.layer.unwrap()
                };
                // The JDK holds the last of the contexts.
                let (mut other, _) = (layer(&mut jdk), layer(&mut jdk));
                let one = jdk.wrap(b"one");
                assert!(other.unwrap(&one).is_err(), "of another connection");
                // A layer is of no use after the first message that it refuses.
                for position in 0..one.len() {
                    for shorter in [false, true] {
                        let mut layer = layer(&mut jdk);
                        let mut one = jdk.wrap(b"one");
                        if shorter {
                            one.truncate(position);
                        } else {
                            one[position] ^= 1;
                        }
                        assert!(layer.unwrap(&one).is_err(), "byte {position}, {shorter}");
                    }
                }
                let mut repeated = layer(&mut jdk);
                let one = jdk.wrap(b"one");
                assert_eq!(repeated.unwrap(&one).unwrap(), b"one");
                assert!(repeated.unwrap(&one).is_err());
                let mut reordered = layer(&mut jdk);
                let [_, two] = [b"one", b"two"].map(|message| jdk.wrap(message));
                assert!(reordered.unwrap(&two).is_err(), "one is missing");
            }
        },
    );
}

#[test]
fn the_unified_instance_of_a_cluster_is_asked_for_by_its_whole_name() {
    in_realm(
        "initiator::jdk::the_unified_instance_of_a_cluster_is_asked_for_by_its_whole_name",
        |realm| {
            let alice = alice(realm);
            let mut jdk = Jdk::start(realm, "alluxio/cluster1");
            let cluster: ServicePrincipal = format!("alluxio/cluster1@{REALM}").parse().unwrap();
            jdk.serve("cluster1", ALL, 65_536);
            let (connected, _) = jdk.meet(alice.sasl(&Target::from(cluster))).unwrap();
            assert_eq!(connected.server, Some(format!("alluxio/cluster1@{REALM}")));
        },
    );
}

#[test]
fn a_server_with_other_keys_does_not_get_through() {
    in_realm(
        "initiator::jdk::a_server_with_other_keys_does_not_get_through",
        |realm| {
            let alice = alice(realm);
            let mut jdk = Jdk::start(realm, "alluxio/localhost");
            // The server keeps the key that the KDC has replaced.
            realm.admin(&["change_password -randkey alluxio/localhost"]);
            jdk.serve("localhost", ALL, 65_536);
            let failed = jdk.meet(alice.sasl(&Target::on_host("alluxio", "localhost")));
            let Err(Failed::Server(why)) = failed else {
                panic!("{:?}", failed.map(|_| ()));
            };
            assert!(
                why.contains("GSS initiate failed") || why.contains("Failure"),
                "{why}"
            );
        },
    );
}
