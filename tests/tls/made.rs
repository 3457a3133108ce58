//! Certificates made to measure.

use std::sync::atomic::{AtomicUsize, Ordering};

use bailiwick::tls::{Identity, Store, Trust, ring_provider};
use rustls::Error;

use crate::tools::handshake;
use crate::{client, server};

/// A certificate made to measure.
pub(crate) struct Made {
    pub(crate) pem: String,
    pub(crate) key: rcgen::KeyPair,
    pub(crate) params: rcgen::CertificateParams,
}

impl Made {
    pub(crate) fn new(
        names: &[&str],
        issuer: Option<&Self>,
        shape: impl FnOnce(&mut rcgen::CertificateParams),
    ) -> Self {
        Self::with_key(names, issuer, rcgen::KeyPair::generate().unwrap(), shape)
    }

    pub(crate) fn with_key(
        names: &[&str],
        issuer: Option<&Self>,
        key: rcgen::KeyPair,
        shape: impl FnOnce(&mut rcgen::CertificateParams),
    ) -> Self {
        let names = names
            .iter()
            .map(|&name| name.to_owned())
            .collect::<Vec<_>>();
        let mut params = rcgen::CertificateParams::new(names).unwrap();
        // Names of their own, or webpki would take one for the issuer of another.
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, format!("made {number}"));
        shape(&mut params);
        let certificate = match issuer {
            None => params.self_signed(&key).unwrap(),
            Some(issuer) => params
                .signed_by(
                    &key,
                    &rcgen::Issuer::from_params(&issuer.params, &issuer.key),
                )
                .unwrap(),
        };
        Self {
            pem: certificate.pem(),
            key,
            params,
        }
    }

    pub(crate) fn identity(&self) -> Identity {
        let bundle = format!("{}{}", self.pem, self.key.serialize_pem());
        Store::read(bundle.as_bytes(), None)
            .unwrap()
            .key(None, None, &ring_provider())
            .unwrap()
    }

    pub(crate) fn trust(&self) -> Trust {
        Store::read(self.pem.as_bytes(), None)
            .unwrap()
            .trust(None)
            .unwrap()
    }

    /// What a client that trusts `trusted` says to a server with this certificate.
    pub(crate) fn called(&self, trusted: &Self, host: &str) -> Result<(), Error> {
        handshake(&client(&trusted.trust()), &server(&self.identity()), host).0
    }
}

pub(crate) fn authority(params: &mut rcgen::CertificateParams) {
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
}

pub(crate) fn common_name(name: &'static str) -> impl Fn(&mut rcgen::CertificateParams) {
    move |params| {
        params.distinguished_name = rcgen::DistinguishedName::new();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
    }
}
