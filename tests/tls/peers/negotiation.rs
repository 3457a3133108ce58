//! What the two ends agree on: version, cipher suite, application protocol.

use std::sync::Arc;

use bailiwick::tls::{ClientContext, Protocols, ServerContext, ring_provider};

use super::party::{Parties, Party};
use super::tally::{Tally, they_refuse, we_call_one, we_refuse, we_serve_one};
use super::{End, Facts, Outcome, Peer, SUITES, VERSIONS};

/// Ours, theirs, and whether there is a common one.
#[rustfmt::skip]
const PROTOCOLS: &[(Protocols, &str, bool)] = &[
    (Protocols::Both,  "TLSv1.2", true),
    (Protocols::Both,  "TLSv1.3", true),
    (Protocols::Tls12, "TLSv1.2", true),
    (Protocols::Tls12, "TLSv1.3", false),
    (Protocols::Tls13, "TLSv1.2", false),
    (Protocols::Tls13, "TLSv1.3", true),
];

const TLS13_SUITES: [&str; 3] = [
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
];

/// `Err` if the server refuses.
type Agreed = Result<Option<&'static str>, ()>;

/// The server's application protocols, the client's, and what they come to.
#[rustfmt::skip]
const ALPN: &[(&[&str], &[&str], Agreed)] = &[
    (&["h2", "http/1.1"], &["http/1.1", "h2"], Ok(Some("h2"))),
    (&["h2", "http/1.1"], &["http/1.1"],       Ok(Some("http/1.1"))),
    (&["h2"],             &[],                 Ok(None)),
    (&[],                 &["h2"],             Ok(None)),
    (&["h2"],             &["http/1.1"],       Err(())),
];

/// A suite and the certificate it is for.
fn suites() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let of_tls12 = SUITES.iter().map(|(name, _)| match name.contains("_RSA_") {
        true => ("TLSv1.2", *name, "node1"),
        false => ("TLSv1.2", *name, "addresses"),
    });
    let of_tls13 = TLS13_SUITES.map(|name| ("TLSv1.3", name, "addresses"));
    of_tls12.chain(of_tls13)
}

fn has(outcome: &Outcome, fact: impl Fn(&Facts) -> bool) -> bool {
    outcome.as_ref().is_ok_and(fact)
}

pub(super) fn we_call(peer: &mut dyn Peer, parties: &Parties) {
    let mut tally = Tally::new(peer.name());
    let who = parties.party("addresses");
    let client = || parties.client("root");
    let host = "node1.company.org";
    let config = |client: ClientContext| Arc::new(client.config().unwrap());

    for &(ours, theirs, common) in PROTOCOLS {
        let end = End {
            keys: Some(who),
            ..End::new(theirs)
        };
        let both = we_call_one(peer, &end, &config(client().protocols(ours)), host);
        let expected = match common {
            true => Ok(()),
            false => Err(they_refuse(peer, "version", theirs)),
        };
        tally.case(
            &format!("{ours} and {theirs}"),
            &both,
            &expected,
            (Some(who), None),
        );
    }

    for (version, suite, who) in suites() {
        let who = parties.party(who);
        let free = parties.client(if suite.contains("_RSA_") {
            "ca"
        } else {
            "root"
        });
        let bound = free.clone().cipher_suites(suite.parse().unwrap());
        for (client, theirs) in [(&free, Some(suite)), (&bound, None)] {
            let end = End {
                keys: Some(who),
                suite: theirs,
                ..End::new(version)
            };
            let both = we_call_one(peer, &end, &config(client.clone()), host);
            let label = format!("{suite}, theirs: {}", theirs.is_some());
            tally.case(&label, &both, &Ok(()), (Some(who), None));
            tally.holds(&label, has(&both.0, |facts| facts.suite == suite));
        }
        let end = End {
            keys: Some(who),
            suite: Some(other(suite)),
            ..End::new(version)
        };
        let both = we_call_one(peer, &end, &config(bound), host);
        let expected = Err(they_refuse(peer, "suite", version));
        tally.case(
            &format!("{suite} and {}", other(suite)),
            &both,
            &expected,
            (None, None),
        );
    }

    for &(theirs, ours, expected) in ALPN {
        for version in VERSIONS {
            let end = End {
                keys: Some(who),
                alpn: theirs,
                ..End::new(version)
            };
            let both = we_call_one(
                peer,
                &end,
                &config(client().alpn(ours.iter().copied())),
                host,
            );
            let label = format!("{ours:?} of {theirs:?}, {version}");
            let alpn = expected.map_err(|()| they_refuse(peer, "alpn", version));
            tally.alpn(&label, &both, alpn, (Some(who), None));
        }
    }
    tally.end("what we agree on with servers");
}

pub(super) fn we_serve(peer: &mut dyn Peer, parties: &Parties) {
    let mut tally = Tally::new(peer.name());
    let us = parties.party("addresses");
    let server = |who: &Party| ServerContext::new(who.identity(), &ring_provider());
    let host = "node1.company.org";
    let config = |server: ServerContext| Arc::new(server.config().unwrap());

    for &(ours, theirs, common) in PROTOCOLS {
        let end = End {
            trust: Some(parties.party("root")),
            ..End::new(theirs)
        };
        let both = we_serve_one(peer, &end, &config(server(us).protocols(ours)), host, true);
        let expected = match common {
            true => Ok(()),
            false => Err(we_refuse(("PeerIncompatible", "protocol_version"))),
        };
        tally.case(
            &format!("{ours} and {theirs}"),
            &both,
            &expected,
            (None, Some(us)),
        );
    }

    for (version, suite, who) in suites() {
        let us = parties.party(who);
        let trust = parties.party(if suite.contains("_RSA_") {
            "ca"
        } else {
            "root"
        });
        let bound = server(us).cipher_suites(suite.parse().unwrap());
        for (server, theirs) in [(server(us), Some(suite)), (bound.clone(), None)] {
            let end = End {
                trust: Some(trust),
                suite: theirs,
                ..End::new(version)
            };
            let both = we_serve_one(peer, &end, &config(server), host, true);
            let label = format!("{suite}, theirs: {}", theirs.is_some());
            tally.case(&label, &both, &Ok(()), (None, Some(us)));
            tally.holds(&label, has(&both.0, |facts| facts.suite == suite));
        }
        let end = End {
            trust: Some(trust),
            suite: Some(other(suite)),
            ..End::new(version)
        };
        let both = we_serve_one(peer, &end, &config(bound), host, true);
        let expected = Err(we_refuse((
            "PeerIncompatible(NoCipherSuitesInCommon)",
            "handshake_failure",
        )));
        tally.case(
            &format!("{suite} and {}", other(suite)),
            &both,
            &expected,
            (None, None),
        );
    }

    for &(ours, theirs, expected) in ALPN {
        for version in VERSIONS {
            let end = End {
                trust: Some(parties.party("root")),
                alpn: theirs,
                ..End::new(version)
            };
            let both = we_serve_one(
                peer,
                &end,
                &config(server(us).alpn(ours.iter().copied())),
                host,
                true,
            );
            let label = format!("{ours:?} for {theirs:?}, {version}");
            let alpn = expected
                .map_err(|()| we_refuse(("NoApplicationProtocol", "no_application_protocol")));
            tally.alpn(&label, &both, alpn, (None, Some(us)));
        }
    }
    tally.end("what we agree on with clients");
}

/// Another suite of the same version and for the same certificates.
fn other(suite: &'static str) -> &'static str {
    let all = || suites().map(|(_, name, _)| name);
    let kind = |name: &str| (name.contains("WITH"), name.contains("_RSA_"));
    all()
        .find(|name| *name != suite && kind(name) == kind(suite))
        .unwrap()
}

impl Tally {
    fn alpn(
        &mut self,
        label: &str,
        both: &(Outcome, Outcome),
        expected: Result<Option<&str>, (String, String)>,
        peers: (Option<&Party>, Option<&Party>),
    ) {
        let agreed = expected.clone().ok().flatten();
        self.case(label, both, &expected.map(drop), peers);
        self.holds(
            label,
            !both
                .0
                .as_ref()
                .is_ok_and(|facts| facts.alpn.as_deref() != agreed),
        );
    }
}
