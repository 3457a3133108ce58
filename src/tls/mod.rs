//! TLS contexts from the key stores and trust stores that Java services have.
//!
//! The way from files to a configuration of [`rustls`] has three steps:
//!
//! 1. [`Store::open`] reads a JKS, JCEKS, PKCS12 or PEM file. The type is found by content, because
//!    `keytool -keystore x.jks` has written PKCS12 since Java 9 (JEP 229).
//! 2. [`Store::key`] chooses a private key and checks that it belongs to its certificate; [`Store::trust`] collects
//!    what to trust.
//! 3. [`ServerContext`] and [`ClientContext`] make a [`rustls::ServerConfig`] or [`rustls::ClientConfig`] of them.
//!
//! A [`Reloader`] goes this way again whenever the files change, so that certificates are renewed without a restart.
//!
//! The crypto provider is always an argument. Nothing is installed process-wide.
//!
//! ```no_run
//! # #[cfg(feature = "ring")] {
//! use bailiwick::tls::{self, ClientAuth, ClientContext, NameCheck, Password, ServerContext, Store};
//!
//! let provider = tls::ring_provider();
//! let password = Password::from_file("/etc/service/keystore.password")?;
//! let identity = Store::open("/etc/service/keystore.jks", Some(&password))?.key(None, None, &provider)?;
//! let trust = Store::open("/etc/service/truststore.jks", None)?.trust(None)?;
//!
//! let server = ServerContext::new(&identity, &provider)
//!     .client_auth(ClientAuth::Required(trust.clone()))
//!     .alpn(["h2", "http/1.1"])
//!     .config()?;
//!
//! let client = ClientContext::new(&trust, &provider).identity(&identity).config()?;
//! # }
//! # Ok::<(), bailiwick::tls::TlsError>(())
//! ```

mod context;
mod der;
mod error;
mod files;
mod key;
mod password;
mod peer;
mod reload;
mod source;
mod store;
#[cfg(feature = "tokio")]
mod tokio;
mod transport;
mod trusted;
mod validity;
mod verify;

#[cfg(feature = "aws-lc-rs")]
pub use context::aws_lc_rs_provider;
#[cfg(feature = "ring")]
pub use context::ring_provider;
pub use context::{CipherSuites, ClientAuth, ClientContext, Protocols, Resumption, ServerContext};
pub use error::TlsError;
pub use files::Files;
pub use key::Identity;
pub use password::Password;
pub use peer::{NameSource, PeerName};
pub use reload::{Failure, Polled, Reloader, Status, Watch};
pub use source::{KeySource, PasswordSource, TrustSource};
pub use store::{Entry, Store, StoreType};
#[cfg(feature = "tokio")]
pub use tokio::{HandshakeError, accept, connect};
pub use transport::{ClientSide, ServerSide, Terms, Transport, Transports};
pub use trusted::Trusted;
pub use verify::{
    Crls, Fingerprint, Fingerprints, HadoopVerifier, NameCheck, Trust, UnknownRevocation,
};
