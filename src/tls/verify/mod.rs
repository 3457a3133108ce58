//! Is the peer who it should be? Trust, names, and the verifiers that rustls asks.

mod client;
mod name;
mod own;
mod server;
mod trust;

pub(super) use client::ClientVerifier;
pub use name::NameCheck;
pub(super) use server::ServerVerifier;
pub use trust::Trust;
