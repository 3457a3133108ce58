//! What the two ends agree on: version, cipher suite, application protocol.

use std::sync::Arc;

use bailiwick::tls::{CipherSuites, Protocols, ServerContext, ring_provider};

use super::party::{Parties, authority_of};
use super::tally::{Expected, Tally, they_refuse, we_call_one, we_refuse, we_serve_one};
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

/// Which end we are.
#[derive(Clone, Copy)]
pub(super) enum We {
    Call,
    Serve,
}

/// What our end is told.
#[derive(Default)]
struct Ours<'a> {
    protocols: Protocols,
    suite: Option<&'a str>,
    alpn: &'a [&'a str],
}

pub(super) fn agree(peer: &mut dyn Peer, parties: &Parties, we: We) {
    let mut case = Case {
        tally: Tally::new(peer.name()),
        peer,
        parties,
        we,
    };
    for &(protocols, version, common) in PROTOCOLS {
        let ours = Ours {
            protocols,
            ..Ours::default()
        };
        let refused = (!common).then_some(("version", "PeerIncompatible", "protocol_version"));
        case.run("addresses", &ours, &End::new(version), refused, |_| true);
    }
    for (version, suite, who) in suites() {
        let free = Ours::default();
        let bound = Ours {
            suite: Some(suite),
            ..Ours::default()
        };
        let theirs = |suite| End {
            suite,
            ..End::new(version)
        };
        let chosen = |facts: &Facts| facts.suite == suite;
        let reason = "PeerIncompatible(NoCipherSuitesInCommon)";
        let refused = Some(("suite", reason, "handshake_failure"));
        case.run(who, &free, &theirs(Some(suite)), None, chosen);
        case.run(who, &bound, &theirs(None), None, chosen);
        case.run(who, &bound, &theirs(Some(other(suite))), refused, chosen);
    }
    for &(server, client, agreed) in ALPN {
        let (ours, theirs) = match we {
            We::Call => (client, server),
            We::Serve => (server, client),
        };
        for version in VERSIONS {
            let ours = Ours {
                alpn: ours,
                ..Ours::default()
            };
            let theirs = End {
                alpn: theirs,
                ..End::new(version)
            };
            let refused = ("alpn", "NoApplicationProtocol", "no_application_protocol");
            let refused = agreed.is_err().then_some(refused);
            case.run("addresses", &ours, &theirs, refused, |facts| {
                Ok(facts.alpn.as_deref()) == agreed
            });
        }
    }
    case.tally.end("what we agree on");
}

struct Case<'a> {
    tally: Tally,
    peer: &'a mut dyn Peer,
    parties: &'a Parties,
    we: We,
}

impl Case<'_> {
    /// The server, whoever plays it, is `who`. It refuses for a reason of its own, and by an alert.
    fn run(
        &mut self,
        who: &str,
        ours: &Ours<'_>,
        theirs: &End<'_>,
        refused: Option<(&str, &str, &str)>,
        holds: impl Fn(&Facts) -> bool,
    ) {
        let both = self.connect(who, ours, theirs);
        let who = Some(self.parties.party(who));
        let peers = match self.we {
            We::Call => (who, None),
            We::Serve => (None, who),
        };
        let expected: Expected = match (refused, self.we) {
            (None, _) => Ok(()),
            (Some((why, ..)), We::Call) => Err(they_refuse(self.peer, why, theirs.version)),
            (Some((_, reason, alert)), We::Serve) => Err(we_refuse((reason, alert))),
        };
        let label = format!(
            "{} {:?} {:?}, theirs {} {:?} {:?}",
            ours.protocols, ours.suite, ours.alpn, theirs.version, theirs.suite, theirs.alpn
        );
        self.tally.case(&label, &both, &expected, peers);
        self.tally.holds(
            &label,
            both.0.as_ref().is_ok_and(holds) || expected.is_err(),
        );
    }

    fn connect(&mut self, who: &str, ours: &Ours<'_>, theirs: &End<'_>) -> (Outcome, Outcome) {
        let party = self.parties.party(who);
        let host = "node1.company.org";
        let suites = ours
            .suite
            .map(|suite| suite.parse::<CipherSuites>().unwrap());
        let suites = suites.unwrap_or_default();
        let alpn = ours.alpn.iter().copied();
        match self.we {
            We::Call => {
                let end = End {
                    keys: Some(party),
                    ..*theirs
                };
                let client = self
                    .parties
                    .client(authority_of(who))
                    .protocols(ours.protocols);
                let client = client.cipher_suites(suites).alpn(alpn).config().unwrap();
                we_call_one(self.peer, &end, &Arc::new(client), host)
            }
            We::Serve => {
                let end = End {
                    trust: Some(self.parties.party(authority_of(who))),
                    ..*theirs
                };
                let server = ServerContext::new(party.identity(), &ring_provider());
                let server = server
                    .protocols(ours.protocols)
                    .cipher_suites(suites)
                    .alpn(alpn);
                let server = server.config().unwrap();
                we_serve_one(self.peer, &end, &Arc::new(server), host, true)
            }
        }
    }
}

/// Each suite, its version, and who has a certificate for it.
fn suites() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let of_tls12 = SUITES.iter().map(|(name, _)| match name.contains("_RSA_") {
        true => ("TLSv1.2", *name, "node1"),
        false => ("TLSv1.2", *name, "addresses"),
    });
    let of_tls13 = TLS13_SUITES.map(|name| ("TLSv1.3", name, "node1"));
    of_tls12.chain(of_tls13)
}

/// Another suite of the same version, for the same certificate.
fn other(suite: &str) -> &'static str {
    let kind = |name: &str| (name.contains("WITH"), name.contains("_RSA_"));
    let mut all = suites().map(|(_, name, _)| name);
    all.find(|name| *name != suite && kind(name) == kind(suite))
        .unwrap()
}
