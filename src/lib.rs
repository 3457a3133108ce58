#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "kerberos"), forbid(unsafe_code))]
// The panic wall: a request must never be able to stop the service. Tests and examples are exempt.
#![cfg_attr(
    not(test),
    deny(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::string_slice,
        clippy::todo,
        clippy::unimplemented,
        clippy::unreachable,
        clippy::unwrap_used,
    )
)]

pub mod acl;
pub mod audit;
pub mod authn;
pub mod authz;
pub mod capability;
#[cfg(feature = "config")]
pub mod config;
pub mod identity;
#[cfg(feature = "serde")]
mod serde_impls;
#[cfg(feature = "tls")]
pub mod tls;
#[cfg(feature = "tower")]
pub mod tower;
