//! Real peers: JSSE and curl.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use bailiwick::tls::{ClientAuth, ClientContext, NameCheck, ServerContext, ring_provider};
use rustls::{AlertDescription, CertificateError, Error};

use crate::folder::{Folder, SELF_SIGNED_PAIR, TWO_NODES, elliptic};
use crate::tools::{call, missing, output, serve};
use crate::{assert_refused, client, server};

const JAVA_OPTIONS: [&str; 2] = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];

fn java() -> Command {
    let mut command = Command::new("java");
    command
        .args(JAVA_OPTIONS)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/java/TlsPeer.java"));
    command
}

/// The folders of the documentation: one self-signed pair in each key type, and two nodes with an authority.
fn documented() -> (Folder, Folder, Folder) {
    std::thread::scope(|scope| {
        let rsa = scope.spawn(|| Folder::with(SELF_SIGNED_PAIR, false));
        let ec = scope.spawn(|| Folder::with(&elliptic(SELF_SIGNED_PAIR), true));
        let for_localhost = TWO_NODES.replace("dns:node1.company.org", "dns:localhost");
        let nodes = Folder::with(&for_localhost, true);
        (rsa.join().unwrap(), ec.join().unwrap(), nodes)
    })
}

#[test]
fn java_and_curl_call_us() {
    let (rsa, ec, nodes) = documented();
    let ports =
        [&rsa, &ec].map(|folder| serve(server(&folder.identity("keystore.jks", "keypass"))));
    let mutual = ServerContext::new(
        &nodes.identity("node1.keystore", "password").clone(),
        &ring_provider(),
    );
    // node1 has two entries, but one key.
    let mutual = mutual.client_auth(ClientAuth::Required(
        nodes.trust("ca.truststore", "password"),
    ));
    let mutual = serve(mutual.config().unwrap());
    let pinned = ServerContext::new(&rsa.identity("keystore.jks", "keypass"), &ring_provider());
    let pinned = pinned.client_auth(ClientAuth::Required(
        ec.trust("truststore.jks", "trustpass"),
    ));
    let pinned = serve(pinned.config().unwrap());

    // A client whose certificate was issued finds it by the name of the issuer.
    let leaf = nodes
        .store("node2.keystore", "password")
        .trust(Some("node2"))
        .unwrap();
    let leaf = ServerContext::new(&rsa.identity("keystore.jks", "keypass"), &ring_provider())
        .client_auth(ClientAuth::Required(leaf));
    let leaf = serve(leaf.config().unwrap());

    let (rsa_trust, ec_trust) = (rsa.text("truststore.jks"), ec.text("truststore.jks"));
    let (ca, node2, node1) = (
        nodes.text("ca.truststore"),
        nodes.text("node2.keystore"),
        nodes.text("node1.keystore"),
    );
    let (ec_key, rsa_key) = (ec.text("keystore.jks"), rsa.text("keystore.jks"));
    let mut cases = Vec::new();
    for protocol in ["TLSv1.2", "TLSv1.3"] {
        let mut case = |name: &str, ok: bool, rest: String| {
            cases.push((
                format!("{name}-{protocol}"),
                ok,
                format!("{protocol}|{rest}"),
            ));
        };
        case("rsa", true, format!("{}|{rsa_trust}|trustpass||", ports[0]));
        case("ec", true, format!("{}|{ec_trust}|trustpass||", ports[1]));
        case(
            "wrong-trust",
            false,
            format!("{}|{ec_trust}|trustpass||", ports[0]),
        );
        case(
            "mutual",
            true,
            format!("{mutual}|{ca}|password|{node2}|password"),
        );
        case(
            "mutual-self",
            true,
            format!("{mutual}|{ca}|password|{node1}|password"),
        );
        case("mutual-without", false, format!("{mutual}|{ca}|password||"));
        case(
            "pinned",
            true,
            format!("{pinned}|{rsa_trust}|trustpass|{ec_key}|keypass"),
        );
        case(
            "leaf",
            true,
            format!("{leaf}|{rsa_trust}|trustpass|{node2}|password"),
        );
        case(
            "leaf-other",
            false,
            format!("{leaf}|{rsa_trust}|trustpass|{node1}|password"),
        );
        case(
            "pinned-other",
            false,
            format!("{pinned}|{rsa_trust}|trustpass|{rsa_key}|keypass"),
        );
    }
    let arguments = cases.iter().map(|(name, _, rest)| format!("{name}|{rest}"));
    let result = output(java().arg("client").args(arguments));
    let text = String::from_utf8(result.stdout).unwrap();
    assert!(
        result.status.success(),
        "{text}{}",
        String::from_utf8_lossy(&result.stderr)
    );
    assert_eq!(text.lines().count(), cases.len(), "{text}");
    for (line, (name, ok, _)) in text.lines().zip(&cases) {
        let expected = if *ok {
            format!("{name} ok")
        } else {
            format!("{name} refused ")
        };
        assert!(
            line.starts_with(&expected),
            "{line}, but expected: {expected}"
        );
    }

    let selfsigned = [rsa.text("selfsigned.cer"), ec.text("selfsigned.cer")];
    for (port, certificate, versions, status) in [
        (
            ports[0],
            &selfsigned[0],
            ["--tlsv1.3", "--tls-max", "1.3"],
            0,
        ),
        (
            ports[0],
            &selfsigned[0],
            ["--tlsv1.2", "--tls-max", "1.2"],
            0,
        ),
        (
            ports[1],
            &selfsigned[1],
            ["--tlsv1.2", "--tls-max", "1.3"],
            0,
        ),
        // CURLE_PEER_FAILED_VERIFICATION
        (
            ports[0],
            &selfsigned[1],
            ["--tlsv1.2", "--tls-max", "1.3"],
            60,
        ),
    ] {
        let url = format!("https://localhost:{port}/");
        let mut curl = Command::new("curl");
        curl.args([
            "-sS",
            "-4",
            "--max-time",
            "20",
            "--noproxy",
            "*",
            "--cacert",
            certificate,
            &url,
        ])
        .args(versions);
        let result = output(&mut curl);
        assert_eq!(
            result.status.code(),
            Some(status),
            "{versions:?} {}",
            String::from_utf8_lossy(&result.stderr)
        );
        assert_eq!(result.stdout == b"hi", status == 0);
    }
}

/// Ends the JVM by ending its input.
struct Jvm(Child);

impl Drop for Jvm {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

#[test]
fn we_call_java() {
    let (rsa, ec, nodes) = documented();
    let ca = nodes.text("ca.truststore");
    let mut specs = Vec::new();
    for protocol in ["TLSv1.2", "TLSv1.3"] {
        specs.push(format!("{protocol}|{}|keypass||", rsa.text("keystore.jks")));
        specs.push(format!("{protocol}|{}|keypass||", ec.text("keystore.jks")));
        specs.push(format!(
            "{protocol}|{}|password|{ca}|password",
            nodes.text("node1.keystore")
        ));
    }
    let mut command = java();
    let child = command
        .arg("server")
        .args(&specs)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let mut jvm = Jvm(child.unwrap_or_else(|error| panic!("{}", missing("java", &error))));
    let lines = BufReader::new(jvm.0.stdout.take().unwrap()).lines();
    let ports: Vec<u16> = lines
        .take(specs.len())
        .map(|line| line.unwrap().parse().unwrap())
        .collect();
    assert_eq!(ports.len(), specs.len());

    let provider = ring_provider();
    let (rsa_trust, ec_trust) = (
        rsa.trust("truststore.jks", "trustpass"),
        ec.trust("truststore.jks", "trustpass"),
    );
    let ca_trust = nodes.trust("ca.truststore", "password");
    let node2 = nodes.identity("node2.keystore", "password");
    for ports in ports.chunks(3) {
        assert_eq!(call(&client(&rsa_trust), ports[0], "localhost"), Ok(()));
        assert_eq!(call(&client(&ec_trust), ports[1], "localhost"), Ok(()));
        assert_refused!(
            call(&client(&ec_trust), ports[0], "localhost"),
            CertificateError::UnknownIssuer
        );
        let elsewhere = call(&client(&rsa_trust), ports[0], "elsewhere");
        assert_refused!(elsewhere, CertificateError::NotValidForNameContext { .. });
        let any = ClientContext::new(&rsa_trust, &provider)
            .name_check(NameCheck::DangerouslyNone)
            .config()
            .unwrap();
        assert_eq!(call(&any, ports[0], "elsewhere"), Ok(()));

        let with = ClientContext::new(&ca_trust, &provider)
            .identity(&node2)
            .config()
            .unwrap();
        assert_eq!(call(&with, ports[2], "localhost"), Ok(()));
        let without = call(&client(&ca_trust), ports[2], "localhost");
        let alerts = [
            AlertDescription::BadCertificate,
            AlertDescription::CertificateRequired,
        ];
        assert!(
            matches!(&without, Err(Error::AlertReceived(alert)) if alerts.contains(alert)),
            "{without:?}"
        );
    }
}
