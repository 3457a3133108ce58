//! Real peers: JSSE, openssl and curl, on loopback.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc_rs;
mod curl;
mod jsse;
mod names;
mod negotiation;
mod openssl;
mod ours;
mod party;
mod resumption;
#[cfg(feature = "config")]
mod settings;
mod tally;
mod trust;

use std::path::Path;

use self::party::Party;

/// The peer of a connection, whoever plays it.
#[derive(Clone, Copy)]
struct End<'a> {
    version: &'a str,
    keys: Option<&'a Party>,
    trust: Option<&'a Party>,
    crl: Option<&'a Path>,
    auth: Auth,
    /// The one cipher suite; for JSSE also several, separated by commas.
    suite: Option<&'a str>,
    alpn: &'a [&'a str],
    connections: usize,
}

/// Whether a server asks its clients for a certificate.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Auth {
    None,
    Optional,
    Required,
}

impl End<'_> {
    const fn new(version: &str) -> End<'_> {
        End {
            version,
            keys: None,
            trust: None,
            crl: None,
            auth: Auth::None,
            suite: None,
            alpn: &[],
            connections: 1,
        }
    }
}

trait Peer {
    fn name(&self) -> &'static str;

    /// Serves at a port.
    fn serve(&mut self, end: &End<'_>) -> u16;

    /// What came of each connection of the server.
    fn served(&mut self, end: &End<'_>) -> Vec<Outcome>;

    /// Calls us by this name, and checks it or does not.
    fn call(&mut self, end: &End<'_>, port: u16, host: &str, check: bool) -> Vec<Outcome>;
}

/// What one end says of a connection: how it was, or why it did not come about.
type Outcome = Result<Facts, String>;

#[derive(Clone, Debug, PartialEq)]
struct Facts {
    version: String,
    suite: String,
    alpn: Option<String>,
    resumed: bool,
    /// The certificate of the other end, in base64.
    peer: Option<String>,
    /// What the other end sent.
    heard: String,
}

const VERSIONS: [&str; 2] = ["TLSv1.2", "TLSv1.3"];

/// The cipher suites of TLS 1.2 that rustls has, and what openssl calls them. Those of TLS 1.3 have one name.
const SUITES: [(&str, &str); 6] = [
    (
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "ECDHE-ECDSA-AES128-GCM-SHA256",
    ),
    (
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
    ),
    (
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "ECDHE-ECDSA-CHACHA20-POLY1305",
    ),
    (
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "ECDHE-RSA-AES128-GCM-SHA256",
    ),
    (
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384",
    ),
    (
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        "ECDHE-RSA-CHACHA20-POLY1305",
    ),
];

/// RFC 8446 §6 and, for ALPN, RFC 7301 §3.2.
fn alert_name(number: u8) -> String {
    let name = match number {
        0 => "close_notify",
        10 => "unexpected_message",
        20 => "bad_record_mac",
        40 => "handshake_failure",
        42 => "bad_certificate",
        43 => "unsupported_certificate",
        44 => "certificate_revoked",
        45 => "certificate_expired",
        46 => "certificate_unknown",
        47 => "illegal_parameter",
        48 => "unknown_ca",
        49 => "access_denied",
        50 => "decode_error",
        51 => "decrypt_error",
        70 => "protocol_version",
        71 => "insufficient_security",
        80 => "internal_error",
        109 => "missing_extension",
        112 => "unrecognized_name",
        116 => "certificate_required",
        120 => "no_application_protocol",
        _ => return number.to_string(),
    };
    name.to_owned()
}
