//! The example with itself.

use std::io::{ErrorKind, Write};
use std::net::{IpAddr, TcpStream};
use std::process::Output;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bailiwick::tls::ring_provider;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tempfile::TempDir;

use crate::openid::Provider;
use crate::service::{PASSWORD, Service, command};

const CLIENT: [&str; 2] = ["hello\nand more\n", ""];

pub(crate) fn logged_in(mechanism: &str) -> (String, String) {
    (
        CLIENT[0].to_owned(),
        format!("logged in with {mechanism}\n"),
    )
}

pub(crate) fn refused(text: &str) -> (String, String) {
    (String::new(), format!("sasl_server: {text}\n"))
}

#[test]
fn simple_and_nosasl_in_one_service() {
    let service = Service::start(&["--mechanism", "plain", "--mechanism", "anonymous"]);
    let plain = ["--mechanism", "plain", "--user"];
    let call = |user, more: &[&str]| service.call(&[&plain, &[user][..], more].concat());

    assert_eq!(call("carol", &[]), logged_in("PLAIN"));
    assert_eq!(service.says(), "carol is in, by SIMPLE");
    assert_eq!(call("yarn", &["--act-as", "alice"]), logged_in("PLAIN"));
    assert_eq!(service.says(), "alice via yarn is in, by SIMPLE");

    // Upstream's text goes to the log and to the client.
    let refusal = "User: yarn is not allowed to impersonate bob";
    let text = format!("the peer refuses: \"{refusal}\"");
    assert_eq!(call("yarn", &["--act-as", "bob"]), refused(&text));
    assert_eq!(service.says(), refusal);
    // What no rule can allow is said to the log alone.
    let refusal = "User: yarn is not allowed to impersonate hdfs";
    let text = format!("the peer refuses: \"{refusal}\"");
    assert_eq!(call("yarn", &["--act-as", "hdfs"]), refused(&text));
    let refusal = format!("{refusal}: nobody may act as a super user");

    assert_eq!(
        service.call(&["--mechanism", "anonymous"]),
        logged_in("ANONYMOUS")
    );
    assert_eq!(service.says(), refusal);
    assert_eq!(service.says(), "nobody in particular is in, by NOSASL");
    assert_eq!(
        service.call(&["--mechanism", "external"]),
        refused("the peer refuses: \"authentication failed\"")
    );
    assert_eq!(
        service.says(),
        "the client asks for the mechanism \"EXTERNAL\", which is not offered"
    );
}

#[test]
fn custom_tells_the_client_nothing_and_the_log_no_password() {
    let service = Service::start(&["--mechanism", "custom", "--passwords", "passwords"]);
    for (file, text) in [
        ("right", PASSWORD),
        ("wrong", "battery staple"),
        ("empty", ""),
    ] {
        std::fs::write(service.folder.path().join(file), text).unwrap();
    }
    let custom = ["--mechanism", "custom", "--user"];
    let call = |user, file| service.call(&[&custom, &[user, "--password-file", file][..]].concat());

    assert_eq!(call("alice", "right"), logged_in("PLAIN"));
    assert_eq!(service.says(), "alice is in, by CUSTOM");
    let public = refused("the peer refuses: \"authentication failed\"");
    for (user, file, says) in [
        ("alice", "wrong", "wrong user name or password"),
        ("bob", "right", "wrong user name or password"),
        ("alice", "empty", "No password provided"),
    ] {
        assert_eq!(call(user, file), public, "{user} {file}");
        let log = format!("Plain authentication failed: {says}");
        assert_eq!(service.says(), log, "{user} {file}");
    }
}

/// Certificates of one authority: for the server, for yarn, and the authority itself.
fn certificates(folder: &TempDir) {
    let params = |name: &str, names: &[&str]| {
        let names: Vec<_> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params
    };
    let mut authority = params("authority", &[]);
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.key_usages = vec![rcgen::KeyUsagePurpose::KeyCertSign];
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let write = |name: &str, pem: String| {
        std::fs::write(folder.path().join(format!("{name}.pem")), pem).unwrap();
    };
    write("authority", authority.pem());
    for (name, names) in [("server", &["127.0.0.1"][..]), ("yarn", &[]), ("a:b", &[])] {
        let key = KeyPair::generate().unwrap();
        let certificate = params(name, names).signed_by(&key, &authority).unwrap();
        write(name, certificate.pem());
        write(&format!("{name}-key"), key.serialize_pem());
    }
}

#[test]
fn external_is_the_certificate_of_the_connection() {
    let folder = TempDir::new().unwrap();
    certificates(&folder);
    let trust = ["--tls-truststore", "authority.pem"];
    let key = ["--tls-cert", "server.pem", "--tls-key", "server-key.pem"];
    let mechanisms = ["--mechanism", "external", "--mechanism", "plain"];
    let service = Service::start_in(folder, &[&mechanisms[..], &key, &trust].concat());
    let yarn = ["--tls-cert", "yarn.pem", "--tls-key", "yarn-key.pem"];
    let external = ["--mechanism", "external"];

    let call = |more: &[&str]| service.call(&[&external[..], &trust, more].concat());
    assert_eq!(call(&yarn), logged_in("EXTERNAL"));
    assert_eq!(service.says(), "yarn is in, by CERTIFICATE");
    let as_alice = [&yarn[..], &["--act-as", "alice"]].concat();
    assert_eq!(call(&as_alice), logged_in("EXTERNAL"));
    assert_eq!(service.says(), "alice via yarn is in, by CERTIFICATE");

    // Who has no certificate is not offered it, and may log in otherwise.
    let public = refused("the peer refuses: \"authentication failed\"");
    assert_eq!(call(&[]), public);
    assert!(
        service
            .says()
            .ends_with("\"EXTERNAL\", which is not offered")
    );
    let plain = ["--mechanism", "plain", "--user", "carol"];
    let plain = service.call(&[&plain[..], &trust].concat());
    assert_eq!(plain, logged_in("PLAIN"));
    assert_eq!(service.says(), "carol is in, by SIMPLE");

    // A certificate of somebody whose name is none.
    let (_, error) = call(&["--tls-cert", "a:b.pem", "--tls-key", "a:b-key.pem"]);
    // Closed with or without a word that was not read.
    assert!(error.contains("the connection"), "{error}");
    assert!(service.says().contains("holds ':' at byte 1"));
}

/// Sends frames until the server has had enough, and reads nothing. What becomes of the sending.
fn send_and_never_read(mut stream: impl Write) -> ErrorKind {
    let login = b"\x01\0\0\0\x09ANONYMOUS\x02\0\0\0\0";
    let frame = [&0x1_0000_u32.to_be_bytes()[..], &[0; 0x1_0000]].concat();
    stream.write_all(login).unwrap();
    loop {
        if let Err(error) = stream.write_all(&frame) {
            return error.kind();
        }
    }
}

#[test]
fn whoever_sends_and_never_reads_does_not_keep_a_connection() {
    let folder = TempDir::new().unwrap();
    certificates(&folder);
    let mut roots = RootCertStore::empty();
    let authority = CertificateDer::from_pem_file(folder.path().join("authority.pem")).unwrap();
    roots.add(authority).unwrap();
    let config = ClientConfig::builder_with_provider(ring_provider());
    let config = config.with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_root_certificates(roots).with_no_client_auth());

    let anonymous = ["--mechanism", "anonymous", "--idle", "1"];
    let key = ["--tls-cert", "server.pem", "--tls-key", "server-key.pem"];
    let plain = Service::start(&anonymous);
    let tls = Service::start_in(folder, &[&anonymous[..], &key].concat());
    let connect = |service: &Service| {
        let stream = TcpStream::connect(("127.0.0.1", service.port)).unwrap();
        // Longer than the server needs by far. If it keeps the connection, this is what ends the sending.
        let patience = Some(Duration::from_secs(20));
        stream.set_write_timeout(patience).unwrap();
        stream
    };
    let name = ServerName::from(IpAddr::from([127, 0, 0, 1]));
    let client = ClientConnection::new(config, name).unwrap();
    for (service, sent) in [
        (&plain, send_and_never_read(connect(&plain))),
        (
            &tls,
            send_and_never_read(StreamOwned::new(client, connect(&tls))),
        ),
    ] {
        assert!(
            matches!(sent, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe),
            "{sent}"
        );
        assert_eq!(service.says(), "nobody in particular is in, by NOSASL");
        assert_eq!(service.says(), "silent for 1s");
    }
}

#[test]
fn oauthbearer_takes_tokens_of_the_provider_and_says_no_more_of_others() {
    let provider = Provider::start();
    let provided = ["--issuer", &provider.issuer, "--audience", "echo"];
    let bearer = ["--mechanism", "oauthbearer"];
    let named = ["--claim", "preferred_username"];
    let service = Service::start(&[&bearer[..], &provided, &named].concat());
    let token = |file: &str, user, audience| {
        let token = provider.token(user, audience, 600);
        std::fs::write(service.folder.path().join(file), token).unwrap();
    };
    token("alice", "alice", "echo");
    token("yarn", "yarn", "echo");
    token("other", "alice", "another service");
    let call =
        |file, more: &[&str]| service.call(&[&bearer[..], &["--token-file", file], more].concat());

    // The keys are asked for in the background; until they are there, it is unavailable.
    let until = Instant::now() + Duration::from_secs(60);
    while call("alice", &[]) != logged_in("OAUTHBEARER") {
        assert!(Instant::now() < until, "{}", service.says());
    }
    while service.says() != "alice is in, by OIDC" {}
    assert_eq!(
        call("yarn", &["--act-as", "alice"]),
        logged_in("OAUTHBEARER")
    );
    assert_eq!(service.says(), "alice via yarn is in, by OIDC");
    let public = refused("the peer refuses: \"authentication failed\"");
    assert_eq!(call("other", &[]), public);
    let says = service.says();
    assert!(
        says.contains("audience") || says.contains("another service"),
        "{says}"
    );
}

const SECRETS: &str = "--mechanism custom and oauthbearer need TLS, unless on this machine: --tls-cert, or with --client \
                       --tls-truststore; --help lists the flags";

#[test]
fn flags_that_cannot_work_are_refused_by_name() {
    for (args, says) in [
        (&[][..], "--mechanism is missing; --help lists the flags"),
        (
            &["--mechanism", "digest"],
            "--mechanism: cannot parse argument \"digest\": expected plain, custom, anonymous, external, gssapi or \
             oauthbearer; --help lists the flags",
        ),
        (
            &["--mechanism", "plain", "--mechanism", "custom"],
            "plain and custom contradict each other: both are SASL's PLAIN",
        ),
        (
            &["--mechanism", "custom"],
            "--mechanism custom needs --passwords",
        ),
        (
            &["--mechanism", "external"],
            "--mechanism external needs --tls-truststore",
        ),
        (
            &["--mechanism", "gssapi", "--keytab", "x"],
            "--mechanism gssapi needs --principal",
        ),
        (
            &["--mechanism", "oauthbearer", "--issuer", "http://127.0.0.1"],
            "--mechanism oauthbearer needs --issuer and --audience",
        ),
        (
            &["--mechanism", "custom", "--address", "0.0.0.0:0"],
            SECRETS,
        ),
        (
            &[
                "--mechanism",
                "plain",
                "--mechanism",
                "oauthbearer",
                "--address",
                "[::]:0",
            ],
            SECRETS,
        ),
        (
            // A trust store makes TLS of a client alone.
            &[
                "--client",
                "--mechanism",
                "custom",
                "--address",
                "192.0.2.1:1",
                "--tls-cert",
                "x",
                "--tls-key",
                "x",
            ],
            SECRETS,
        ),
    ] {
        let Output { status, stderr, .. } = command(args).output().unwrap();
        assert!(!status.success(), "{args:?}");
        let stderr = String::from_utf8(stderr).unwrap();
        assert_eq!(stderr, format!("sasl_server: {says}\n"), "{args:?}");
    }
}
