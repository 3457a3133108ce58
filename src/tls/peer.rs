//! Who a peer is that has presented a certificate.

use std::borrow::Cow;

use rustls::CommonState;
use rustls::pki_types::CertificateDer;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::TlsError;
use super::verify::{alternative_names, common_names};
use crate::identity::{Mechanism, Principal, UserName};

/// Where a certificate names a user.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NameSource {
    /// The URI of the subject alternative names, which has to begin with `prefix`; what follows is the name. With
    /// `spiffe://cluster/ns/`, the certificate of `spiffe://cluster/ns/alice` is alice's. Nothing is decoded.
    Uri {
        /// What is cut off.
        prefix: String,
    },
    /// The dNSName of the subject alternative names, in lower case.
    Dns,
    /// The common name of the subject.
    CommonName,
    /// The rfc822Name of the subject alternative names, all of it: `alice@example.com`.
    Email,
}

/// How the certificate of a peer becomes a [`Principal`]: the places to look in, in order.
///
/// The first place that holds anything decides. If what it holds is not one valid user name, that is an error and never
/// a reason to go on: otherwise whoever can have something odd put into one place is somebody else by the next. So are
/// two names of the same kind, because another reader might take the other one; and a name with `*`, which is many.
///
/// Every authority of the [`Trust`](super::Trust) can name every user. Trust only those that may.
///
/// ```no_run
/// use bailiwick::tls::{NameSource, PeerName};
///
/// # fn example(connection: &rustls::ServerConnection) -> Result<(), bailiwick::tls::TlsError> {
/// let prefix = "spiffe://cluster/ns/".to_owned();
/// let names = PeerName::in_order([NameSource::Uri { prefix }, NameSource::CommonName]);
/// let principal = names.principal(connection)?;
/// println!("{}", principal.name());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerName(Vec<NameSource>);

impl PeerName {
    /// Looks in these places, in this order.
    pub fn in_order(sources: impl IntoIterator<Item = NameSource>) -> Self {
        Self(sources.into_iter().collect())
    }

    /// The peer of a connection, whose certificate the verifier of that connection has accepted. After a resumed
    /// handshake, that is the one of the first.
    ///
    /// The principal has no realm: who has issued the certificate says nothing about who the user is, and an issuer's
    /// name is only as unique as the authorities make it.
    ///
    /// # Errors
    /// [`TlsError::NoPeerCertificate`] if it has not presented any, as a client may where certificates are optional, or
    /// while the handshake is going on; [`TlsError::PeerName`] if the certificate does not name a user.
    pub fn principal(&self, connection: &CommonState) -> Result<Principal, TlsError> {
        if connection.is_handshaking() {
            return Err(TlsError::NoPeerCertificate);
        }
        let certificate = connection
            .peer_certificates()
            .and_then(<[_]>::first)
            .ok_or(TlsError::NoPeerCertificate)?;
        let name = self.user(certificate)?;
        Ok(Principal::proved(name, Mechanism::Certificate))
    }

    /// The name alone, which proves nothing: for a look at what a certificate would be taken for.
    ///
    /// # Errors
    /// [`TlsError::PeerName`].
    pub fn user(&self, certificate: &CertificateDer<'_>) -> Result<UserName, TlsError> {
        let (_, certificate) = X509Certificate::from_der(certificate)
            .map_err(|_| refused("it is not an X.509 certificate"))?;
        for source in &self.0 {
            if let Some(name) = source.find(&certificate)? {
                return source.user(&name);
            }
        }
        let places: Vec<_> = self.0.iter().map(NameSource::place).collect();
        Err(refused(format!("it has no {}", places.join(" and no "))))
    }
}

impl NameSource {
    const fn place(&self) -> &'static str {
        match self {
            Self::Uri { .. } => "URI",
            Self::Dns => "dNSName",
            Self::CommonName => "common name",
            Self::Email => "rfc822Name",
        }
    }

    /// The one name in this place, or none.
    fn find(&self, certificate: &X509Certificate<'_>) -> Result<Option<String>, TlsError> {
        let place = self.place();
        let mut found = match self {
            Self::CommonName => common_names(certificate),
            _ => alternative_names(certificate)
                .map_err(|_| refused("its alternative names cannot be read"))?
                .iter()
                .filter_map(|name| match (self, name) {
                    (Self::Uri { .. }, GeneralName::URI(name))
                    | (Self::Dns, GeneralName::DNSName(name))
                    | (Self::Email, GeneralName::RFC822Name(name)) => {
                        Some(Some((*name).to_owned()))
                    }
                    _ => None,
                })
                .collect(),
        };
        match (found.pop(), found.pop()) {
            (None, _) => Ok(None),
            (Some(Some(name)), None) => Ok(Some(name)),
            (Some(None), None) => Err(refused(format!("its {place} cannot be read as text"))),
            (Some(_), Some(_)) => Err(refused(format!("it has more than one {place}"))),
        }
    }

    fn user(&self, name: &str) -> Result<UserName, TlsError> {
        let place = self.place();
        let user = match self {
            Self::Uri { prefix } => name
                .strip_prefix(prefix.as_str())
                .map(Cow::from)
                .ok_or_else(|| {
                    refused(format!(
                        "its {place} {name:?} does not begin with {prefix:?}"
                    ))
                })?,
            Self::Dns => name.to_ascii_lowercase().into(),
            Self::CommonName | Self::Email => name.into(),
        };
        if user.contains('*') {
            return Err(refused(format!("its {place} {name:?} holds a wildcard")));
        }
        UserName::new(&user).map_err(|error| refused(format!("its {place}: {error}")))
    }
}

fn refused(reason: impl Into<String>) -> TlsError {
    TlsError::PeerName {
        reason: reason.into(),
    }
}
