//! What a finished authentication proved.

use std::fmt;
use std::sync::Arc;

use super::UserName;

/// How a [`Principal`] was proved; printed in audit lines as Hadoop and Alluxio print it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mechanism {
    /// Nothing: there is no authentication.
    NoSasl,
    /// A name that the peer states and the service trusts.
    Simple,
    /// A name and password that the service's own provider verified.
    Custom,
    /// A Kerberos ticket.
    Kerberos,
    /// A verified TLS client certificate.
    Certificate,
    /// A bearer token of an OpenID provider.
    Oidc,
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::NoSasl => "NOSASL",
            Self::Simple => "SIMPLE",
            Self::Custom => "CUSTOM",
            Self::Kerberos => "KERBEROS",
            Self::Certificate => "CERTIFICATE",
            Self::Oidc => "OIDC",
        })
    }
}

/// A peer whose identity was established: the local user name, and what proved it.
///
/// It comes out of a finished exchange of [`authn`](crate::authn), or out of [`Principal::asserted`] where the service
/// itself vouches for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    name: UserName,
    mechanism: Mechanism,
    realm: Option<Arc<str>>,
    credential: Option<Arc<str>>,
}

impl Principal {
    pub(crate) const fn proved(name: UserName, mechanism: Mechanism) -> Self {
        Self {
            name,
            mechanism,
            realm: None,
            credential: None,
        }
    }

    /// Nobody in particular: what a service without authentication sees of every peer ([`UserName::unnamed`]).
    #[must_use]
    pub fn unnamed() -> Self {
        Self::proved(UserName::unnamed(), Mechanism::NoSasl)
    }

    /// A principal that the calling service vouches for, having established it by means of its own.
    #[must_use]
    pub const fn asserted(name: UserName, mechanism: Mechanism) -> Self {
        Self::proved(name, mechanism)
    }

    /// The same principal with the realm it was proved in (Kerberos realm, token issuer).
    #[must_use]
    pub fn in_realm(mut self, realm: &str) -> Self {
        self.realm = Some(realm.into());
        self
    }

    /// The same principal with the name as it was proved, before it became a local one.
    #[must_use]
    pub fn proved_as(mut self, credential: &str) -> Self {
        self.credential = Some(credential.into());
        self
    }

    /// The local (short) user name.
    #[must_use]
    pub const fn name(&self) -> &UserName {
        &self.name
    }

    /// What proved the name.
    #[must_use]
    pub const fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    /// The realm, where the mechanism has one.
    #[must_use]
    pub fn realm(&self) -> Option<&str> {
        self.realm.as_deref()
    }

    /// The name as it was proved, where the local name was derived from it: `hdfs/node1.example.com@EXAMPLE.COM` of Kerberos,
    /// the claim of a token. For the log; decisions are about [`name`](Self::name).
    #[must_use]
    pub fn credential(&self) -> Option<&str> {
        self.credential.as_deref()
    }
}
