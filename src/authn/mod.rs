//! Authentication exchanges: bytes in, bytes out, and at the end a [`Principal`](crate::identity::Principal) or an error.
//!
//! An exchange owns no socket and reads no clock. Each step consumes it, so one that failed or ended cannot go on:
//!
//! ```
//! use bailiwick::authn::{Plain, Step};
//!
//! let exchange = Plain::trusted().server();
//! let Step::Done { end: login, reply } = exchange.step(b"\0alice\0noPassword")? else { unreachable!() };
//! assert_eq!(login.principal.name().as_str(), "alice");
//! assert!(reply.is_empty());
//! # Ok::<(), bailiwick::authn::AuthnError>(())
//! ```

mod act_as;
mod anonymous;
#[cfg(feature = "auth-to-local")]
mod auth_to_local;
mod error;
mod exchange;
mod external;
#[cfg(feature = "tokio")]
pub mod framed;
#[cfg(feature = "kerberos")]
pub mod kerberos;
mod layer;
mod login;
mod login_user;
mod mechanisms;
#[cfg(feature = "oidc")]
pub mod oidc;
mod opening;
mod plain;
mod qop_set;

pub use act_as::{ClientActAs, IgnoredActAs};
pub use anonymous::Anonymous;
#[cfg(feature = "auth-to-local")]
pub use auth_to_local::{
    AuthToLocal, KerberosName, RuleFinding, RuleFindingKind, RuleMechanism, RuleVerdict,
    RulesError, TranslateError, TranslateExplanation, Verdict,
};
pub use error::AuthnError;
pub use exchange::{Exchange, Later, Limits, SaslMechanism, Step};
pub use external::External;
pub use layer::{LayerError, Qop, SecurityLayer};
pub use login::{Connected, Login};
#[cfg(feature = "unix")]
pub use login_user::system_user;
pub use login_user::{LoginUserError, login_user, sole_user};
pub use mechanisms::Mechanisms;
pub use plain::{PasswordVerifier, Plain, StoredPasswords, Verification, VerifyError};
pub use qop_set::{QopError, QopSet};
