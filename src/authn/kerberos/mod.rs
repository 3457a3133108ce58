//! Kerberos through the GSS-API of the system's library (MIT krb5): SASL's GSSAPI (RFC 4752) and HTTP's Negotiate (RFC 4559).

mod acceptor;
mod client_failure;
mod credential;
mod failure;
mod initiator;
mod layer;
mod login;
mod offer;
mod principal;

pub use acceptor::{Acceptor, AcceptorError, ReplayCache};
pub use initiator::{Initiator, Target};
pub(super) use layer::GssLayer;
pub use login::{
    Credentials, KerberosLogin, LoginError, LoginFailure, LoginSource, LoginStatus, Renewal,
};
pub use principal::{ServicePrincipal, ServicePrincipalError};
