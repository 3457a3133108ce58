//! Kerberos through the GSS-API of the system's library (MIT krb5): SASL's GSSAPI (RFC 4752) and HTTP's Negotiate (RFC 4559).

mod accepting;
mod acceptor;
mod credential;
mod failure;
mod layer;
mod negotiate;
mod offer;
mod principal;
mod sasl_server;
mod token;

pub use acceptor::{Acceptor, AcceptorError, ReplayCache};
pub(super) use layer::GssLayer;
pub use principal::{ServicePrincipal, ServicePrincipalError};
