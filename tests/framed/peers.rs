//! Other people's SASL: the JDK's client, and Python's packages thrift and pure-sasl (a client) and pysasl (a server).

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bailiwick::authn::Plain;
use bailiwick::authn::framed::{self, FramedError};
use bailiwick::identity::{Password, UserName};
use tokio::net::TcpStream;

use crate::running::Running;
use crate::service::{PASSWORD, Service};

const PATIENCE: Duration = Duration::from_secs(20);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn java() -> Running {
    let mut java = Command::new("java");
    java.args([
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Xshare:auto",
    ]);
    Running::start(java.arg(root().join("tests/java/FramedClient.java")))
}

fn python() -> Running {
    let python = std::env::var("BAILIWICK_PYTHON")
        .unwrap_or_else(|_| "target/python/bin/python3".to_owned());
    let python = root().join(python);
    let there = Command::new(&python)
        .args(["-c", "import puresasl, pysasl, thrift"])
        .status();
    assert!(
        there.is_ok_and(|status| status.success()),
        "{}: ./test makes it, with the packages thrift, pure-sasl and pysasl",
        python.display()
    );
    let mut command = Command::new(python);
    Running::start(
        command
            .arg("-u")
            .arg(root().join("tests/python/sasl_peer.py")),
    )
}

/// What a client tells to have come of it, told `call PORT MECHANISM USER PASSWORD AUTHZID`.
fn calls(peer: &mut Running, service: &Service, login: &[&str]) -> String {
    peer.say(&format!("call\t{}\t{}", service.port, login.join("\t")));
    peer.line("result ")
}

/// The same logins for every client: SIMPLE with impersonation, and CUSTOM with what goes wrong there.
fn log_in(peer: &mut Running, bad: &str) {
    let simple = Service::start(&["--mechanism", "plain", "--mechanism", "anonymous"]);
    for (login, result, log) in [
        (
            ["PLAIN", "alice", "noPassword", ""],
            "ok hello",
            "alice is in, by SIMPLE",
        ),
        (
            ["PLAIN", "yarn", "x", "alice"],
            "ok hello",
            "alice via yarn is in, by SIMPLE",
        ),
        (
            ["PLAIN", "yarn", "x", "yarn"],
            "ok hello",
            "yarn is in, by SIMPLE",
        ),
        (
            ["PLAIN", "müller", "straße", ""],
            "ok hello",
            "müller is in, by SIMPLE",
        ),
        (
            ["PLAIN", "alice", "x", "yarn"],
            "User: alice is not allowed to impersonate yarn",
            "User: alice is not allowed to impersonate yarn",
        ),
    ] {
        let expected = match result.starts_with("ok") {
            true => result.to_owned(),
            false => bad.replace("{}", result),
        };
        assert_eq!(calls(peer, &simple, &login), expected, "{login:?}");
        assert_eq!(simple.says(), log, "{login:?}");
    }

    let custom = Service::start(&["--mechanism", "custom", "--passwords", "passwords"]);
    let refused = bad.replace("{}", "authentication failed");
    for (login, result, log) in [
        (
            ["PLAIN", "alice", PASSWORD, ""],
            "ok hello",
            "alice is in, by CUSTOM",
        ),
        (
            ["PLAIN", "yarn", "container", "alice"],
            "ok hello",
            "alice via yarn is in, by CUSTOM",
        ),
        (
            ["PLAIN", "alice", "wrong", ""],
            &refused,
            "Plain authentication failed: wrong user name or password",
        ),
        (
            ["PLAIN", "nobody", PASSWORD, ""],
            &refused,
            "Plain authentication failed: wrong user name or password",
        ),
        (
            ["PLAIN", "alice", "", ""],
            &refused,
            "Plain authentication failed: No password provided",
        ),
        (
            ["PLAIN", "a/b", PASSWORD, ""],
            &refused,
            "Plain authentication failed: the authentication identity holds '/' at byte 1",
        ),
    ] {
        assert_eq!(calls(peer, &custom, &login), result, "{login:?}");
        assert_eq!(custom.says(), log, "{login:?}");
    }
}

#[test]
fn the_sasl_client_of_the_jdk_logs_in() {
    let mut java = java();
    log_in(&mut java, "BAD {}");
    // A mechanism that is not offered.
    let custom = Service::start(&["--mechanism", "custom", "--passwords", "passwords"]);
    let result = calls(&mut java, &custom, &["EXTERNAL", "", "", ""]);
    assert_eq!(result, "BAD authentication failed");
    assert!(custom.says().contains("\"EXTERNAL\", which is not offered"));
}

#[test]
fn the_sasl_transport_of_apache_thrift_logs_in() {
    let mut python = python();
    log_in(&mut python, "Bad SASL negotiation status: 3 (b'{}')");
    let anonymous = Service::start(&["--mechanism", "anonymous"]);
    let result = calls(&mut python, &anonymous, &["ANONYMOUS", "", "", ""]);
    assert_eq!(result, "ok hello");
    assert_eq!(anonymous.says(), "nobody in particular is in, by NOSASL");
}

/// A server of another maker, which speaks the frames and leaves PLAIN to pysasl.
#[tokio::test]
async fn we_log_in_at_a_server_of_pysasl() {
    let mut python = python();
    python.say("serve\talice\tcorrect horse");
    let port: u16 = python.line("port ").parse().unwrap();
    let name = |name| UserName::new(name).unwrap();
    for (user, password, act_as, says) in [
        ("alice", Some(PASSWORD), None, "in alice for alice"),
        ("alice", Some(PASSWORD), Some("bob"), "in alice for bob"),
        ("alice", Some("wrong"), None, "no"),
        ("alice", None, None, "no"),
        ("bob", Some(PASSWORD), None, "no"),
    ] {
        let socket = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let password = password.map(Password::new);
        let act_as = act_as.map(name);
        let exchange = Plain::client(&name(user), password.as_ref(), act_as.as_ref());
        let connected = framed::connect(socket, "PLAIN", exchange, PATIENCE).await;
        match (connected, says) {
            (Ok(mut connection), _) => {
                connection.write_frame(b"hello").await.unwrap();
                let frame = connection.read_frame(100).await.unwrap();
                assert_eq!(frame.as_deref(), Some(&b"hello"[..]), "{says}");
            }
            (Err(FramedError::Peer { failed, text }), "no") => {
                assert_eq!((failed, text.as_str()), (false, "no such user or password"));
            }
            (Err(error), _) => panic!("{error}"),
        }
        assert_eq!(python.line("result "), says);
    }
}
