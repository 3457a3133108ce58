//! Certificates made to measure.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use bailiwick::tls::{Identity, Store, Trust, ring_provider};
use rcgen::{CertificateRevocationListParams, RevokedCertParams, SerialNumber};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{Error, ServerConfig};

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
        params.serial_number = Some((number as u64 + 1).into());
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

    /// Certificate and key in PEM.
    pub(crate) fn bundle(&self) -> String {
        format!("{}{}", self.pem, self.key.serialize_pem())
    }

    pub(crate) fn identity(&self) -> Identity {
        Store::read(self.bundle().as_bytes(), None)
            .unwrap()
            .key(None, None, &ring_provider())
            .unwrap()
    }

    /// One that a tool has made. Without its key, it can only be shown.
    pub(crate) fn from_pem(pem: String, key: Option<String>) -> Self {
        Self {
            pem,
            key: match key {
                Some(key) => rcgen::KeyPair::from_pem(&key).unwrap(),
                None => rcgen::KeyPair::generate().unwrap(),
            },
            params: rcgen::CertificateParams::default(),
        }
    }

    /// A self-signed one once more, with the same name and key.
    pub(crate) fn renewed(old: &Self, shape: impl FnOnce(&mut rcgen::CertificateParams)) -> Self {
        let key = rcgen::KeyPair::from_pem(&old.key.serialize_pem()).unwrap();
        let mut params = old.params.clone();
        shape(&mut params);
        Self {
            pem: params.self_signed(&key).unwrap().pem(),
            key,
            params,
        }
    }

    /// A certificate for the name and the key of one, issued by the other.
    pub(crate) fn resigned(subject: &Self, issuer: &Self) -> Self {
        let key = rcgen::KeyPair::from_pem(&subject.key.serialize_pem()).unwrap();
        let params = subject.params.clone();
        let by = rcgen::Issuer::from_params(&issuer.params, &issuer.key);
        Self {
            pem: params.signed_by(&key, &by).unwrap().pem(),
            key,
            params,
        }
    }

    pub(crate) fn der(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(self.pem.as_bytes()).unwrap()
    }

    /// The key with this chain, which nobody has looked at.
    pub(crate) fn unchecked(&self, chain: &[&Self]) -> Arc<SingleCertAndKey> {
        let key = PrivateKeyDer::from_pem_slice(self.key.serialize_pem().as_bytes()).unwrap();
        let key = ring_provider().key_provider.load_private_key(key).unwrap();
        let chain = std::iter::once(self).chain(chain.iter().copied());
        Arc::new(CertifiedKey::new(chain.map(Self::der).collect(), key).into())
    }

    /// A server that presents this certificate and what else is given, whatever it is.
    pub(crate) fn unchecked_server(&self, chain: &[&Self]) -> ServerConfig {
        ServerConfig::builder_with_provider(ring_provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(self.unchecked(chain))
    }

    /// A revocation list in DER that this authority signs, good until tomorrow.
    pub(crate) fn crl(
        &self,
        revoked: &[&Self],
        shape: impl FnOnce(&mut CertificateRevocationListParams),
    ) -> Vec<u8> {
        let now = SystemTime::now().into();
        let mut params = CertificateRevocationListParams {
            this_update: now,
            next_update: now + Duration::from_secs(24 * 60 * 60),
            crl_number: 1.into(),
            issuing_distribution_point: None,
            revoked_certs: revoked
                .iter()
                .map(|made| RevokedCertParams {
                    serial_number: made.serial(),
                    revocation_time: now,
                    reason_code: None,
                    invalidity_date: None,
                })
                .collect(),
            key_identifier_method: self.params.key_identifier_method.clone(),
        };
        shape(&mut params);
        let issuer = rcgen::Issuer::from_params(&self.params, &self.key);
        params.signed_by(&issuer).unwrap().der().to_vec()
    }

    fn serial(&self) -> SerialNumber {
        self.params.serial_number.clone().unwrap()
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
