//! Bearer tokens of an OpenID provider: JWT, checked against keys that the provider publishes and replaces.
//!
//! ```no_run
//! # fn f(tls: std::sync::Arc<rustls::ClientConfig>, token: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
//! use bailiwick::authn::oidc::{Bearer, Https, Jwks, Refresh, UserClaim};
//! use bailiwick::authn::Step;
//!
//! let issuer = "https://login.example.com/realms/data";
//! let https = Https::new(tls);
//! let keys = Jwks::discovered(issuer, Refresh::default(), move |url| https.get(url))?;
//! let bearer = Bearer::new(issuer, ["alluxio"], keys).user(UserClaim::new("preferred_username"));
//!
//! // For each request:
//! match bearer.http().step(token)? {
//!     Step::Done { end: login, .. } => println!("{}", login.principal.name().as_str()),
//!     // The provider is being asked for a key that is not known yet: await it.
//!     Step::Later(later) => drop(later),
//!     Step::Continue { .. } => {}
//! }
//! # Ok(())
//! # }
//! ```

mod algorithm;
mod bearer;
mod claims;
mod https;
mod json;
mod jwks;
mod key;
mod sasl;
mod token;
mod user;

use std::borrow::Cow;

use super::AuthnError;

pub use algorithm::Algorithm;
pub use bearer::Bearer;
pub use https::Https;
pub use jwks::{Fetched, Jwks, JwksFailure, JwksStatus, Refresh};
pub use key::JwksError;
pub use user::UserClaim;

const MECHANISM: &str = "Bearer";

fn malformed(reason: impl Into<Cow<'static, str>>) -> AuthnError {
    AuthnError::malformed(MECHANISM, reason)
}

fn refused(reason: impl Into<Cow<'static, str>>) -> AuthnError {
    AuthnError::refused(MECHANISM, reason)
}

fn unavailable(reason: impl Into<Cow<'static, str>>) -> AuthnError {
    AuthnError::unavailable(MECHANISM, reason)
}
