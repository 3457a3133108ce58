//! The keys that tickets are checked with.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use libgssapi::credential::Cred;

use super::ReplayCache;
use crate::authn::kerberos::credential::{self, Usage};
use crate::authn::kerberos::{ServicePrincipal, failure};

/// Why there is no [`Acceptor`](super::Acceptor).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AcceptorError {
    /// No service was named.
    #[error("no service principal is given")]
    NoService,
    /// The keytab cannot be read.
    #[error("cannot read keytab `{}`", keytab.display())]
    Keytab {
        /// The file.
        keytab: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A path that the Kerberos library cannot be told.
    #[error("path `{}` is not UTF-8", path.display())]
    Path {
        /// The path.
        path: PathBuf,
    },
    /// The keytab holds no key for a service, or is no keytab.
    #[error("keytab `{}` has no usable key for {service}: {reason}", keytab.display())]
    NoKey {
        /// The file.
        keytab: PathBuf,
        /// The service.
        service: ServicePrincipal,
        /// What the library says.
        reason: String,
    },
}

/// Acquires what tickets are checked with: of the one service, or of whatever the keytab holds if there are several.
pub(super) fn acquire(
    keytab: &Path,
    principals: &[(ServicePrincipal, String)],
    replays: &ReplayCache,
) -> Result<Cred, AcceptorError> {
    // The library's own text does not tell a file that is missing from one that must not be read.
    File::open(keytab).map_err(|source| AcceptorError::Keytab {
        keytab: keytab.to_owned(),
        source,
    })?;
    let file = format!("FILE:{}", utf8(keytab)?);
    let replays = replays.name()?;
    let mut store = vec![("keytab", file.as_str())];
    store.extend(replays.as_deref().map(|name| ("rcache", name)));
    let of = |service: &ServicePrincipal, principal: Option<&str>| {
        credential::acquire(principal, Usage::Accept, &store).map_err(|error| {
            AcceptorError::NoKey {
                keytab: keytab.to_owned(),
                service: service.clone(),
                reason: failure::text(&error),
            }
        })
    };
    let mut last = None;
    for (service, text) in principals {
        last = Some((service, of(service, Some(text))?));
    }
    let (service, credential) = last.ok_or(AcceptorError::NoService)?;
    match principals {
        [_] => Ok(credential),
        _ => of(service, None),
    }
}

pub(super) fn utf8(path: &Path) -> Result<&str, AcceptorError> {
    path.to_str().ok_or_else(|| AcceptorError::Path {
        path: path.to_owned(),
    })
}
