//! What comes of the cases of a table, and how it is held against what is expected.

use std::sync::Arc;

use rustls::{ClientConfig, ServerConfig};

use super::party::Party;
use super::{End, Facts, Outcome, Peer, ours};

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
    let (port, ours) = ours::serve(vec![config.clone()]);
    let theirs = one(peer.call(end, port, host, check));
    (one(ours.join().unwrap()), theirs)
}

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

/// The alert that we get, and their own words.
pub(super) fn their_refusal(peer: &str, why: &str, version: &str) -> (String, &'static str) {
    let row = THEIR_REFUSALS
        .iter()
        .find(|row| (row.0, row.1) == (peer, why));
    let (_, _, alerts, words) = row.unwrap();
    let alert = alerts[usize::from(version == "TLSv1.3")];
    (format!("alert {alert}"), words)
}

pub(super) fn borrowed<'a>(
    refusal: &'a Result<(), (String, &'static str)>,
) -> Result<(), (&'a str, &'a str)> {
    match refusal {
        Ok(()) => Ok(()),
        Err((ours, theirs)) => Err((ours, theirs)),
    }
}
