//! Configurations of rustls for a server and for a client.

mod cipher_suites;
mod client;
mod common;
mod protocols;
mod resumption;
mod server;
mod sessions;

#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
use std::sync::Arc;

#[cfg(any(feature = "aws-lc-rs", feature = "ring"))]
use rustls::crypto::CryptoProvider;

pub use cipher_suites::CipherSuites;
pub use client::ClientContext;
pub use protocols::Protocols;
pub use resumption::Resumption;
pub use server::{ClientAuth, ServerContext};

/// The crypto provider of the `ring` crate.
#[cfg(feature = "ring")]
pub fn ring_provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// The crypto provider of the `aws-lc-rs` crate.
///
/// It prefers the key exchange X25519MLKEM768, which a future quantum computer does not undo (FIPS 203, and
/// draft-ietf-tls-ecdhe-mlkem). A peer that does not know it, such as JSSE of Java 17 or the provider of `ring`, gets
/// X25519 without another round trip.
#[cfg(feature = "aws-lc-rs")]
pub fn aws_lc_rs_provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}
