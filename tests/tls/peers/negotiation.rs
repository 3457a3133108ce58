//! What the two ends agree on: version, cipher suite, application protocol.

use std::sync::Arc;

use bailiwick::tls::{ClientContext, Protocols, ServerContext, ring_provider};

use super::party::Parties;
use super::tally::{Tally, we_call_one, we_serve_one};
use super::{Auth, End, Facts, Outcome, Peer, SUITES, VERSIONS};

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

/// The server's application protocols, the client's, and what they come to.
#[rustfmt::skip]
const ALPN: &[(&[&str], &[&str], Result<Option<&str>, ()>)] = &[
    (&["h2", "http/1.1"], &["http/1.1", "h2"], Ok(Some("h2"))),
    (&["h2", "http/1.1"], &["http/1.1"],       Ok(Some("http/1.1"))),
    (&["h2"],             &[],                 Ok(None)),
    (&[],                 &["h2"],             Ok(None)),
    (&["h2"],             &["http/1.1"],       Err(())),
];
