//! A private key in the form in which a store holds it.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::{
    CertificateDer, PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer,
};
use rustls::sign::{CertifiedKey, SigningKey};
use x509_parser::prelude::{FromDer, X509Certificate};
use zeroize::Zeroizing;

use super::super::TlsError;
use super::ec::EcKey;
use super::signature::{self, PublicKey};
use super::{Identity, Pool};

/// How a private key is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::tls) enum KeyForm {
    /// RFC 5208, of any algorithm.
    Pkcs8,
    /// RFC 8017 §A.1.2, for RSA.
    Pkcs1,
    /// RFC 5915, for elliptic curves.
    Sec1,
}

/// A private key as a store holds it, decrypted.
pub(in crate::tls) struct PrivateKey {
    form: KeyForm,
    der: Zeroizing<Vec<u8>>,
}

/// What a certificate is to a key.
enum Fit {
    Its(Arc<dyn SigningKey>),
    Other,
    /// The provider has no use for the key.
    BadKey(rustls::Error),
    BadCertificate,
}

impl PrivateKey {
    /// More certificates are not tried.
    const MAX_TRIES: usize = 1024;

    pub(in crate::tls) const fn new(form: KeyForm, der: Zeroizing<Vec<u8>>) -> Self {
        Self { form, der }
    }

    /// Joins the key with its certificate, which is one of these, and that with its issuers, which are as well.
    pub(in crate::tls) fn identity(
        &self,
        store: &str,
        alias: &str,
        certificates: &[&CertificateDer<'static>],
        provider: &CryptoProvider,
    ) -> Result<Identity, TlsError> {
        let mut worst = None;
        for (at, certificate) in certificates.iter().enumerate().take(Self::MAX_TRIES) {
            match self.fit(certificate, provider) {
                Fit::Its(key) => {
                    let chain = Pool::new(certificates).chain(at, Some(provider));
                    let chain = chain.into_iter().cloned().collect();
                    let key = CertifiedKey::new(chain, key);
                    return Ok(Identity::new(store, alias, key));
                }
                // The first says most: it is the one that was meant to be the key's own.
                fit => worst.get_or_insert(fit),
            };
        }
        let (store, alias) = (store.to_owned(), alias.to_owned());
        Err(match worst {
            Some(Fit::BadKey(error)) => TlsError::BadKey {
                store,
                alias,
                reason: error.to_string(),
            },
            Some(Fit::BadCertificate) => TlsError::BadCertificate {
                store,
                alias,
                reason: "not an X.509 certificate".to_owned(),
            },
            Some(_) => TlsError::KeyMismatch { store, alias },
            None => TlsError::BadCertificate {
                store,
                alias,
                reason: "the key has no certificate".to_owned(),
            },
        })
    }

    fn fit(&self, certificate: &CertificateDer<'_>, provider: &CryptoProvider) -> Fit {
        let Ok((_, parsed)) = X509Certificate::from_der(certificate) else {
            return Fit::BadCertificate;
        };
        let info = parsed.public_key().raw;
        let Some(public) = PublicKey::of(info) else {
            return Fit::BadCertificate;
        };
        let ec = EcKey::read(self.form, &self.der);
        let completed = match &ec {
            Some(ec) if !ec.has_public_key() => match ec.completed(&public) {
                Some(pkcs8) => Some(pkcs8),
                None => return Fit::Other,
            },
            _ => None,
        };
        let der: PrivateKeyDer<'_> = match (self.form, &completed) {
            (_, Some(pkcs8)) => PrivatePkcs8KeyDer::from(pkcs8.as_slice()).into(),
            (KeyForm::Pkcs8, None) => PrivatePkcs8KeyDer::from(self.der.as_slice()).into(),
            (KeyForm::Pkcs1, None) => PrivatePkcs1KeyDer::from(self.der.as_slice()).into(),
            (KeyForm::Sec1, None) => PrivateSec1KeyDer::from(self.der.as_slice()).into(),
        };
        let key = match provider.key_provider.load_private_key(der.clone_key()) {
            Ok(key) => key,
            // Every provider knows these curves: what it disliked is the public key put in from the certificate.
            Err(_) if completed.is_some() && ec.is_some_and(|ec| ec.is_common()) => {
                return Fit::Other;
            }
            Err(error) => return Fit::BadKey(error),
        };
        if key.public_key().is_some_and(|own| own.as_ref() != info) {
            return Fit::Other;
        }
        // Not every provider tells the public key, or compares one that was put in with the private one: let it sign.
        match signature::proves(&*key, &public, provider) {
            Some(false) => Fit::Other,
            Some(true) | None => Fit::Its(key),
        }
    }
}
