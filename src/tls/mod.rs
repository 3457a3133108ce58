//! TLS from the key stores and trust stores that Java services have.
//!
//! From the outside in:
//!
//! - A **store** is a file: JKS, JCEKS, PKCS12 or PEM. [`Store::open`] finds the type by content, because
//!   `keytool -keystore x.jks` has written PKCS12 since Java 9 (JEP 229). [`Store::key`] chooses a private key and checks
//!   that it belongs to its certificate: an [`Identity`], who we are. [`Store::trust`] collects a [`Trust`], whom we
//!   believe.
//! - A **source** says where such a file is and how to open it: [`KeySource`], [`TrustSource`], [`PasswordSource`]. It is
//!   plain data, and can be read again and again. One load reads all its files through one [`Files`].
//! - A **context** makes a configuration of [`rustls`] of them: [`ServerContext`] and [`ClientContext`]. Here it is said
//!   who has to show a certificate ([`ClientAuth`]), how names are checked ([`NameCheck`]), and what is spoken
//!   ([`Protocols`], [`CipherSuites`], [`Resumption`]).
//! - A [`Reloader`] serves what sources and a context made, and makes it again when the files change, so that certificates
//!   are renewed, and trust is withdrawn, without a restart.
//! - A [`Transport`] is all of this as settings, for both sides of one kind of connection, on or off; [`Transports`] are
//!   those of a service. The module `config` makes them of the files of Alluxio, Flink and Hadoop.
//!
//! Then the handshake is that of rustls. With the feature `tokio`, `accept` and `connect` do it under a deadline.
//! [`PeerName`] makes a name of the certificate of whoever came.
//!
//! The crypto provider is always an argument. Nothing is installed process-wide.
//!
//! A server that only its own clients may call, with files that can be replaced while it runs:
//!
//! ```no_run
//! # #[cfg(feature = "ring")] {
//! use std::time::SystemTime;
//! use bailiwick::tls::{self, ClientAuth, KeySource, PasswordSource, Reloader, ServerContext, TrustSource};
//!
//! let provider = tls::ring_provider();
//! let key = KeySource::store("/etc/service/keystore.jks")
//!     .password(PasswordSource::File("/etc/service/keystore.password".into()));
//! let trust = TrustSource::store("/etc/service/truststore.jks");
//!
//! let server = Reloader::new(SystemTime::now(), move |files| {
//!     let me = key.identity(files, &provider)?;
//!     let them = trust.trust(files)?;
//!     ServerContext::new(&me, &provider).client_auth(ClientAuth::Required(them)).config()
//! })?;
//! // Looks at the files until it is dropped.
//! let watch = server.watch(Reloader::DEFAULT_INTERVAL)?;
//!
//! // For each connection, so that it gets what was loaded last:
//! let connection = rustls::ServerConnection::new(server.current())?;
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The same with the settings of a system, here the encrypted shuffle of Hadoop:
//!
#![cfg_attr(all(feature = "config", feature = "ring"), doc = "```no_run")]
#![cfg_attr(not(all(feature = "config", feature = "ring")), doc = "```ignore")]
//! use std::time::SystemTime;
//! use bailiwick::{config::hadoop::SslConfiguration, tls::{self, Reloader, Transports}};
//!
//! let transports = SslConfiguration::open("/etc/hadoop/conf")?.transports()?;
//! let shuffle = transports.get(Transports::SHUFFLE)?.clone();
//! if shuffle.is_on() {
//!     let interval = shuffle.server_side()?.terms.reload_interval;
//!     let provider = tls::ring_provider();
//!     let server = Reloader::new(SystemTime::now(), move |files| shuffle.server(files, &provider))?;
//!     let watch = interval.map(|interval| server.watch(interval)).transpose()?;
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod context;
mod der;
mod end_point;
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

pub use crate::identity::Password;
#[cfg(feature = "aws-lc-rs")]
pub use context::aws_lc_rs_provider;
#[cfg(feature = "ring")]
pub use context::ring_provider;
pub use context::{CipherSuites, ClientAuth, ClientContext, Protocols, Resumption, ServerContext};
pub use end_point::server_end_point;
pub use error::TlsError;
pub use files::Files;
pub use key::Identity;
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
