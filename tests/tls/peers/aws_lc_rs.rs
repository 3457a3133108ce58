//! Our end with the crypto provider `aws-lc-rs`. Neither peer (JDK 17, openssl 3.0) knows its
//! X25519MLKEM768, which it offers first.

use std::sync::Arc;

use bailiwick::tls::{ClientAuth, ClientContext, ServerContext, aws_lc_rs_provider};

use super::jsse::Jsse;
use super::openssl::Openssl;
use super::party::{Parties, authority_of};
use super::tally::{Tally, we_call_one, we_refuse, we_serve_one};
use super::{Auth, End, Peer, VERSIONS};

/// Why we refuse them, and by which alert.
type Refusal = (&'static str, &'static str);

/// Who we are, who they are, what servers ask, and whether we refuse: RSA, P-256 and P-384, Ed25519, a forgery.
#[rustfmt::skip]
const PAIRS: &[(&str, &str, Auth, Result<(), Refusal>)] = &[
    ("node2", "node1",           Auth::None,     Ok(())),
    ("node2", "node1",           Auth::Required, Ok(())),
    ("addresses", "common_name", Auth::Required, Ok(())),
    ("wildcard", "wildcard",     Auth::Required, Ok(())),
    ("addresses", "impostor",    Auth::Required, Err(("BadSignature", "decrypt_error"))),
];

fn talk(peer: &mut dyn Peer, parties: &Parties) {
    let mut tally = Tally::new(peer.name());
    let provider = aws_lc_rs_provider();
    for &(we, they, auth, expected) in PAIRS {
        let (us, them) = (parties.party(we), parties.party(they));
        let identity = us.keys.open().key(None, None, &provider).unwrap();
        let trust = parties.party(authority_of(they)).trust();
        let client = ClientContext::new(trust, &provider).identity(&identity);
        let client = Arc::new(client.config().unwrap());
        let server = ServerContext::new(&identity, &provider);
        let server = server.client_auth(match auth {
            Auth::None => ClientAuth::None,
            Auth::Optional => ClientAuth::Optional(trust.clone()),
            Auth::Required => ClientAuth::Required(trust.clone()),
        });
        let server = Arc::new(server.config().unwrap());
        let asked = |client| (auth != Auth::None).then_some(client);
        let expected = expected.map_err(we_refuse);
        for version in VERSIONS {
            let end = End {
                keys: Some(them),
                trust: Some(parties.party(authority_of(we))),
                auth,
                ..End::new(version)
            };
            let host = "node1.company.org";
            let label = format!("we are {we}, they {they}, {auth:?}, {version}");
            let both = we_call_one(peer, &end, &client, host);
            let peers = (Some(them), asked(us));
            tally.case(&format!("{label}, we call"), &both, &expected, peers);
            let both = we_serve_one(peer, &end, &server, host, false);
            let peers = (asked(them), Some(us));
            tally.case(&format!("{label}, they call"), &both, &expected, peers);
        }
    }
    tally.end("our end with aws-lc-rs");
}

#[test]
fn java_and_openssl_beside_aws_lc_rs() {
    let parties = Parties::get();
    talk(&mut Jsse::start(), &parties);
    talk(&mut Openssl::default(), &parties);
}
