//! Host names: each mode of ours beside JSSE's and openssl's check, on the names of the documentation.

use std::net::IpAddr;
use std::sync::Arc;

use bailiwick::tls::{ClientContext, HadoopVerifier, NameCheck};

use super::party::{Parties, authority_of};
use super::tally::{Tally, they_refuse, we_call_one, we_refuse, we_serve_one};
use super::{Auth, End, Peer, VERSIONS};

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
    // Beside nothing but an address it counts.
    ("only_address", "node1.company.org",      "+ ++++ + +"),
    ("only_address", "192.168.1.1",            "+ ---- + +"),
    // Two common names: neither, the last, all; for JSSE the last, for openssl all.
    ("two_names", "node1.company.org",         "- ---+ - +"),
    ("two_names", "node2.company.org",         "- ++++ + +"),
];

/// The modes of the first columns.
const MODES: [NameCheck; 5] = [
    NameCheck::Standard,
    NameCheck::WeakLikeHadoop(HadoopVerifier::Default),
    NameCheck::WeakLikeHadoop(HadoopVerifier::DefaultAndLocalhost),
    NameCheck::WeakLikeHadoop(HadoopVerifier::Strict),
    NameCheck::WeakLikeHadoop(HadoopVerifier::StrictIe6),
];

/// Whom our client expects whatever it calls: the certificate, the expected name, the called one.
#[rustfmt::skip]
const EXPECTED: &[(&str, &str, &str, bool)] = &[
    ("node1",       "node1.company.org", "127.0.0.1",         true),
    ("node1",       "node1.company.org", "localhost",         true),
    ("node1",       "192.168.1.1",       "localhost",         true),
    ("node1",       "node2.company.org", "node1.company.org", false),
    ("common_name", "node1.company.org", "elsewhere.example", true),
    ("wildcard",    "company.org",       "node1.company.org", false),
];

const REFUSED: (&str, &str) = ("NotValidForName", "bad_certificate");

/// Each mode of our client, for each certificate and host.
pub(super) fn we_check(peer: &mut dyn Peer, parties: &Parties) {
    let mut tally = Tally::new(peer.name());
    let mut check = |who, label: &str, client: ClientContext, host, accepted| {
        let party = parties.party(who);
        let client = Arc::new(client.config().unwrap());
        let expected = if accepted {
            Ok(())
        } else {
            Err(we_refuse(REFUSED))
        };
        tally.in_memory(label, (&client, party, host), &expected);
        for version in VERSIONS {
            let end = End {
                keys: Some(party),
                ..End::new(version)
            };
            let both = we_call_one(peer, &end, &client, host);
            tally.case(
                &format!("{label}, {version}"),
                &both,
                &expected,
                (Some(party), None),
            );
        }
    };
    for &(who, host, verdicts) in NAMES {
        let verdicts = verdicts.bytes().filter(|verdict| *verdict != b' ');
        let verdicts = verdicts.map(|verdict| verdict == b'+');
        let modes = MODES.into_iter().zip(verdicts);
        for (mode, accepted) in modes.chain([(NameCheck::DangerouslyNone, true)]) {
            let client = parties.client(authority_of(who)).name_check(mode);
            check(
                who,
                &format!("{mode} of {who} as {host}"),
                client,
                host,
                accepted,
            );
        }
    }
    for &(who, expected, host, accepted) in EXPECTED {
        for mode in MODES {
            // Hadoop's verifiers know no addresses.
            let address = expected.parse::<IpAddr>().is_ok();
            let accepted = accepted && (!address || mode == NameCheck::Standard);
            let client = parties.client(authority_of(who)).name_check(mode);
            let label = format!("{mode} of {who} as {host}, expected {expected}");
            check(who, &label, client.expected_name(expected), host, accepted);
        }
    }
    tally.end("names that we check");
}

/// Which hosts peers take our server for, with and without a check.
pub(super) fn they_check(peer: &mut dyn Peer, parties: &Parties) {
    let mut tally = Tally::new(peer.name());
    let column = if peer.name() == "JSSE" { 7 } else { 9 };
    for &(who, host, verdicts) in NAMES {
        let us = parties.party(who);
        let server = parties.server(who, Auth::None, "-");
        let matches = verdicts.as_bytes()[column] == b'+';
        let why = if host.parse::<IpAddr>().is_ok() {
            "address"
        } else {
            "name"
        };
        for version in VERSIONS {
            for check in [true, false] {
                let end = End {
                    trust: Some(parties.party(authority_of(who))),
                    ..End::new(version)
                };
                let both = we_serve_one(peer, &end, &server, host, check);
                let expected = match check && !matches {
                    true => Err(they_refuse(peer, why, version)),
                    false => Ok(()),
                };
                let label = format!("{who} as {host}, checked: {check}, {version}");
                tally.case(&label, &both, &expected, (None, Some(us)));
            }
        }
    }
    tally.end("names that they check");
}
