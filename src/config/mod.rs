//! The configuration files of Alluxio, Flink and Hadoop.
//!
//! [`Settings`] are the keys and values of one or several files, each with its place, so that a message can name it. With
//! the feature `tls`, what they say about TLS becomes the transports of a service:
#![cfg_attr(
    feature = "tls",
    doc = "[`alluxio::transports`], [`flink::transports`] and [`hadoop::SslConfiguration`]."
)]
//!
//! What they say about acting for others becomes the rules of a service: [`impersonation`].
//!
//! A key in one of the name spaces that are read here (`alluxio.network.tls.*`, `security.ssl.*`, `ssl.server.*`,
//! `ssl.client.*`, `hadoop.proxyuser.*`) and that does not exist is an error, with the nearest that does: a misspelt
//! `security.ssl.rest.authentication-enable` must not leave a door open. All other keys are none of this module's business.
//!
#![cfg_attr(feature = "ring", doc = "```no_run")]
#![cfg_attr(not(feature = "ring"), doc = "```ignore")]
//! use std::time::SystemTime;
//! use bailiwick::config::{flink, Format, Settings};
//! use bailiwick::tls::{self, Files, Transports};
//!
//! let settings = Settings::open("/opt/flink/conf/flink-conf.yaml", Format::FlinkConf)?;
//! let transports = flink::transports(&settings)?;
//! let data = transports.get(Transports::DATA)?;
//! if data.is_on() {
//!     let mut files = Files::new(SystemTime::now());
//!     let server = data.server(&mut files, &tls::ring_provider())?;
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "tls")]
pub mod alluxio;
#[cfg(feature = "auth-to-local")]
mod auth_to_local;
mod authentication;
mod error;
#[cfg(feature = "tls")]
pub mod flink;
#[cfg(feature = "tls")]
pub mod hadoop;
pub mod impersonation;
#[cfg(feature = "tls")]
mod lookup;
mod origin;
mod properties;
mod reference;
mod settings;
#[cfg(any(feature = "tls", feature = "auth-to-local"))]
mod vocabulary;
mod xml;
mod yaml;

#[cfg(feature = "auth-to-local")]
pub use auth_to_local::auth_to_local;
pub use authentication::AuthType;
pub use error::ConfigError;
pub use origin::Origin;
pub use settings::{Format, Settings};
