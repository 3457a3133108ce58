//! What comes of the cases of a table, and how it is held against what is expected.

use std::sync::Arc;

use bailiwick::tls::{ServerContext, ring_provider};
use rustls::{ClientConfig, ServerConfig};

use super::party::Party;
use super::{End, Facts, Outcome, Peer, ours};
use crate::tools::handshake;

/// Whether a connection comes about; if not, how what we and what they say of it begins.
pub(super) type Expected = Result<(), (String, String)>;

/// We refuse for this reason, and they get this alert.
pub(super) fn we_refuse((reason, alert): (&str, &str)) -> (String, String) {
    (reason.to_owned(), format!("alert {alert}"))
}

/// They refuse for one of the reasons below, and we get their alert.
pub(super) fn they_refuse(peer: &dyn Peer, why: &str, version: &str) -> (String, String) {
    let row = THEIR_REFUSALS
        .iter()
        .find(|row| (row.0, row.1) == (peer.name(), why));
    let (_, _, alerts, words) = row.unwrap_or_else(|| panic!("{} and {why}", peer.name()));
    let alert = alerts[usize::from(version == "TLSv1.3")];
    (format!("alert {alert}"), (*words).to_owned())
}

/// How a peer refuses us: the alerts in TLS 1.2 and 1.3, and how its own words begin.
#[rustfmt::skip]
const THEIR_REFUSALS: &[(&str, &str, [&str; 2], &str)] = &[
    ("JSSE", "name",           ["certificate_unknown"; 2], "CertificateException: No "),
    ("JSSE", "address",        ["certificate_unknown"; 2], "CertificateException: No "),
    ("JSSE", "issuer",         ["certificate_unknown"; 2], "SunCertPathBuilderException: unable to find"),
    ("JSSE", "foreign root",   ["certificate_unknown"; 2], "SunCertPathBuilderException: unable to find"),
    ("JSSE", "expired",        ["certificate_unknown"; 2], "CertificateExpiredException: "),
    ("JSSE", "revoked",        ["certificate_unknown"; 2], "CertificateRevokedException: "),
    // As a client it is more exact than as a server.
    ("JSSE", "expired server", ["certificate_expired", "certificate_unknown"], "CertificateExpiredException: "),
    ("JSSE", "revoked server", ["certificate_revoked"; 2], "CertificateRevokedException: "),
    ("JSSE", "absent",         ["bad_certificate"; 2], "SSLHandshakeException: Empty client certificate chain"),
    ("JSSE", "version",        ["protocol_version"; 2], "SSLHandshakeException: "),
    ("JSSE", "suite",          ["handshake_failure"; 2], "SSLHandshakeException: no cipher suites in common"),
    ("JSSE", "alpn",           ["no_application_protocol"; 2], "SSLHandshakeException: No matching application layer"),
    ("openssl", "name",        ["bad_certificate"; 2], "62:hostname mismatch"),
    ("openssl", "address",     ["bad_certificate"; 2], "64:IP address mismatch"),
    ("openssl", "issuer",      ["unknown_ca"; 2], "20:unable to get local issuer certificate"),
    ("openssl", "foreign root", ["unknown_ca"; 2], "19:self-signed certificate in certificate chain"),
    ("openssl", "expired",     ["certificate_expired"; 2], "10:certificate has expired"),
    ("openssl", "revoked",     ["certificate_revoked"; 2], "23:certificate revoked"),
    ("openssl", "expired server", ["certificate_expired"; 2], "10:certificate has expired"),
    ("openssl", "revoked server", ["certificate_revoked"; 2], "23:certificate revoked"),
    ("openssl", "absent",      ["handshake_failure", "certificate_required"], "peer did not return a certificate"),
    ("openssl", "version",     ["protocol_version"; 2], "unsupported protocol"),
    ("openssl", "suite",       ["handshake_failure"; 2], "no shared cipher"),
    ("openssl", "alpn",        ["no_application_protocol"; 2], "no application protocol"),
];

/// The cases of a table, and those that went wrong.
pub(super) struct Tally {
    peer: &'static str,
    cases: usize,
    wrong: Vec<String>,
}

impl Tally {
    pub(super) const fn new(peer: &'static str) -> Self {
        Self {
            peer,
            cases: 0,
            wrong: Vec::new(),
        }
    }

    /// Both ends have to say what is expected, and to agree on what they have negotiated. In place of what a refusal
    /// says, its beginning is enough.
    pub(super) fn case(
        &mut self,
        label: &str,
        (ours, theirs): &(Outcome, Outcome),
        expected: &Expected,
        peers: (Option<&Party>, Option<&Party>),
    ) {
        self.cases += 1;
        let wrong = match (ours, theirs, expected) {
            (Ok(ours), Ok(theirs), Ok(())) => disagreement(ours, theirs, peers),
            (Err(ours), Err(theirs), Err(expected)) => {
                let as_expected = ours.starts_with(&expected.0) && theirs.starts_with(&expected.1);
                (!as_expected).then(|| format!("{ours} / {theirs}, not {expected:?}"))
            }
            _ => Some(format!("{ours:?} / {theirs:?}, not {expected:?}")),
        };
        self.wrong
            .extend(wrong.map(|wrong| format!("{label}: {wrong}")));
    }

    /// The same decision of our client without any peer but ourselves.
    pub(super) fn in_memory(
        &mut self,
        label: &str,
        (client, server, host): (&ClientConfig, &Party, &str),
        expected: &Expected,
    ) {
        let server = ServerContext::new(server.identity(), &ring_provider());
        let (verdict, _) = handshake(client, &server.config().unwrap(), host);
        let verdict = verdict.map_err(|error| ours::reason(&error));
        if verdict.as_ref()
            != expected
                .as_ref()
                .map_err(|(reason, _)| reason)
                .map(|()| &())
        {
            let wrong = format!("{label}, in memory: {verdict:?}, not {expected:?}");
            self.wrong.push(wrong);
        }
    }

    /// One more thing about the last case.
    pub(super) fn holds(&mut self, label: &str, holds: bool) {
        if !holds {
            self.wrong.push(format!("{label}: not what it should be"));
        }
    }

    pub(super) fn end(self, what: &str) {
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
    // `s_server` says nothing.
    if theirs.heard != "hello" || !["hello", ""].contains(&ours.heard.as_str()) {
        return Some("not all was heard".into());
    }
    (negotiated(ours) != negotiated(theirs)).then(|| format!("{ours:?} is not {theirs:?}"))
}

pub(super) fn one(outcomes: Vec<Outcome>) -> Outcome {
    let [outcome] = <[Outcome; 1]>::try_from(outcomes).unwrap();
    outcome
}

pub(super) fn we_call_one(
    peer: &mut dyn Peer,
    end: &End<'_>,
    config: &Arc<ClientConfig>,
    host: &str,
) -> (Outcome, Outcome) {
    let port = peer.serve(end);
    let ours = ours::call(config, port, host);
    (ours, one(peer.served(end)))
}

pub(super) fn we_serve_one(
    peer: &mut dyn Peer,
    end: &End<'_>,
    config: &Arc<ServerConfig>,
    host: &str,
    check: bool,
) -> (Outcome, Outcome) {
    let ours = ours::serve(vec![config.clone()]);
    let theirs = one(peer.call(end, ours.port, host, check));
    (one(ours.outcomes()), theirs)
}
