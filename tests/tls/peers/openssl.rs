//! The tools of openssl as a peer: `s_server` and `s_client`, a process a case.

use std::process::Command;

use super::negotiation::{We, agree};
use super::party::Parties;
use super::{Auth, End, Facts, Outcome, Peer, SUITES, alert_name, names, ours, resumption, trust};
use crate::running::Running;

#[derive(Default)]
pub(crate) struct Openssl {
    server: Option<Running>,
}

impl Openssl {
    fn command(tool: &str, end: &End<'_>) -> Command {
        // It writes what it knows and its errors to two files. Unbuffered, their order is that of the connections.
        let mut command = Command::new("stdbuf");
        command
            .args(["-o0", "openssl", tool])
            .arg(match end.version {
                "TLSv1.2" => "-tls1_2",
                _ => "-tls1_3",
            });
        if let Some(party) = end.keys {
            command
                .arg("-cert")
                .arg(&party.certificate)
                .arg("-key")
                .arg(&party.pem)
                .args(["-pass", &format!("pass:{}", party.keys.password)]);
            if let Some(chain) = &party.chain {
                command.arg("-cert_chain").arg(chain);
            }
        }
        if let Some(party) = end.trust {
            command.arg("-CAfile").arg(&party.certificate);
        }
        if let Some(crl) = end.crl {
            command.arg("-crl_check").arg("-CRL").arg(crl);
        }
        if let Some(suite) = end.suite {
            match SUITES.iter().find(|(name, _)| *name == suite) {
                Some((_, openssl)) => command.args(["-cipher", openssl]),
                None => command.args(["-ciphersuites", suite]),
            };
        }
        if !end.alpn.is_empty() {
            command.args(["-alpn", &end.alpn.join(",")]);
        }
        command
    }
}

impl Peer for Openssl {
    fn name(&self) -> &'static str {
        "openssl"
    }

    fn serve(&mut self, end: &End<'_>) -> u16 {
        let mut command = Self::command("s_server", end);
        command.args(["-accept", "127.0.0.1:0", "-naccept"]);
        command.arg(end.connections.to_string());
        match end.auth {
            Auth::None => {}
            Auth::Optional => drop(command.args(["-verify", "5", "-verify_return_error"])),
            Auth::Required => drop(command.args(["-Verify", "5", "-verify_return_error"])),
        }
        let server = Running::start(&mut command);
        let port = server.line("ACCEPT 127.0.0.1:").parse().unwrap();
        self.server = Some(server);
        port
    }

    fn served(&mut self, end: &End<'_>) -> Vec<Outcome> {
        let text = self.server.take().unwrap().rest();
        let connections = text.split_inclusive("CONNECTION CLOSED\n");
        let outcome = |text| outcome(text, Some(end.version));
        connections.take(end.connections).map(outcome).collect()
    }

    fn call(&mut self, end: &End<'_>, port: u16, host: &str, check: bool) -> Vec<Outcome> {
        let session = tempfile::NamedTempFile::new().unwrap();
        let connection = |_| {
            let mut command = Self::command("s_client", end);
            command.args(["-connect", &format!("127.0.0.1:{port}"), "-ign_eof"]);
            command.arg("-verify_return_error");
            let address = host.parse::<std::net::IpAddr>().is_ok();
            if !address {
                command.args(["-servername", host]);
            }
            if check {
                command.args([
                    if address {
                        "-verify_ip"
                    } else {
                        "-verify_hostname"
                    },
                    host,
                ]);
            }
            // Empty if the server has given none.
            let has_session = session.as_file().metadata().unwrap().len() > 0;
            command.args([if has_session { "-sess_in" } else { "-sess_out" }]);
            command.arg(session.path());
            let mut client = Running::start(&mut command);
            client.say("hello");
            outcome(&client.rest(), None)
        };
        (0..end.connections).map(connection).collect()
    }
}

/// What the tools print. `s_server` does not name the version.
fn outcome(text: &str, version: Option<&str>) -> Outcome {
    let after = |start: &str| {
        let line = text.lines().find_map(|line| line.split_once(start));
        line.map(|(_, rest)| rest.to_owned())
    };
    let until_colon = |text: String| text.split(':').next().map(str::to_owned);
    if let Some(number) = after("SSL alert number ") {
        return Err(format!("alert {}", alert_name(number.parse().unwrap())));
    }
    if let Some(error) = after("verify error:num=") {
        return Err(error);
    }
    if let Some(error) = after(":SSL routines:") {
        let reason = error
            .split_once(':')
            .and_then(|(_, reason)| until_colon(reason.into()));
        return Err(reason.unwrap_or(error));
    }
    let client = text.lines().find_map(|line| {
        let words = line.split_once(", ")?;
        let (version, suite) = words.1.split_once(", Cipher is ")?;
        Some((words.0 == "Reused", version, suite))
    });
    let server = after("CIPHER is ");
    let (resumed, version, suite) = match (&client, &server, version) {
        (Some((resumed, version, suite)), ..) => (*resumed, *version, *suite),
        (None, Some(suite), Some(version)) => (
            text.contains("\nReused session-id"),
            version,
            suite.as_str(),
        ),
        _ => return Err(format!("openssl says: {text}")),
    };
    let known = SUITES.iter().find(|(_, openssl)| *openssl == suite);
    let (begin, end) = ("-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----");
    let peer = text
        .split_once(begin)
        .and_then(|(_, rest)| rest.split_once(end));
    Ok(Facts {
        version: version.to_owned(),
        suite: known.map_or(suite, |(name, _)| name).to_owned(),
        alpn: after("ALPN protocols selected: ").or_else(|| after("ALPN protocol: ")),
        resumed,
        peer: peer.map(|(base64, _)| base64.replace('\n', "")),
        heard: text
            .lines()
            .find(|line| *line == "hello")
            .unwrap_or("")
            .to_owned(),
    })
}

#[test]
fn we_call_openssl() {
    let (parties, mut openssl) = (Parties::get(), Openssl::default());
    names::we_check(&mut openssl, &parties);
    trust::we_call(&mut openssl, &parties);
    trust::they_serve(&mut openssl, &parties);
    agree(&mut openssl, &parties, We::Call);
    resumption::we_call(&mut openssl, &parties);
}

#[test]
fn openssl_calls_us() {
    let (parties, mut openssl) = (Parties::get(), Openssl::default());
    names::they_check(&mut openssl, &parties);
    trust::they_call(&mut openssl, &parties);
    trust::we_serve(&mut openssl, &parties);
    agree(&mut openssl, &parties, We::Serve);
    resumption::we_serve(&mut openssl, &parties);
}

#[test]
fn openssl_comes_back_five_times() {
    let parties = Parties::get();
    let server = parties.server("addresses", Auth::Required, "root");
    let ours = ours::serve(vec![server; 6]);
    let end = End {
        keys: Some(parties.party("common_name")),
        trust: Some(parties.party("root")),
        ..End::new("TLSv1.2")
    };
    let mut client = Openssl::command("s_client", &end);
    client.args([
        "-connect",
        &format!("127.0.0.1:{}", ours.port),
        "-reconnect",
    ]);
    let text = Running::start(&mut client).rest();
    assert_eq!(text.matches("\nNew, TLSv1.2, ").count(), 1, "{text}");
    assert_eq!(text.matches("\nReused, TLSv1.2, ").count(), 5, "{text}");
    let resumed = ours
        .outcomes()
        .into_iter()
        .map(|outcome| outcome.map(|facts| facts.resumed));
    let expected = [false, true, true, true, true, true].map(Ok);
    assert_eq!(resumed.collect::<Vec<_>>(), expected, "{text}");
}
