//! JSSE, the TLS of the JDK, as a peer.

use std::path::Path;
use std::process::Command;

use super::negotiation::{We, agree};
use super::party::{Keys, Parties};
use super::{Auth, End, Facts, Outcome, Peer, names, resumption, trust};
use crate::running::Running;

pub(crate) struct Jsse(Running);

impl Jsse {
    pub(crate) fn start() -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/java/TlsPeer.java");
        let mut java = Command::new("java");
        java.args([
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
        ]);
        Self(Running::start(java.arg(source)))
    }

    fn command(&mut self, verb: &str, end: &End<'_>, more: &[String]) {
        let file = |name, keys: &Keys| format!("{name}={}:{}", keys.path.display(), keys.password);
        let auth = match end.auth {
            Auth::None => "none",
            Auth::Optional => "want",
            Auth::Required => "need",
        };
        let settings = [
            Some(verb.to_owned()),
            Some(format!("connections={}", end.connections)),
            Some(format!("version={}", end.version)),
            Some(format!("auth={auth}")),
            end.keys.map(|party| file("keys", &party.keys_of_java)),
            end.trust.map(|party| file("trust", &party.trusted)),
            end.crl.map(|path| format!("crl={}", path.display())),
            end.suite.map(|suite| format!("suite={suite}")),
            (!end.alpn.is_empty()).then(|| format!("alpn={}", end.alpn.join(","))),
        ];
        let settings: Vec<String> = settings
            .into_iter()
            .flatten()
            .chain(more.to_vec())
            .collect();
        self.0.say(&settings.join("\t"));
    }

    fn outcomes(&self, connections: usize) -> Vec<Outcome> {
        (0..connections)
            .map(|_| outcome(&self.0.line("result\t")))
            .collect()
    }
}

impl Peer for Jsse {
    fn name(&self) -> &'static str {
        "JSSE"
    }

    fn serve(&mut self, end: &End<'_>) -> u16 {
        self.command("serve", end, &[]);
        self.0.line("port ").parse().unwrap()
    }

    fn served(&mut self, end: &End<'_>) -> Vec<Outcome> {
        self.outcomes(end.connections)
    }

    fn call(&mut self, end: &End<'_>, port: u16, host: &str, check: bool) -> Vec<Outcome> {
        let mut more = vec![format!("port={port}"), format!("host={host}")];
        more.extend(check.then(|| "check=".to_owned()));
        self.command("call", end, &more);
        self.outcomes(end.connections)
    }
}

fn outcome(line: &str) -> Outcome {
    let words: Vec<&str> = line.split('\t').collect();
    let some = |word: &str| (!word.is_empty()).then(|| word.to_owned());
    match words[..] {
        ["ok", version, suite, alpn, resumed, peer, heard] => Ok(Facts {
            version: version.into(),
            suite: suite.into(),
            alpn: some(alpn),
            resumed: resumed == "true",
            peer: some(peer),
            heard: heard.into(),
        }),
        ["refused", class, message] => {
            Err(message.strip_prefix("Received fatal alert: ").map_or_else(
                || format!("{class}: {message}"),
                |alert| format!("alert {alert}"),
            ))
        }
        _ => panic!("JSSE says: {line}"),
    }
}

#[test]
fn we_call_java() {
    let (parties, mut java) = (Parties::get(), Jsse::start());
    names::we_check(&mut java, &parties);
    trust::we_call(&mut java, &parties);
    trust::they_serve(&mut java, &parties);
    agree(&mut java, &parties, We::Call);
    resumption::we_call(&mut java, &parties);
}

#[test]
fn java_calls_us() {
    let (parties, mut java) = (Parties::get(), Jsse::start());
    names::they_check(&mut java, &parties);
    trust::they_call(&mut java, &parties);
    trust::we_serve(&mut java, &parties);
    agree(&mut java, &parties, We::Serve);
    resumption::we_serve(&mut java, &parties);
}
