//! curl as a client.

use std::path::Path;
use std::process::Command;

use bailiwick::tls::{ClientAuth, ServerContext, ring_provider};

use super::party::Parties;
use crate::tools::{output, serve};

#[test]
fn curl_calls_us() {
    let parties = Parties::get();
    let provider = ring_provider();
    let pem = |name: &str| parties.party(name).certificate.as_path();
    let plain = |name: &str| {
        let server = ServerContext::new(parties.party(name).identity(), &provider);
        serve(server.config().unwrap())
    };
    let mutual = ServerContext::new(parties.party("addresses").identity(), &provider)
        .client_auth(ClientAuth::Required(parties.party("ca").trust().clone()));
    let mutual = serve(mutual.config().unwrap());
    // The documentation's store; every key type; the names of the documentation; each version alone.
    let (seed, p384, ed25519) = (plain("localhost"), plain("common_name"), plain("wildcard"));
    let cases: &[(&str, u16, &Path, Option<&Path>, i32)] = &[
        ("localhost", seed, pem("localhost"), None, 0),
        (
            "localhost",
            seed,
            pem("root"),
            None,
            CURLE_PEER_FAILED_VERIFICATION,
        ),
        (
            "node1.company.org",
            seed,
            pem("localhost"),
            None,
            CURLE_PEER_FAILED_VERIFICATION,
        ),
        ("node1.company.org", p384, pem("root"), None, 0),
        ("node1.company.org", ed25519, pem("root"), None, 0),
        (
            "company.org",
            ed25519,
            pem("root"),
            None,
            CURLE_PEER_FAILED_VERIFICATION,
        ),
        (
            "127.0.0.1",
            mutual,
            pem("root"),
            Some(&parties.party("node2").pem),
            0,
        ),
        (
            "node1.company.org",
            mutual,
            pem("root"),
            Some(&parties.party("node1").pem),
            0,
        ),
    ];
    let mut count = 0;
    for version in ["1.2", "1.3"] {
        // With 1.3 the refusal comes when curl already reads the answer.
        let refused = match version {
            "1.2" => CURLE_SSL_CLIENTCERT,
            _ => CURLE_RECV_ERROR,
        };
        let without = ("127.0.0.1", mutual, pem("root"), None, refused);
        for (host, port, trust, identity, expected) in cases.iter().chain([&without]) {
            let mut curl = Command::new("curl");
            curl.args(["-sS", "-4", "--max-time", "20", "--noproxy", "*"])
                .args([&format!("--tlsv{version}"), "--tls-max", version])
                .arg("--cacert")
                .arg(trust)
                .args(["--resolve", &format!("{host}:{port}:127.0.0.1")])
                .arg(format!("https://{host}:{port}/"));
            if let Some(pem) = identity {
                curl.arg("--cert").arg(pem);
            }
            let result = output(&mut curl);
            let errors = String::from_utf8_lossy(&result.stderr);
            let label = format!(
                "{host} with TLS {version}, identity: {}",
                identity.is_some()
            );
            assert_eq!(result.status.code(), Some(*expected), "{label}: {errors}");
            assert_eq!(result.stdout == b"hi", *expected == 0, "{label}");
            count += 1;
        }
    }
    println!("{count} cases with curl");
}

/// What curl exits with.
const CURLE_PEER_FAILED_VERIFICATION: i32 = 60;
const CURLE_RECV_ERROR: i32 = 56;
const CURLE_SSL_CLIENTCERT: i32 = 98;
