//! Configurations of rustls for a server and for a client.

mod client;
mod protocols;
mod server;

#[cfg(feature = "ring")]
use std::sync::Arc;

#[cfg(feature = "ring")]
use rustls::crypto::CryptoProvider;

pub use client::ClientContext;
pub use protocols::Protocols;
pub use server::{ClientAuth, ServerContext};

/// The crypto provider of the `ring` crate.
#[cfg(feature = "ring")]
pub fn ring_provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
