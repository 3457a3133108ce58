//! Sessions that are resumed, and those that must not be: a peer calls, or is called, twice.

use std::sync::Arc;

use self::Second::{Full, Refused, Resumed};
use bailiwick::tls::NameCheck::{DangerouslyNone as AnyName, Standard};
use bailiwick::tls::{ClientContext, NameCheck, Resumption, ServerContext, ring_provider};

use super::party::{Parties, Party};
use super::tally::{Expected, Tally, we_refuse};
use super::{Auth, End, Outcome, Peer, VERSIONS, ours};

/// What becomes of the second connection.
#[derive(Clone, Copy)]
enum Second {
    Resumed,
    Full,
    Refused(&'static str, &'static str),
}

/// What our server asks of clients and whom it trusts, at first and then; `None` if it stays the same context. Who calls.
type Server = (Auth, &'static str);
#[rustfmt::skip]
const SERVERS: &[(Server, Option<Server>, &str, Second)] = &[
    ((Auth::None, "-"),        None,                           "-",           Resumed),
    ((Auth::Optional, "root"), None,                           "-",           Resumed),
    ((Auth::Required, "root"), None,                           "common_name", Resumed),
    ((Auth::Required, "ca"),   None,                           "node2",       Resumed),
    // A reload that changes nothing.
    ((Auth::None, "-"),        Some((Auth::None, "-")),        "-",           Full),
    ((Auth::Required, "root"), Some((Auth::Required, "root")), "common_name", Full),
    // Trust is withdrawn, a certificate is revoked, or asked for.
    ((Auth::Required, "sha256 common_name"), Some((Auth::Required, "sha256 pinned")), "common_name",
        Refused("UnknownIssuer", "unknown_ca")),
    ((Auth::Required, "root"), Some((Auth::Required, "impostor")), "common_name",
        Refused("UnknownIssuer", "unknown_ca")),
    ((Auth::Optional, "root"), Some((Auth::Optional, "root revoked.crl")), "revoked",
        Refused("Revoked", "certificate_revoked")),
    ((Auth::None, "-"),        Some((Auth::Required, "root")), "-",
        Refused("NoCertificatesPresented", "certificate_required")),
];

/// How our client checks names and whom it trusts, at first and then. Which server it calls.
type Client = (NameCheck, &'static str);
#[rustfmt::skip]
const CLIENTS: &[(Client, Option<Client>, &str, Second)] = &[
    ((Standard, "root"),   None,                       "addresses",  Resumed),
    ((Standard, "ca"),     None,                       "node1",      Resumed),
    ((AnyName, "pinned"),  None,                       "pinned",     Resumed),
    ((Standard, "root"),   Some((Standard, "root")),   "addresses",  Full),
    ((Standard, "root"),   Some((Standard, "ca")),     "addresses",
        Refused("UnknownIssuer", "unknown_ca")),
    ((Standard, "root"),   Some((Standard, "root revoked.crl")), "revoked",
        Refused("Revoked", "certificate_revoked")),
    ((AnyName, "root"),    Some((Standard, "root")),   "other_name",
        Refused("NotValidForName", "bad_certificate")),
];

const HOST: &str = "node1.company.org";

pub(super) fn we_serve(peer: &mut dyn Peer, parties: &Parties) {
    let mut tally = Tally::new(peer.name());
    let us = parties.party("addresses");
    for &((auth, trust), then, who, second) in SERVERS {
        for version in VERSIONS {
            let first = parties.server("addresses", auth, trust);
            let then_config = then.map(|(auth, trust)| parties.server("addresses", auth, trust));
            let configs = vec![first.clone(), then_config.unwrap_or(first)];
            let client = parties.known(who);
            let end = End {
                keys: client,
                trust: Some(parties.party("root")),
                connections: 2,
                ..End::new(version)
            };
            let ours = ours::serve(configs);
            let theirs = peer.call(&end, ours.port, HOST, true);
            let label = format!("{auth:?} {trust}, then {then:?}, client {who}, {version}");
            let seen = client.filter(|_| auth != Auth::None);
            tally.twice(&label, ours.outcomes(), theirs, second, (seen, Some(us)));
        }
    }
    for version in VERSIONS {
        let server = ServerContext::new(us.identity(), &ring_provider());
        let server = Arc::new(server.resumption(Resumption::off()).config().unwrap());
        let end = End {
            trust: Some(parties.party("root")),
            connections: 2,
            ..End::new(version)
        };
        let ours = ours::serve(vec![server.clone(), server]);
        let theirs = peer.call(&end, ours.port, HOST, true);
        let label = format!("our server resumes nothing, {version}");
        tally.twice(&label, ours.outcomes(), theirs, Full, (None, Some(us)));
    }
    tally.end("clients that come back");
}

pub(super) fn we_call(peer: &mut dyn Peer, parties: &Parties) {
    let mut tally = Tally::new(peer.name());
    let us = parties.party("common_name");
    let client = |(check, trust): Client| parties.client(trust).name_check(check);
    let off = client((Standard, "root")).resumption(Resumption::off());
    let off = (
        "our client resumes nothing".to_owned(),
        off,
        None,
        "addresses",
        Full,
    );
    let rows = CLIENTS.iter().map(|&(first, then, who, second)| {
        let label = format!("{first:?}, then {then:?}, server {who}");
        (label, client(first), then.map(client), who, second)
    });
    let rows: Vec<(String, ClientContext, Option<ClientContext>, &str, Second)> =
        rows.chain([off]).collect();
    for (label, first, then, who, second) in rows {
        for (version, mutual) in VERSIONS
            .into_iter()
            .flat_map(|one| [(one, false), (one, true)])
        {
            let config = |context: ClientContext| match mutual {
                true => Arc::new(context.identity(us.identity()).config().unwrap()),
                false => Arc::new(context.config().unwrap()),
            };
            let first = config(first.clone());
            let second_config = then.clone().map_or_else(|| first.clone(), config);
            let server = parties.party(who);
            let end = End {
                keys: Some(server),
                trust: mutual.then(|| parties.party("root")),
                auth: if mutual { Auth::Required } else { Auth::None },
                connections: 2,
                ..End::new(version)
            };
            let port = peer.serve(&end);
            let ours = [first, second_config].map(|config| ours::call(&config, port, HOST));
            let theirs = peer.served(&end);
            let label = format!("{label}, mutual: {mutual}, {version}");
            let peers = (Some(server), mutual.then_some(us));
            tally.twice(&label, ours.to_vec(), theirs, second, peers);
        }
    }
    tally.end("servers that we come back to");
}

impl Tally {
    fn twice(
        &mut self,
        label: &str,
        ours: Vec<Outcome>,
        theirs: Vec<Outcome>,
        second: Second,
        peers: (Option<&Party>, Option<&Party>),
    ) {
        let both: Vec<_> = ours.into_iter().zip(theirs).collect();
        assert_eq!(both.len(), 2, "{label}");
        let expected: Expected = match second {
            Resumed | Full => Ok(()),
            Refused(reason, alert) => Err(we_refuse((reason, alert))),
        };
        for (number, expected, is_resumed) in
            [(0, Ok(()), false), (1, expected, matches!(second, Resumed))]
        {
            let label = format!("{label}, connection {number}");
            self.case(&label, &both[number], &expected, peers);
            // The two ends agree about it: that is checked above.
            let holds = both[number]
                .0
                .as_ref()
                .is_ok_and(|facts| facts.resumed == is_resumed);
            self.holds(&label, holds || expected.is_err());
        }
    }
}
