//! Authentication exchanges: bytes in, bytes out, and at the end a [`Principal`](crate::identity::Principal) or an error.
//!
//! An exchange owns no socket and reads no clock. Each step consumes it, so one that failed or ended cannot go on:
//!
//! ```
//! use bailiwick::authn::{Exchange, Simple, Step};
//!
//! let exchange = Exchange::new(Simple::new());
//! let Step::Done { end: login, reply } = exchange.step(b"alice")? else { unreachable!() };
//! assert_eq!(login.principal.name().as_str(), "alice");
//! assert!(reply.is_empty());
//! # Ok::<(), bailiwick::authn::AuthnError>(())
//! ```

#[cfg(feature = "auth-to-local")]
mod auth_to_local;
mod error;
mod exchange;
#[cfg(feature = "kerberos")]
pub mod kerberos;
mod layer;
mod login;
mod login_user;
mod qop_set;
mod simple;

#[cfg(feature = "auth-to-local")]
pub use auth_to_local::{AuthToLocal, RuleMechanism, RulesError, TranslateError};
pub use error::AuthnError;
pub use exchange::{Exchange, Later, Limits, SaslMechanism, Step};
pub use layer::{LayerError, Qop, SecurityLayer};
pub use login::{Connected, Login};
#[cfg(feature = "unix")]
pub use login_user::system_user;
pub use login_user::{LoginUserError, login_user, sole_user};
pub use qop_set::{QopError, QopSet};
pub use simple::Simple;
