//! MIT's `gss-server` at the other end of a context of SPNEGO.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::{Duration, Instant};

use bailiwick::authn::kerberos::{Credentials, Target};
use bailiwick::authn::{AuthnError, Step};

use super::{first, log_in};
use crate::realm::{REALM, Realm, in_realm};
use crate::running::Running;

/// The flags of a token of the samples' own protocol.
const NOOP: u8 = 1;
const CONTEXT: u8 = 2;
const CONTEXT_NEXT: u8 = 16;

struct GssServer {
    running: Running,
    port: u16,
}

impl GssServer {
    fn start(realm: &Realm) -> Self {
        let keytab = realm.keytab("http.keytab", &["HTTP/localhost"]);
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let running = Running::start(
            Command::new("stdbuf")
                .args(["-oL", "gss-server", "-port", &port.to_string(), "-verbose"])
                .args(["-keytab", &keytab, "HTTP@localhost"]),
        );
        Self { running, port }
    }

    fn connect(&self) -> TcpStream {
        let until = Instant::now() + Duration::from_secs(60);
        let mut stream = loop {
            match TcpStream::connect(("127.0.0.1", self.port)) {
                Ok(stream) => break stream,
                Err(error) => assert!(Instant::now() < until, "{error}"),
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        send(&mut stream, NOOP | CONTEXT_NEXT, b"");
        stream
    }
}

fn send(stream: &mut TcpStream, flags: u8, token: &[u8]) {
    let length = u32::try_from(token.len()).unwrap().to_be_bytes();
    let message = [&[flags][..], &length, token].concat();
    stream.write_all(&message).unwrap();
}

fn receive(stream: &mut TcpStream) -> Vec<u8> {
    let mut head = [0; 5];
    stream.read_exact(&mut head).unwrap();
    let [flags, length @ ..] = head;
    assert_eq!(flags, CONTEXT);
    let mut token = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap()];
    stream.read_exact(&mut token).unwrap();
    token
}

#[test]
fn a_server_of_mit_accepts_negotiate_and_proves_who_it_is() {
    in_realm(
        "initiator::negotiate::a_server_of_mit_accepts_negotiate_and_proves_who_it_is",
        |realm| {
            let server = GssServer::start(realm);
            let login = log_in(Credentials::new().keytab(realm.user("alice"))).unwrap();
            // A default cache with somebody else, which must not be used.
            realm.kinit(&realm.user("bob"), "bob", &[]);
            let target = Target::on_host("HTTP", "localhost");
            let mut stream = server.connect();
            let (token, next) = first(login.initiator().negotiate(&target)).unwrap();
            assert_eq!(token[0], 0x60, "a token of SPNEGO");
            assert!(
                token
                    .windows(8)
                    .any(|part| part == b"\x06\x06\x2b\x06\x01\x05\x05\x02")
            );
            send(&mut stream, CONTEXT, &token);
            let Step::Done { end, reply } = next.step(&receive(&mut stream)).unwrap() else {
                panic!("one round is enough");
            };
            assert_eq!(end.server, Some(format!("HTTP/localhost@{REALM}")));
            assert!(end.layer.is_none() && reply.is_empty());
            let said = server
                .running
                .line("Accepted connection using mechanism OID ");
            assert!(said.contains("1 2 840 113554 1 2 2"), "{said}");
        },
    );
}

#[test]
fn a_server_that_does_not_prove_who_it_is_is_refused() {
    in_realm(
        "initiator::negotiate::a_server_that_does_not_prove_who_it_is_is_refused",
        |realm| {
            let server = GssServer::start(realm);
            let login = log_in(Credentials::new().keytab(realm.user("alice"))).unwrap();
            let target = Target::on_host("HTTP", "localhost");
            let answered = || {
                let mut stream = server.connect();
                let (token, next) = first(login.initiator().negotiate(&target)).unwrap();
                send(&mut stream, CONTEXT, &token);
                (next, receive(&mut stream))
            };
            let (next, _) = answered();
            let error = next.step(b"").unwrap_err();
            assert_eq!(
                error.to_string(),
                "Kerberos authentication failed: the server has not proved who it is: it sent no token"
            );
            let (one, _) = answered();
            let (_, of_two) = answered();
            assert!(matches!(one.step(&of_two), Err(AuthnError::Refused { .. })));
            // SPNEGO's "accept-completed" with nothing to show for it.
            let (next, _) = answered();
            let error = next
                .step(b"\xa1\x07\x30\x05\xa0\x03\x0a\x01\x00")
                .unwrap_err();
            assert!(!error.is_unavailable(), "{error:?}");
            let length = answered().1.len() - 2;
            let (mut refused, mut same) = (0, 0);
            for at in 0..length {
                for shorter in [true, false] {
                    let (next, mut answer) = answered();
                    if shorter {
                        answer.truncate(at);
                    } else {
                        answer[at] ^= 0x80;
                    }
                    match next.step(&answer) {
                        Err(error) => {
                            assert!(!error.is_unavailable(), "byte {at}: {error:?}");
                            refused += 1;
                        }
                        // Of the frame of SPNEGO the library overlooks some lengths; what Kerberos has sealed is whole.
                        Ok(Step::Done { end, .. }) if !shorter && at < 75 => {
                            assert_eq!(end.server, Some(format!("HTTP/localhost@{REALM}")));
                            same += 1;
                        }
                        ok => panic!("byte {at}, shorter {shorter}: {ok:?}"),
                    }
                }
            }
            println!("{refused} changed answers are refused, {same} say the same");
            assert!(refused > 300 && same <= 8, "{refused}, {same}");
        },
    );
}
