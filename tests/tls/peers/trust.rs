//! Certificates without their names: who believes whom, and what a refusal says.

use std::sync::Arc;

use bailiwick::tls::NameCheck;

use super::party::Parties;
use super::tally::{Tally, they_refuse, we_call_one, we_refuse, we_serve_one};
use super::{Auth, End, Peer, VERSIONS};

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
    ("encrypted", "root",         Ok(())),
    ("traditional", "root",       Ok(())),
    ("jceks", "root",             Ok(())),
    ("legacy", "root",            Ok(())),
    ("for_servers", "root",       Ok(())),
    ("for_clients", "root",       Err(("InvalidPurpose", "unsupported_certificate"))),
    ("for_clients", "for_clients",Err(("InvalidPurpose", "unsupported_certificate"))),
    ("revoked", "root",           Ok(())),
    ("revoked", "root revoked.crl", Err(("Revoked", "certificate_revoked"))),
    ("addresses", "root revoked.crl", Ok(())),
    ("addresses", "root stale.crl", Err(("ExpiredRevocationList", "unknown_ca"))),
    ("deep", "root revoked.crl",  Err(("UnknownRevocationStatus", "unknown_ca"))),
    ("node1", "sha256 node1",     Ok(())),
    ("localhost", "sha256 localhost", Ok(())),
    ("localhost", "sha1 localhost", Ok(())),
    ("stranger", "sha256 stranger", Ok(())),
    ("pinned", "sha1 stranger",   Err(("UnknownIssuer", "unknown_ca"))),
    ("pinned", "sha256 stranger", Err(("UnknownIssuer", "unknown_ca"))),
    ("deep", "sha256 root",       Err(("UnknownIssuer", "unknown_ca"))),
    ("expired", "sha256 expired", Err(("Expired", "certificate_expired"))),
    ("for_clients", "sha1 for_clients", Err(("InvalidPurpose", "unsupported_certificate"))),
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
    (Auth::Required, "root", "encrypted",    Ok(())),
    (Auth::Required, "root", "traditional",  Ok(())),
    (Auth::Required, "root", "jceks",        Ok(())),
    (Auth::Required, "root", "legacy",       Ok(())),
    (Auth::Required, "root", "impostor",     Err(("BadSignature", "decrypt_error"))),
    (Auth::Required, "root", "expired",      Err(("Expired", "certificate_expired"))),
    (Auth::Required, "root", "for_clients",  Ok(())),
    (Auth::Required, "root", "for_servers",  Err(("InvalidPurpose", "unsupported_certificate"))),
    (Auth::Required, "root", "revoked",      Ok(())),
    (Auth::Required, "root revoked.crl", "revoked",   Err(("Revoked", "certificate_revoked"))),
    (Auth::Optional, "root revoked.crl", "revoked",   Err(("Revoked", "certificate_revoked"))),
    (Auth::Required, "root revoked.crl", "addresses", Ok(())),
    (Auth::Required, "root stale.crl", "addresses",   Err(("ExpiredRevocationList", "unknown_ca"))),
    (Auth::Required, "sha256 pinned", "pinned",       Ok(())),
    (Auth::Required, "sha1 node2", "node2",           Ok(())),
    (Auth::Required, "sha256 pinned", "addresses",    Err(("UnknownIssuer", "unknown_ca"))),
    (Auth::Required, "expired", "expired",   Err(("Expired", "certificate_expired"))),
    (Auth::Required, "for_servers", "for_servers", Err(("InvalidPurpose", "unsupported_certificate"))),
    (Auth::Required, "ca", "node2",          Ok(())),
    (Auth::Required, "node2", "node2",       Ok(())),
    (Auth::Required, "pinned", "pinned",     Ok(())),
    (Auth::Required, "localhost", "localhost", Ok(())),
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
    (Auth::Required, "root", "encrypted",          Ok(())),
    (Auth::Required, "root", "traditional",        Ok(())),
    (Auth::Required, "root", "jceks",              Ok(())),
    (Auth::Required, "root", "legacy",             Ok(())),
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
    ("encrypted", "root",           Ok(())),
    ("traditional", "root",         Ok(())),
    ("jceks", "root",               Ok(())),
    ("legacy", "root",              Ok(())),
    ("node1", "root",               Err("foreign root")),
    ("stranger", "root",            Err("issuer")),
    ("expired", "root",             Err("expired server")),
    ("revoked", "root revoked.crl", Err("revoked server")),
    ("addresses", "root revoked.crl", Ok(())),
];

/// What our client says to servers, apart from names.
pub(super) fn we_call(peer: &mut dyn Peer, parties: &Parties) {
    let mut tally = Tally::new(peer.name());
    for &(who, trust, expected) in SERVERS {
        let party = parties.party(who);
        let client = parties.client(trust).name_check(NameCheck::DangerouslyNone);
        let client = Arc::new(client.config().unwrap());
        let expected = expected.map_err(we_refuse);
        let host = "node1.company.org";
        tally.in_memory(
            &format!("{who}, trusting {trust}"),
            (&client, party, host),
            &expected,
        );
        for version in VERSIONS {
            let end = End {
                keys: Some(party),
                ..End::new(version)
            };
            let both = we_call_one(peer, &end, &client, host);
            let label = format!("{who}, trusting {trust}, {version}");
            tally.case(&label, &both, &expected, (Some(party), None));
        }
    }
    tally.end("servers that we call");
}

/// What our server says to clients.
pub(super) fn we_serve(peer: &mut dyn Peer, parties: &Parties) {
    let mut tally = Tally::new(peer.name());
    let us = parties.party("addresses");
    for &(auth, trust, who, expected) in CLIENTS {
        let client = parties.known(who);
        let server = parties.server("addresses", auth, trust);
        let expected = expected.map_err(we_refuse);
        for version in VERSIONS {
            let end = End {
                keys: client,
                trust: Some(parties.party("root")),
                ..End::new(version)
            };
            let both = we_serve_one(peer, &end, &server, "127.0.0.1", true);
            let label = format!("{auth:?}, trusting {trust}, client {who}, {version}");
            let seen = client.filter(|_| auth != Auth::None);
            tally.case(&label, &both, &expected, (seen, Some(us)));
        }
    }
    tally.end("clients that we serve");
}

/// Whether peers believe our server.
pub(super) fn they_call(peer: &mut dyn Peer, parties: &Parties) {
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
            let both = we_serve_one(peer, &end, &server, "node1.company.org", false);
            let expected = expected.map_err(|why| they_refuse(peer, why, version));
            let label = format!("{who}, {version}");
            tally.case(&label, &both, &expected, (None, Some(us)));
        }
    }
    tally.end("servers of ours that they call");
}

/// Whether peers let our client in.
pub(super) fn they_serve(peer: &mut dyn Peer, parties: &Parties) {
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
            let both = we_call_one(peer, &end, &client, "node1.company.org");
            let expected = expected.map_err(|why| they_refuse(peer, why, version));
            let label = format!("{auth:?}, trusting {trust}, we are {who}, {version}");
            let seen = us.filter(|_| auth != Auth::None);
            tally.case(&label, &both, &expected, (Some(server), seen));
        }
    }
    tally.end("clients of ours that they serve");
}
