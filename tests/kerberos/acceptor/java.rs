//! The JDK's SASL client: what Hadoop and Alluxio speak.

use std::path::Path;
use std::process::Command;

use base64ct::{Base64, Encoding};

use bailiwick::authn::{Login, Qop, QopSet};
use bailiwick::identity::UserName;

use super::{acceptor, finish, go_on, malformed, refused};
use crate::realm::{Realm, in_realm};
use crate::running::Running;

struct Jdk(Running);

impl Jdk {
    fn start(realm: &Realm) -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/java/GssapiClient.java");
        let mut java = Command::new("java");
        java.args([
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Djavax.security.auth.useSubjectCredsOnly=false",
        ]);
        java.arg(format!(
            "-Djava.security.krb5.conf={}",
            realm.path("krb5.conf")
        ));
        let running = Running::start(java.arg(source));
        running.line("ready");
        Self(running)
    }

    fn ask(&mut self, verb: &str, bytes: &[u8], answer: &str) -> Vec<u8> {
        self.0.say(&format!("{verb} {}", encode(bytes)));
        decode(&self.0.line(answer))
    }

    /// The first token of a client that is willing to use these qualities, in this order.
    fn begin(&mut self, qop: &str, mutual: bool, buffer: u32, authzid: &str) -> Vec<u8> {
        self.0.say(&format!(
            "begin alluxio localhost {qop} {mutual} {buffer} {authzid}"
        ));
        decode(&self.0.line("token "))
    }
}

fn encode(bytes: &[u8]) -> String {
    match bytes {
        [] => "-".to_owned(),
        bytes => Base64::encode_string(bytes),
    }
}

fn decode(text: &str) -> Vec<u8> {
    match text {
        "-" => Vec::new(),
        text => Base64::decode_vec(text).unwrap(),
    }
}

#[test]
fn the_jdk_logs_in_at_every_quality_of_protection() {
    in_realm(
        "acceptor::java::the_jdk_logs_in_at_every_quality_of_protection",
        |realm| {
            let keytab = realm.user("alice");
            realm.kinit(&keytab, "alice", &[]);
            let service = acceptor(
                &realm.keytab("service.keytab", &["alluxio/localhost"]),
                &["alluxio/localhost"],
            );
            let mut jdk = Jdk::start(realm);
            let mut logins = 0;
            for (offered, willing, agreed) in [
                (QopSet::ALL, "auth", Qop::Auth),
                (QopSet::ALL, "auth-int", Qop::Integrity),
                (QopSet::ALL, "auth-conf", Qop::Confidentiality),
                (QopSet::ALL, "auth-conf,auth-int,auth", Qop::Confidentiality),
                (QopSet::only(Qop::Auth), "auth-conf,auth", Qop::Auth),
                (
                    QopSet::only(Qop::Integrity),
                    "auth-conf,auth-int",
                    Qop::Integrity,
                ),
                (
                    QopSet::at_least(Qop::Integrity),
                    "auth,auth-int",
                    Qop::Integrity,
                ),
            ] {
                for mutual in [true, false] {
                    for (authzid, act_as) in [
                        ("-", None),
                        ("bob", Some("bob")),
                        ("alice@EXAMPLE.COM", None),
                    ] {
                        for buffer in [1024, 65_536] {
                            let service =
                                service.clone().with_qops(offered).with_buffer(buffer * 2);
                            let token = jdk.begin(willing, mutual, buffer, authzid);
                            let (mut server, mut reply) = go_on(service.sasl(), &token);
                            if mutual {
                                let nothing = jdk.ask("challenge", &reply, "token ");
                                assert!(nothing.is_empty());
                                (server, reply) = go_on(server, &nothing);
                            }
                            let choice = jdk.ask("challenge", &reply, "last ");
                            let (login, reply) = finish(server, &choice);
                            assert!(reply.is_empty());
                            assert_eq!(login.principal.credential(), Some("alice@EXAMPLE.COM"));
                            assert_eq!(login.act_as.as_ref().map(UserName::as_str), act_as);
                            talk(&mut jdk, login, agreed, buffer);
                            logins += 1;
                        }
                    }
                }
            }
            println!("the JDK logged in {logins} times");
            assert_eq!(logins, 7 * 2 * 3 * 2);
            refuses(&mut jdk, &service);
            jdk.0.say("quit");
            assert_eq!(jdk.0.rest(), "bye\n");
        },
    );
}

/// Both ends have agreed on the same, and messages of every size pass both ways.
fn talk(jdk: &mut Jdk, login: Login, agreed: Qop, buffer: u32) {
    jdk.0.say("agreed");
    let said = jdk.0.line("agreed ");
    let said: Vec<_> = said.split(' ').collect();
    let name = match agreed {
        Qop::Auth => "auth",
        Qop::Integrity => "auth-int",
        Qop::Confidentiality => "auth-conf",
    };
    assert_eq!(said[0], name);
    assert_eq!(login.layer.is_some(), agreed != Qop::Auth);
    let Some(mut layer) = login.layer else { return };
    assert_eq!(layer.qop(), agreed);
    let max = layer.max_message();
    assert!(max > usize::try_from(buffer).unwrap() - 80);
    assert!(
        said[1].parse::<usize>().unwrap() > max,
        "our buffer is twice as large"
    );
    for length in [0, 1, 100, max - 1, max] {
        let message: Vec<u8> = (0..=255).rev().cycle().take(length).collect();
        let wrapped = layer.wrap(&message).unwrap();
        let back = jdk.ask("echo", &wrapped, "echo ");
        assert_eq!(layer.unwrap(&back).unwrap(), message);
    }
}

/// Where there is nothing in common, whoever notices it says so.
fn refuses(jdk: &mut Jdk, service: &super::Acceptor) {
    let service = service
        .clone()
        .with_qops(QopSet::only(Qop::Confidentiality));
    let token = jdk.begin("auth", true, 65_536, "-");
    let (server, reply) = go_on(service.sasl(), &token);
    let nothing = jdk.ask("challenge", &reply, "token ");
    let (server, offer) = go_on(server, &nothing);
    jdk.0.say(&format!("challenge {}", encode(&offer)));
    let said = jdk.0.line("failed ");
    assert!(said.contains("No common protection layer"), "{said}");
    malformed(server.step(b""));
    // Its token, a second time.
    let token = jdk.begin("auth-conf", true, 65_536, "-");
    go_on(service.sasl(), &token);
    refused(service.sasl().step(&token));
}
