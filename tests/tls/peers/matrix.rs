//! What is tried with every peer, in TLS 1.2 and 1.3, and what is expected.

use std::path::PathBuf;
use std::sync::Arc;

use bailiwick::tls::{ClientAuth, ClientContext, NameCheck, ServerContext, ring_provider};
use rustls::{ClientConfig, ServerConfig};

use super::jsse::Jsse;
use super::openssl::Openssl;
use super::party::{Parties, Party};
use super::{Auth, End, Facts, Outcome, Peer, VERSIONS, ours};
use crate::tools::handshake;

/// Who accepts which certificate for which host. `+` accepts, `-` refuses. The columns are our `Standard`; Hadoop's
/// DEFAULT, DEFAULT_AND_LOCALHOST, STRICT, STRICT_IE6; JSSE's endpoint identification HTTPS; openssl's
/// `-verify_hostname` or `-verify_ip`.
#[rustfmt::skip]
const NAMES: &[(&str, &str, &str)] = &[
    ("node1", "node1.company.org",             "+ ++++ + +"),
    ("node1", "NODE1.Company.Org",             "+ ++++ + +"),
    ("node1", "node2.company.org",             "- ---- - -"),
    ("node1", "192.168.1.1",                   "+ ---- + +"),
    ("node1", "192.168.1.2",                   "- ---- - -"),
    ("node1", "127.0.0.1",                     "- -+-- - -"),
    ("node1", "localhost",                     "- -+-- - -"),
    ("localhost", "localhost",                 "+ ++++ + +"),
    ("localhost", "127.0.0.1",                 "- -+-- - -"),
    ("addresses", "127.0.0.1",                 "+ -+-- + +"),
    ("common_name", "node1.company.org",       "+ ++++ + +"),
    ("common_name", "node2.company.org",       "- ---- - -"),
    ("wildcard", "node1.company.org",          "+ ++++ + +"),
    ("wildcard", "a.node1.company.org",        "- ++-- - -"),
    ("wildcard", "company.org",                "- ---- - -"),
    // The common name beside an alternative name: RFC 6125 passes it over, Hadoop does not.
    ("other_name", "node9.company.org",        "+ ++++ + +"),
    ("other_name", "node1.company.org",        "- ++++ - -"),
    // Beside an address JSSE and openssl still look at it.
    ("only_address", "node1.company.org",      "- ++++ + +"),
    ("only_address", "192.168.1.1",            "+ ---- + +"),
];

/// How a peer refuses us, in TLS 1.2 and 1.3: the alert we get, and how its own words begin.
#[rustfmt::skip]
const THEIR_REFUSALS: &[(&str, &str, [&str; 2], &str)] = &[
    ("JSSE", "name",         ["certificate_unknown", "certificate_unknown"],   "CertificateException: No "),
    ("JSSE", "issuer",       ["certificate_unknown", "certificate_unknown"],   "SunCertPathBuilderException: unable to find"),
    ("JSSE", "expired",      ["certificate_unknown", "certificate_unknown"],   "CertificateExpiredException: "),
    ("JSSE", "revoked",      ["certificate_unknown", "certificate_unknown"],   "CertificateRevokedException: "),
    // As a client it is more exact than as a server.
    ("JSSE", "expired server", ["certificate_expired", "certificate_unknown"], "CertificateExpiredException: "),
    ("JSSE", "revoked server", ["certificate_revoked", "certificate_revoked"], "CertificateRevokedException: "),
    ("JSSE", "foreign root", ["certificate_unknown", "certificate_unknown"],   "SunCertPathBuilderException: unable to find"),
    ("JSSE", "absent",       ["bad_certificate", "bad_certificate"],           "SSLHandshakeException: Empty client certificate chain"),
    ("openssl", "name",      ["bad_certificate", "bad_certificate"],           "6"),
    ("openssl", "issuer",    ["unknown_ca", "unknown_ca"],                     "20:unable to get local issuer certificate"),
    ("openssl", "expired",   ["certificate_expired", "certificate_expired"],   "10:certificate has expired"),
    ("openssl", "revoked",   ["certificate_revoked", "certificate_revoked"],   "23:certificate revoked"),
    ("openssl", "expired server", ["certificate_expired", "certificate_expired"], "10:certificate has expired"),
    ("openssl", "revoked server", ["certificate_revoked", "certificate_revoked"], "23:certificate revoked"),
    ("openssl", "foreign root", ["unknown_ca", "unknown_ca"],                  "19:self-signed certificate in certificate chain"),
    ("openssl", "absent",    ["handshake_failure", "certificate_required"],    "peer did not return a certificate"),
];

/// What servers say to our client: what they ask, whom they trust, who our client is.
#[rustfmt::skip]
const CLIENTS_OF_THEIRS: &[(Auth, &str, &str, Result<(), &str>)] = &[
    (Auth::None,     "-", "addresses",             Ok(())),
    (Auth::Optional, "root", "-",                  Ok(())),
    (Auth::Optional, "root", "addresses",          Ok(())),
    (Auth::Optional, "root", "stranger",           Err("issuer")),
    (Auth::Required, "root", "-",                  Err("absent")),
    (Auth::Required, "root", "addresses",          Ok(())),
    (Auth::Required, "root", "common_name",        Ok(())),
    (Auth::Required, "root", "wildcard",           Ok(())),
    (Auth::Required, "root", "deep",               Ok(())),
    (Auth::Required, "root", "stranger",           Err("issuer")),
    (Auth::Required, "root", "expired",            Err("expired")),
    (Auth::Required, "root revoked.crl", "revoked", Err("revoked")),
    (Auth::Required, "root revoked.crl", "addresses", Ok(())),
    (Auth::Required, "ca", "node2",                Ok(())),
    (Auth::Required, "localhost", "localhost",     Ok(())),
];

/// What clients say to our server: who our server is, and whom they trust.
#[rustfmt::skip]
const SERVERS_OF_OURS: &[(&str, &str, Result<(), &str>)] = &[
    ("node1", "ca",                 Ok(())),
    ("localhost", "localhost",      Ok(())),
    ("common_name", "root",         Ok(())),
    ("wildcard", "root",            Ok(())),
    ("deep", "root",                Ok(())),
    ("node1", "root",               Err("foreign root")),
    ("stranger", "root",            Err("issuer")),
    ("expired", "root",             Err("expired server")),
    ("revoked", "root revoked.crl", Err("revoked server")),
    ("addresses", "root revoked.crl", Ok(())),
];

type Refused = (&'static str, &'static str);

/// What our client says to a server: who, and what the client trusts. A refusal is the reason and the alert.
#[rustfmt::skip]
const SERVERS: &[(&str, &str, Result<(), Refused>)] = &[
    ("node1", "ca",               Ok(())),
    ("node1", "root",             Err(("UnknownIssuer", "unknown_ca"))),
    ("node1", "node1",            Ok(())),
    ("localhost", "localhost",    Ok(())),
    ("deep", "root",              Ok(())),
    ("root", "root",              Ok(())),
    ("pinned", "pinned",          Ok(())),
    ("pinned", "root",            Err(("UnknownIssuer", "unknown_ca"))),
    ("stranger", "root",          Err(("UnknownIssuer", "unknown_ca"))),
    ("impostor", "root",          Err(("BadSignature", "decrypt_error"))),
    ("expired", "root",           Err(("Expired", "certificate_expired"))),
    ("expired", "expired",        Err(("Expired", "certificate_expired"))),
    ("future", "root",            Err(("NotValidYet", "certificate_expired"))),
    ("for_servers", "root",       Ok(())),
    ("for_clients", "root",       Err(("InvalidPurpose", "unsupported_certificate"))),
    ("for_clients", "for_clients",Err(("InvalidPurpose", "unsupported_certificate"))),
    ("revoked", "root",           Ok(())),
];

/// What our server says to clients: what is asked, whom the server trusts, who the client is.
#[rustfmt::skip]
const CLIENTS: &[(Auth, &str, &str, Result<(), Refused>)] = &[
    (Auth::None,     "-", "-",               Ok(())),
    (Auth::None,     "-", "addresses",       Ok(())),
    (Auth::Optional, "root", "-",            Ok(())),
    (Auth::Optional, "root", "addresses",    Ok(())),
    (Auth::Optional, "root", "impostor",     Err(("BadSignature", "decrypt_error"))),
    (Auth::Required, "root", "-",            Err(("NoCertificatesPresented", "certificate_required"))),
    (Auth::Required, "root", "addresses",    Ok(())),
    (Auth::Required, "root", "common_name",  Ok(())),
    (Auth::Required, "root", "wildcard",     Ok(())),
    (Auth::Required, "root", "deep",         Ok(())),
    (Auth::Required, "root", "impostor",     Err(("BadSignature", "decrypt_error"))),
    (Auth::Required, "root", "expired",      Err(("Expired", "certificate_expired"))),
    (Auth::Required, "root", "for_clients",  Ok(())),
    (Auth::Required, "root", "for_servers",  Err(("InvalidPurpose", "unsupported_certificate"))),
    (Auth::Required, "root", "revoked",      Ok(())),
    (Auth::Required, "ca", "node2",          Ok(())),
    (Auth::Required, "node2", "node2",       Ok(())),
    (Auth::Required, "pinned", "pinned",     Ok(())),
    (Auth::Required, "localhost", "localhost", Ok(())),
];

/// The cases of a table, and those that went wrong.
struct Tally {
    peer: &'static str,
    cases: usize,
    wrong: Vec<String>,
}

impl Tally {
    const fn new(peer: &'static str) -> Self {
        Self {
            peer,
            cases: 0,
            wrong: Vec::new(),
        }
    }

    /// Both ends have to say what is expected, and to agree on what they have negotiated. In place of what a refusal
    /// says, its beginning is enough.
    fn case(
        &mut self,
        label: &str,
        (ours, theirs): (&Outcome, &Outcome),
        expected: Result<(), (&str, &str)>,
        peers: (Option<&Party>, Option<&Party>),
    ) {
        self.cases += 1;
        let wrong = match (ours, theirs, expected) {
            (Ok(ours), Ok(theirs), Ok(())) => disagreement(ours, theirs, peers),
            (Err(ours), Err(theirs), Err((reason, other))) => {
                let expected = ours.starts_with(reason) && theirs.starts_with(other);
                (!expected).then(|| format!("{ours} / {theirs}, not {reason} / {other}"))
            }
            _ => Some(format!("{ours:?} / {theirs:?}, not {expected:?}")),
        };
        self.wrong
            .extend(wrong.map(|wrong| format!("{label}: {wrong}")));
    }

    fn end(self, what: &str) {
        println!("{} cases with {}: {what}", self.cases, self.peer);
        assert!(
            self.wrong.is_empty(),
            "{} of {} cases with {}:\n{}",
            self.wrong.len(),
            self.cases,
            self.peer,
            self.wrong.join("\n")
        );
    }
}

/// `peers` are whom we and whom they should have seen.
fn disagreement(
    ours: &Facts,
    theirs: &Facts,
    peers: (Option<&Party>, Option<&Party>),
) -> Option<String> {
    let seen = (ours.peer.clone(), theirs.peer.clone());
    let expected = (peers.0.map(Party::base64), peers.1.map(Party::base64));
    if seen != expected {
        return Some(format!("saw {seen:?}, not {expected:?}"));
    }
    let negotiated = |facts: &Facts| Facts {
        peer: None,
        heard: String::new(),
        ..facts.clone()
    };
    (negotiated(ours) != negotiated(theirs)).then(|| format!("{ours:?} is not {theirs:?}"))
}

impl Parties {
    fn known(&self, name: &str) -> Option<&Party> {
        (name != "-").then(|| self.party(name))
    }

    fn client(&self, trust: &str) -> ClientContext {
        ClientContext::new(self.party(trust).trust(), &ring_provider())
    }

    fn server(&self, who: &str, auth: Auth, trust: &str) -> Arc<ServerConfig> {
        let clients = match auth {
            Auth::None => ClientAuth::None,
            Auth::Optional => ClientAuth::Optional(self.party(trust).trust().clone()),
            Auth::Required => ClientAuth::Required(self.party(trust).trust().clone()),
        };
        let server = ServerContext::new(self.party(who).identity(), &ring_provider());
        Arc::new(server.client_auth(clients).config().unwrap())
    }

    /// `NAME`, or `NAME FILE` with a list of revoked certificates.
    fn trust_and_crl(&self, trust: &str) -> (Option<&Party>, Option<PathBuf>) {
        match trust.split_once(' ') {
            Some((name, file)) => (Some(self.party(name)), Some(self.path(file))),
            None => (self.known(trust), None),
        }
    }
}

/// The authority of a party's certificate.
fn authority_of(who: &str) -> &str {
    match who {
        "node1" | "node2" => "ca",
        "localhost" => "localhost",
        _ => "root",
    }
}

fn one(outcomes: Vec<Outcome>) -> Outcome {
    let [outcome] = <[Outcome; 1]>::try_from(outcomes).unwrap();
    outcome
}

fn we_call_one(
    peer: &mut dyn Peer,
    end: &End<'_>,
    config: &Arc<ClientConfig>,
    host: &str,
) -> (Outcome, Outcome) {
    let port = peer.serve(end);
    let ours = ours::call(config, port, host);
    (ours, one(peer.served(end)))
}

fn we_serve_one(
    peer: &mut dyn Peer,
    end: &End<'_>,
    config: &Arc<ServerConfig>,
    host: &str,
    check: bool,
) -> (Outcome, Outcome) {
    let (port, ours) = ours::serve(vec![config.clone()]);
    let theirs = one(peer.call(end, port, host, check));
    (one(ours.join().unwrap()), theirs)
}

/// Each mode of our client, for each certificate and host.
fn names_we_check(peer: &mut dyn Peer, parties: &Parties) {
    let modes = [NameCheck::Standard];
    let mut tally = Tally::new(peer.name());
    for &(who, host, verdicts) in NAMES {
        let party = parties.party(who);
        let verdicts = verdicts.bytes().filter(|verdict| *verdict != b' ');
        let checked = modes
            .into_iter()
            .zip(verdicts.map(|verdict| verdict == b'+'));
        for (mode, accepted) in checked.chain([(NameCheck::DangerouslyNone, true)]) {
            let client = parties.client(authority_of(who)).name_check(mode);
            let client = Arc::new(client.config().unwrap());
            let expected = match accepted {
                true => Ok(()),
                false => Err(("NotValidForName", "alert bad_certificate")),
            };
            // In memory first: no peer changes the verdict.
            let server = ServerContext::new(party.identity(), &ring_provider());
            let (memory, _) = handshake(&client, &server.config().unwrap(), host);
            let memory = memory.map_err(|error| ours::reason(&error));
            let label = format!("{mode:?} of {who} as {host}");
            assert_eq!(
                memory,
                expected.map_err(|(reason, _)| reason.to_owned()),
                "{label}"
            );
            for version in VERSIONS {
                let end = End {
                    keys: Some(party),
                    ..End::new(version)
                };
                let (ours, theirs) = we_call_one(peer, &end, &client, host);
                let label = format!("{label}, {version}");
                tally.case(&label, (&ours, &theirs), expected, (Some(party), None));
            }
        }
    }
    tally.end("names that we check");
}

/// What our client says to servers, apart from names.
fn servers_we_call(peer: &mut dyn Peer, parties: &Parties) {
    let mut tally = Tally::new(peer.name());
    for &(who, trust, expected) in SERVERS {
        let party = parties.party(who);
        let client = parties.client(trust).name_check(NameCheck::DangerouslyNone);
        let client = Arc::new(client.config().unwrap());
        let alert = expected.map_err(|(_, alert)| format!("alert {alert}"));
        let expected = match (&alert, expected) {
            (Err(alert), Err((reason, _))) => Err((reason, alert.as_str())),
            _ => Ok(()),
        };
        for version in VERSIONS {
            let end = End {
                keys: Some(party),
                ..End::new(version)
            };
            let (ours, theirs) = we_call_one(peer, &end, &client, "node1.company.org");
            let label = format!("{who}, trusting {trust}, {version}");
            tally.case(&label, (&ours, &theirs), expected, (Some(party), None));
        }
    }
    tally.end("servers that we call");
}

/// What our server says to clients.
fn clients_we_serve(peer: &mut dyn Peer, parties: &Parties) {
    let mut tally = Tally::new(peer.name());
    let us = parties.party("addresses");
    for &(auth, trust, who, expected) in CLIENTS {
        let client = parties.known(who);
        let server = parties.server("addresses", auth, trust);
        let alert = expected.map_err(|(_, alert)| format!("alert {alert}"));
        let expected = match (&alert, expected) {
            (Err(alert), Err((reason, _))) => Err((reason, alert.as_str())),
            _ => Ok(()),
        };
        for version in VERSIONS {
            let end = End {
                keys: client,
                trust: Some(parties.party("root")),
                ..End::new(version)
            };
            let (ours, theirs) = we_serve_one(peer, &end, &server, "127.0.0.1", true);
            let label = format!("{auth:?}, trusting {trust}, client {who}, {version}");
            let seen = client.filter(|_| auth != Auth::None);
            tally.case(&label, (&ours, &theirs), expected, (seen, Some(us)));
        }
    }
    tally.end("clients that we serve");
}

/// Whether peers believe our server.
fn servers_they_call(peer: &mut dyn Peer, parties: &Parties) {
    let mut tally = Tally::new(peer.name());
    for &(who, trust, expected) in SERVERS_OF_OURS {
        let us = parties.party(who);
        let server = parties.server(who, Auth::None, "-");
        let (trust, crl) = parties.trust_and_crl(trust);
        for version in VERSIONS {
            let end = End {
                trust,
                crl: crl.as_deref(),
                ..End::new(version)
            };
            let (ours, theirs) = we_serve_one(peer, &end, &server, "node1.company.org", false);
            let refusal = expected.map_err(|why| their_refusal(peer.name(), why, version));
            let label = format!("{who}, {version}");
            tally.case(
                &label,
                (&ours, &theirs),
                borrowed(&refusal),
                (None, Some(us)),
            );
        }
    }
    tally.end("servers of ours that they call");
}

/// Which hosts peers take our server for, with and without a check.
fn names_they_check(peer: &mut dyn Peer, parties: &Parties) {
    let mut tally = Tally::new(peer.name());
    let column = match peer.name() {
        "JSSE" => 7,
        _ => 9,
    };
    for &(who, host, verdicts) in NAMES {
        let us = parties.party(who);
        let server = parties.server(who, Auth::None, "-");
        for (check, version) in [true, false]
            .into_iter()
            .flat_map(|check| VERSIONS.map(|version| (check, version)))
        {
            let end = End {
                trust: Some(parties.party(authority_of(who))),
                ..End::new(version)
            };
            let (ours, theirs) = we_serve_one(peer, &end, &server, host, check);
            let accepted = !check || verdicts.as_bytes()[column] == b'+';
            let refusal = match accepted {
                true => Ok(()),
                false => Err(their_refusal(peer.name(), "name", version)),
            };
            let label = format!("{who} as {host}, checked: {check}, {version}");
            tally.case(
                &label,
                (&ours, &theirs),
                borrowed(&refusal),
                (None, Some(us)),
            );
        }
    }
    tally.end("names that they check");
}

/// Whether peers let our client in.
fn clients_they_serve(peer: &mut dyn Peer, parties: &Parties) {
    let mut tally = Tally::new(peer.name());
    let server = parties.party("addresses");
    for &(auth, trust, who, expected) in CLIENTS_OF_THEIRS {
        let us = parties.known(who);
        let (trusted, crl) = parties.trust_and_crl(trust);
        let client = parties.client("root");
        let client = match us {
            Some(us) => client.identity(us.identity()),
            None => client,
        };
        let client = Arc::new(client.config().unwrap());
        for version in VERSIONS {
            let end = End {
                keys: Some(server),
                trust: trusted,
                crl: crl.as_deref(),
                auth,
                ..End::new(version)
            };
            let (ours, theirs) = we_call_one(peer, &end, &client, "node1.company.org");
            let refusal = expected.map_err(|why| their_refusal(peer.name(), why, version));
            let label = format!("{auth:?}, trusting {trust}, we are {who}, {version}");
            let seen = us.filter(|_| auth != Auth::None);
            tally.case(
                &label,
                (&ours, &theirs),
                borrowed(&refusal),
                (Some(server), seen),
            );
        }
    }
    tally.end("clients of ours that they serve");
}

/// The alert that we get, and their own words.
fn their_refusal(peer: &str, why: &str, version: &str) -> (String, &'static str) {
    let row = THEIR_REFUSALS
        .iter()
        .find(|row| (row.0, row.1) == (peer, why));
    let (_, _, alerts, words) = row.unwrap();
    let alert = alerts[usize::from(version == "TLSv1.3")];
    (format!("alert {alert}"), words)
}

fn borrowed<'a>(refusal: &'a Result<(), (String, &'static str)>) -> Result<(), (&'a str, &'a str)> {
    match refusal {
        Ok(()) => Ok(()),
        Err((ours, theirs)) => Err((ours, theirs)),
    }
}

#[test]
fn we_call_java() {
    let (parties, mut java) = (Parties::get(), Jsse::start());
    names_we_check(&mut java, &parties);
    servers_we_call(&mut java, &parties);
    clients_they_serve(&mut java, &parties);
}

#[test]
fn java_calls_us() {
    let (parties, mut java) = (Parties::get(), Jsse::start());
    servers_they_call(&mut java, &parties);
    names_they_check(&mut java, &parties);
    clients_we_serve(&mut java, &parties);
}

#[test]
fn we_call_openssl() {
    let (parties, mut openssl) = (Parties::get(), Openssl::default());
    names_we_check(&mut openssl, &parties);
    servers_we_call(&mut openssl, &parties);
    clients_they_serve(&mut openssl, &parties);
}

#[test]
fn openssl_calls_us() {
    let (parties, mut openssl) = (Parties::get(), Openssl::default());
    servers_they_call(&mut openssl, &parties);
    names_they_check(&mut openssl, &parties);
    clients_we_serve(&mut openssl, &parties);
}
