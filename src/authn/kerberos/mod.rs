//! Kerberos through the GSS-API of the system's library (MIT krb5): SASL's GSSAPI (RFC 4752) and HTTP's Negotiate (RFC 4559).

mod accepting;
mod acceptor;
mod credential;
mod failure;
mod initiator;
mod layer;
mod login;
mod negotiate;
mod offer;
mod principal;
mod sasl_server;
mod token;
mod trouble;

pub use acceptor::{Acceptor, AcceptorError, ReplayCache};
pub use initiator::{Initiator, Target};
pub(super) use layer::GssLayer;
pub use login::{
    Credentials, KerberosLogin, LoginError, LoginFailure, LoginSource, LoginStatus, Renewal,
};
pub use principal::{ServicePrincipal, ServicePrincipalError};
