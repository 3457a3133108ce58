//! Is the peer who it should be? Trust, names, and the verifiers that rustls asks.

mod chain;
mod client;
mod constraints;
mod crl;
mod fingerprint;
mod name;
mod own;
mod presented;
mod purpose;
mod server;
mod trust;

pub(super) use client::ClientVerifier;
pub use crl::{Crls, UnknownRevocation};
pub use fingerprint::{Fingerprint, Fingerprints};
pub use name::{HadoopVerifier, NameCheck};
pub(super) use presented::{alternative_names, common_names};
pub(super) use server::ServerVerifier;
pub use trust::Trust;
