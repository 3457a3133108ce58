//! Host names: each mode of ours beside JSSE's and openssl's check, on the names of the documentation.

use std::sync::Arc;

use bailiwick::tls::{NameCheck, ServerContext, ring_provider};

use super::party::Parties;
use super::tally::{Tally, borrowed, their_refusal, we_call_one, we_serve_one};
use super::{Auth, End, Peer, VERSIONS, ours};
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

/// The authority of a party's certificate.
pub(super) fn authority_of(who: &str) -> &str {
    match who {
        "node1" | "node2" => "ca",
        "localhost" => "localhost",
        _ => "root",
    }
}

/// Each mode of our client, for each certificate and host.
pub(super) fn we_check(peer: &mut dyn Peer, parties: &Parties) {
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

/// Which hosts peers take our server for, with and without a check.
pub(super) fn they_check(peer: &mut dyn Peer, parties: &Parties) {
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
