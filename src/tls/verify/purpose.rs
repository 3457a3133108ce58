//! What a certificate may be used for (RFC 5280 §4.2.1.12).

use rustls::{CertificateError, Error};
use webpki::{
    ExtendedKeyUsageValidator, KeyPurposeId, KeyPurposeIdIter, KeyUsage, RequiredEkuNotFoundContext,
};
use x509_parser::extensions::ParsedExtension;
use x509_parser::oid_registry::OID_X509_EXT_EXTENDED_KEY_USAGE;
use x509_parser::prelude::X509Certificate;

use super::trust::extension;

/// Who presents a certificate. Its extended key usage, if it has one, has to allow that, or any purpose, as in JSSE
/// (`sun.security.validator.EndEntityChecker`); webpki alone does not know "any".
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    Server,
    Client,
}

/// anyExtendedKeyUsage, 2.5.29.37.0.
const ANY: &[u8] = &[0x55, 0x1d, 0x25, 0x00];

impl Purpose {
    pub(super) fn check(self, certificate: &X509Certificate<'_>) -> Result<(), Error> {
        match extension(certificate, &OID_X509_EXT_EXTENDED_KEY_USAGE)? {
            None => Ok(()),
            Some(ParsedExtension::ExtendedKeyUsage(usage)) => {
                let allowed = match self {
                    Self::Server => usage.server_auth,
                    Self::Client => usage.client_auth,
                };
                if allowed || usage.any {
                    Ok(())
                } else {
                    Err(CertificateError::InvalidPurpose.into())
                }
            }
            Some(_) => Err(CertificateError::BadEncoding.into()),
        }
    }

    const fn oid(self) -> &'static [u8] {
        match self {
            Self::Server => &[0x2b, 6, 1, 5, 5, 7, 3, 1],
            Self::Client => &[0x2b, 6, 1, 5, 5, 7, 3, 2],
        }
    }
}

impl ExtendedKeyUsageValidator for Purpose {
    fn validate(&self, purposes: KeyPurposeIdIter<'_, '_>) -> Result<(), webpki::Error> {
        let mut present = Vec::new();
        for purpose in purposes {
            let purpose = purpose?;
            if purpose == KeyPurposeId::new(self.oid()) || purpose == KeyPurposeId::new(ANY) {
                return Ok(());
            }
            present.push(purpose.to_decoded_oid());
        }
        if present.is_empty() {
            return Ok(());
        }
        let required = KeyUsage::required_if_present(self.oid());
        Err(webpki::Error::RequiredEkuNotFoundContext(
            RequiredEkuNotFoundContext { required, present },
        ))
    }
}
