//! Who may act for whom, out of `alluxio-site.properties` and `core-site.xml`.
//!
//! To follow a file that changes, a service calls a closure like this one from its own timer, or where its administrator
//! asks for it. A file that cannot be read or understood leaves the rules as they are:
//!
//! ```no_run
//! use std::sync::Arc;
//! use std::time::{Duration, Instant};
//! use bailiwick::authz::{HostNames, Impersonation, Resolver, StaticGroups};
//! use bailiwick::config::{impersonation, ConfigError, Format, Settings};
//!
//! let names = HostNames::system();
//! let load = |now: Instant| -> Result<Impersonation, ConfigError> {
//!     let settings = Settings::open("/etc/hadoop/conf/core-site.xml", Format::HadoopXml)?;
//!     let rules = impersonation::hadoop(&settings, Impersonation::HADOOP_PREFIX)?;
//!     for failure in names.refresh(rules.host_lists(), now).failed {
//!         eprintln!("{failure}");
//!     }
//!     Ok(rules)
//! };
//! let resolver = Resolver::new(Arc::new(StaticGroups::default()), load(Instant::now())?);
//! let reload = |now| -> Result<(), ConfigError> { Ok(resolver.replace(load(now)?)) };
//! let watch = resolver.watch_hosts(&names, Duration::from_secs(60))?;
//!
//! if let Err(error) = reload(Instant::now()) {
//!     eprintln!("the old rules stay: {error}");
//! }
//! # drop(watch);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::{ConfigError, Origin, Settings};
use crate::authz::{Impersonation, RuleError};

/// The rules of `alluxio.master.security.impersonation.<user>.users` and `.groups`, which count on workers as well.
///
/// # Errors
///
/// [`ConfigError::Value`] with file and line, also for a key under the prefix that does not exist;
/// [`ConfigError::Reference`].
pub fn alluxio(settings: &Settings) -> Result<Impersonation, ConfigError> {
    let values = values(settings, Impersonation::ALLUXIO_PREFIX)?;
    Impersonation::alluxio(pairs(&values)).map_err(|error| placed(settings, error))
}

/// The rules of `<prefix>.<user>.users`, `.groups` and `.hosts`; [`Impersonation::HADOOP_PREFIX`] is the usual prefix, and
/// KMS, HttpFS and others have their own. Host names are not resolved here.
///
/// # Errors
///
/// [`ConfigError::Value`] with file and line, also for a key under the prefix that does not exist;
/// [`ConfigError::Reference`].
pub fn hadoop(settings: &Settings, prefix: &str) -> Result<Impersonation, ConfigError> {
    let values = values(settings, prefix)?;
    Impersonation::hadoop(prefix, pairs(&values)).map_err(|error| placed(settings, error))
}

type Values<'a> = Vec<(&'a str, String)>;

/// Only what lies under the prefix: a reference that is broken elsewhere is none of our business.
fn values<'a>(settings: &'a Settings, prefix: &str) -> Result<Values<'a>, ConfigError> {
    let keys = settings.keys().filter(|key| key.starts_with(prefix));
    keys.map(|key| Ok((key, settings.get(key)?.unwrap_or_default())))
        .collect()
}

fn pairs<'a>(values: &'a Values<'_>) -> impl Iterator<Item = (&'a str, &'a str)> {
    values.iter().map(|(key, value)| (*key, value.as_str()))
}

/// The error with the place of its key.
fn placed(settings: &Settings, error: RuleError) -> ConfigError {
    let (key, reason) = match error {
        RuleError::Key { key, expected } => (key, format!("expected {expected}")),
        RuleError::Name { key, source } => (key, source.to_string()),
        RuleError::Hosts { key, source } => (key, source.to_string()),
        other => (String::new(), other.to_string()),
    };
    let by_program = || Origin::new(&"(set by the program)".into(), 0);
    ConfigError::Value {
        origin: settings.origin(&key).cloned().unwrap_or_else(by_program),
        key,
        reason,
    }
}
