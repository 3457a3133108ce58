//! Which certificates belong to a chain, and in which order.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::time::ASN1Time;

use super::signature;

/// A longer chain than any peer accepts.
const MAX_CHAIN: usize = 16;
/// So many certificates of one name are looked at.
const MAX_CANDIDATES: usize = 64;

/// Certificates of which some are issuers of others.
pub(in crate::tls) struct Pool<'a> {
    all: &'a [&'a CertificateDer<'static>],
    links: Vec<Option<Link<'a>>>,
    by_subject: BTreeMap<&'a [u8], Vec<usize>>,
}

/// What joins a certificate to that of its issuer.
#[derive(Clone, Copy)]
struct Link<'a> {
    subject: &'a [u8],
    issuer: &'a [u8],
    /// Subject and authority key identifier (RFC 5280 §4.2.1.2, §4.2.1.1).
    key_id: Option<&'a [u8]>,
    issuer_key_id: Option<&'a [u8]>,
    not_after: ASN1Time,
}

impl<'a> Link<'a> {
    fn of(certificate: &'a CertificateDer<'_>) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
        let mut link = Self {
            subject: certificate.tbs_certificate.subject.as_raw(),
            issuer: certificate.tbs_certificate.issuer.as_raw(),
            key_id: None,
            issuer_key_id: None,
            not_after: certificate.validity().not_after,
        };
        for extension in certificate.extensions() {
            match extension.parsed_extension() {
                ParsedExtension::SubjectKeyIdentifier(id) => link.key_id = Some(id.0),
                ParsedExtension::AuthorityKeyIdentifier(id) => {
                    link.issuer_key_id = id.key_identifier.as_ref().map(|id| id.0);
                }
                _ => {}
            }
        }
        Some(link)
    }

    /// Whether the identifiers are those of one key, if both are there.
    fn same_key(&self, issuer: &Self) -> Option<bool> {
        Some(self.issuer_key_id? == issuer.key_id?)
    }

    fn is_self_issued(&self) -> bool {
        self.subject == self.issuer && self.same_key(self) != Some(false)
    }
}

impl<'a> Pool<'a> {
    pub(in crate::tls) fn new(all: &'a [&'a CertificateDer<'static>]) -> Self {
        let links: Vec<_> = all
            .iter()
            .map(|certificate| Link::of(certificate))
            .collect();
        let mut by_subject: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (at, link) in links.iter().enumerate() {
            if let Some(link) = link {
                let same = by_subject.entry(link.subject).or_default();
                if same.len() < MAX_CANDIDATES {
                    same.push(at);
                }
            }
        }
        // One certificate of an authority replaces another: the old one would make the chain expire with it.
        let not_after = |at: &usize| {
            links
                .get(*at)
                .and_then(Option::as_ref)
                .map(|link| link.not_after)
        };
        for same in by_subject.values_mut() {
            same.sort_by_key(|at| Reverse(not_after(at)));
        }
        Self {
            all,
            links,
            by_subject,
        }
    }

    /// The certificate at this place, its issuer, the issuer's issuer and so on up to a self-signed one. A missing
    /// one ends the chain.
    ///
    /// An issuer has the name, and not another key identifier; one with the very identifier is preferred, as in
    /// `PKCS12KeyStore.findIssuer`. If several are left, it is the one whose key verifies the signature, and of
    /// these the one that expires last.
    pub(in crate::tls) fn chain(
        &self,
        leaf: usize,
        provider: Option<&CryptoProvider>,
    ) -> Vec<&'a CertificateDer<'static>> {
        let mut chain: Vec<&CertificateDer<'_>> = Vec::new();
        let mut next = Some(leaf);
        while let Some(at) = next
            && let Some(&certificate) = self.all.get(at)
            && chain.len() < MAX_CHAIN
            && !chain.contains(&certificate)
        {
            chain.push(certificate);
            next = self.issuer(at, certificate, provider);
        }
        chain
    }

    fn issuer(
        &self,
        at: usize,
        certificate: &CertificateDer<'_>,
        provider: Option<&CryptoProvider>,
    ) -> Option<usize> {
        let link = self.links.get(at)?.as_ref()?;
        if link.is_self_issued() {
            return None;
        }
        let named = self.by_subject.get(link.issuer)?;
        let same_key = |&at: &usize| {
            let issuer = self.links.get(at).and_then(Option::as_ref);
            issuer.and_then(|issuer| link.same_key(issuer))
        };
        let mut candidates: Vec<usize> = named.clone();
        candidates.retain(|at| same_key(at) != Some(false));
        if candidates.iter().any(|at| same_key(at) == Some(true)) {
            candidates.retain(|at| same_key(at) == Some(true));
        }
        if let (Some(provider), [_, _, ..]) = (provider, candidates.as_slice()) {
            let signer = candidates.iter().find(|&&at| {
                self.all.get(at).is_some_and(|issuer| {
                    signature::signed(certificate, issuer, provider) == Some(true)
                })
            });
            if signer.is_some() {
                return signer.copied();
            }
        }
        candidates.first().copied()
    }
}
