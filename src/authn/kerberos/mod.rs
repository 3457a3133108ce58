//! Kerberos through the GSS-API of the system's library (MIT krb5): SASL's GSSAPI (RFC 4752) and HTTP's Negotiate (RFC 4559).

mod credential;
mod layer;
mod principal;

pub(super) use layer::GssLayer;
pub use principal::{ServicePrincipal, ServicePrincipalError};
