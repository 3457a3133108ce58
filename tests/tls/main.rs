//! TLS stores and contexts against keytool, openssl, JSSE and curl.
#![cfg(feature = "ring")]

#[path = "../support/random.rs"]
mod random;
#[path = "../support/running.rs"]
mod running;
#[path = "../support/tls_tools.rs"]
mod tools;

#[cfg(feature = "tokio")]
mod adapters;
mod chain_order;
mod chains;
mod cipher_suites;
mod context;
mod crl;
mod end_point;
mod errors;
mod fingerprints;
mod folder;
mod joined;
mod made;
mod matrix;
mod names;
mod peer_name;
mod peers;
mod pem;
mod reload;
mod resumption;
mod stores;
mod verify;

use bailiwick::tls::{ClientContext, Identity, ServerContext, Trust, ring_provider};
use rustls::{ClientConfig, ServerConfig};

fn server(identity: &Identity) -> ServerConfig {
    ServerContext::new(identity, &ring_provider())
        .config()
        .unwrap()
}

fn client(trust: &Trust) -> ClientConfig {
    ClientContext::new(trust, &ring_provider())
        .config()
        .unwrap()
}

/// Whether a peer was refused for this reason.
macro_rules! assert_refused {
    ($result:expr, $pattern:pat) => {
        let result = $result;
        assert!(
            matches!(result, Err(Error::InvalidCertificate($pattern))),
            "{result:?}"
        );
    };
}
pub(crate) use assert_refused;
