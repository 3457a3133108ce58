//! Whom to believe: certificates that are trusted themselves, and authorities.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::{CertificateError, DistinguishedName, Error, RootCertStore};
use x509_parser::extensions::{ExtendedKeyUsage, ParsedExtension};
use x509_parser::oid_registry::{
    OID_X509_EXT_BASIC_CONSTRAINTS, OID_X509_EXT_EXTENDED_KEY_USAGE, OID_X509_EXT_KEY_USAGE,
};
use x509_parser::prelude::{FromDer, X509Certificate, X509Extension, X509Version};

use super::super::validity::Validity;

/// The certificates that are trusted. Made by [`Store::trust`](crate::tls::Store::trust). Cheap to clone.
///
/// A peer is believed in one of two cases:
///
/// - Its certificate **is** one of these, byte for byte. Then it need not be issued by anybody, which makes the
///   self-signed pair of a `keytool` tutorial work. Validity dates and extended key usage are checked all the same;
///   JSSE skips the dates here.
/// - Its chain leads to one of these that is a certification authority (RFC 5280 §6). A version 3 certificate without
///   `cA:true`, or with a key usage other than `keyCertSign`, is no authority, as in the JDK
///   (`sun.security.validator.PKIXValidator`): who holds the key of a trusted server certificate must not be able to
///   make more of them.
#[derive(Clone)]
pub struct Trust {
    pub(super) pinned: Arc<BTreeSet<Vec<u8>>>,
    pub(super) authorities: Arc<RootCertStore>,
    /// Names that tell a client which of its certificates will do (RFC 8446 §4.2.4).
    pub(super) hints: Vec<DistinguishedName>,
    /// When the first of the certificates expires.
    not_after: Option<SystemTime>,
}

impl Trust {
    pub(in crate::tls) fn nobody() -> Self {
        Self {
            pinned: Arc::default(),
            authorities: Arc::new(RootCertStore::empty()),
            hints: Vec::new(),
            not_after: None,
        }
    }

    pub(in crate::tls) fn add(&mut self, der: &CertificateDer<'static>) -> Result<(), String> {
        let (_, certificate) =
            X509Certificate::from_der(der).map_err(|_| "not an X.509 certificate".to_owned())?;
        if !Arc::make_mut(&mut self.pinned).insert(der.to_vec()) {
            return Ok(());
        }
        let hint = if is_authority(&certificate) {
            Arc::make_mut(&mut self.authorities)
                .add(der.clone())
                .map_err(|error| error.to_string())?;
            certificate.subject()
        } else {
            certificate.issuer()
        };
        self.hints
            .push(DistinguishedName::from(hint.as_raw().to_vec()));
        let not_after = Validity::of(&certificate).not_after();
        self.not_after = Some(
            self.not_after
                .map_or(not_after, |first| first.min(not_after)),
        );
        Ok(())
    }

    /// When the first of the certificates expires. An expired one is never believed; it does no harm to the others.
    pub fn not_after(&self) -> Option<SystemTime> {
        self.not_after
    }

    pub(in crate::tls) fn is_empty(&self) -> bool {
        self.pinned.is_empty()
    }

    /// Whether the certificate itself is trusted; an error if it is, but not now or not for this.
    pub(super) fn pinned(
        &self,
        end_entity: &CertificateDer<'_>,
        purpose: Purpose,
        now: UnixTime,
    ) -> Result<bool, Error> {
        if !self.pinned.contains(end_entity.as_ref()) {
            return Ok(false);
        }
        let certificate = parse(end_entity)?;
        Validity::of(&certificate).check(now)?;
        match extension(&certificate, &OID_X509_EXT_EXTENDED_KEY_USAGE)? {
            None => Ok(true),
            Some(ParsedExtension::ExtendedKeyUsage(usage)) if purpose.allowed_by(usage) => Ok(true),
            Some(ParsedExtension::ExtendedKeyUsage(_)) => {
                Err(CertificateError::InvalidPurpose.into())
            }
            Some(_) => Err(CertificateError::BadEncoding.into()),
        }
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust")
            .field("certificates", &self.pinned.len())
            .field("authorities", &self.authorities.len())
            .finish()
    }
}

pub(super) fn parse<'a>(der: &'a CertificateDer<'_>) -> Result<X509Certificate<'a>, Error> {
    let (_, certificate) =
        X509Certificate::from_der(der).map_err(|_| CertificateError::BadEncoding)?;
    Ok(certificate)
}

fn extension<'a>(
    certificate: &'a X509Certificate<'_>,
    oid: &x509_parser::der_parser::Oid<'static>,
) -> Result<Option<&'a ParsedExtension<'a>>, Error> {
    let extension = certificate
        .get_extension_unique(oid)
        .map_err(|_| CertificateError::BadEncoding)?;
    Ok(extension.map(X509Extension::parsed_extension))
}

fn is_authority(certificate: &X509Certificate<'_>) -> bool {
    let signs = match extension(certificate, &OID_X509_EXT_KEY_USAGE) {
        Ok(None) => true,
        Ok(Some(ParsedExtension::KeyUsage(usage))) => usage.key_cert_sign(),
        _ => false,
    };
    // Before version 3 there was no way to say it.
    let old = matches!(certificate.version(), X509Version::V1 | X509Version::V2);
    let constraints = extension(certificate, &OID_X509_EXT_BASIC_CONSTRAINTS);
    signs
        && (old
            || matches!(constraints, Ok(Some(ParsedExtension::BasicConstraints(basic))) if basic.ca))
}

#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Server,
    Client,
}

impl Purpose {
    fn allowed_by(self, usage: &ExtendedKeyUsage<'_>) -> bool {
        usage.any
            || match self {
                Self::Server => usage.server_auth,
                Self::Client => usage.client_auth,
            }
    }
}
