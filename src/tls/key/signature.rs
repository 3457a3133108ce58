//! Signatures, checked with whatever the crypto provider can check.

use rustls::SignatureScheme;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use rustls::sign::SigningKey;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::super::der::{self, Reader};

/// The parts of a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
pub(super) struct PublicKey<'a> {
    /// The content of its AlgorithmIdentifier.
    pub(super) algorithm: &'a [u8],
    /// The key itself.
    pub(super) key: &'a [u8],
}

impl<'a> PublicKey<'a> {
    pub(super) fn of(info: &'a [u8]) -> Option<Self> {
        let mut info = Reader(info).sequence()?;
        Some(Self {
            algorithm: info.take(der::SEQUENCE)?,
            key: info.whole_bits()?,
        })
    }

    /// Whether the signature is by this key, if the provider can tell by one of these algorithms.
    fn verifies<'p>(
        &self,
        algorithms: impl Iterator<Item = &'p &'p dyn SignatureVerificationAlgorithm>,
        message: &[u8],
        signature: &[u8],
    ) -> Option<bool> {
        let mut results = algorithms
            .filter(|algorithm| *algorithm.public_key_alg_id() == *self.algorithm)
            .map(|algorithm| {
                algorithm
                    .verify_signature(self.key, message, signature)
                    .is_ok()
            })
            .peekable();
        results.peek()?;
        Some(results.any(|verified| verified))
    }
}

/// Whether a private key is that of a public one, by a signature; nothing if the provider cannot check it.
pub(super) fn proves(
    key: &dyn SigningKey,
    public: &PublicKey<'_>,
    provider: &CryptoProvider,
) -> Option<bool> {
    const MESSAGE: &[u8] = b"does this private key belong to this certificate?";
    let known = provider.signature_verification_algorithms;
    let schemes: Vec<SignatureScheme> = known.mapping.iter().map(|(scheme, _)| *scheme).collect();
    let signer = key.choose_scheme(&schemes)?;
    let (_, algorithms) = known
        .mapping
        .iter()
        .find(|(scheme, _)| *scheme == signer.scheme())?;
    let signature = signer.sign(MESSAGE).ok()?;
    public
        .verifies(algorithms.iter(), MESSAGE, &signature)
        .or_else(|| {
            // A key that the provider could check with, but not this signature: it is of another kind.
            let mut kinds = known.all.iter().map(|known| known.public_key_alg_id());
            kinds
                .any(|kind| *kind == *public.algorithm)
                .then_some(false)
        })
}

/// Whether one certificate is signed by the key of another; nothing if the provider cannot check it.
pub(super) fn signed(
    certificate: &CertificateDer<'_>,
    issuer: &CertificateDer<'_>,
    provider: &CryptoProvider,
) -> Option<bool> {
    let mut parts = Reader(certificate).sequence()?;
    let (message, _) = parts.element(der::SEQUENCE)?;
    let algorithm = parts.take(der::SEQUENCE)?;
    let signature = parts.whole_bits()?;
    let (_, issuer) = X509Certificate::from_der(issuer).ok()?;
    let public = PublicKey::of(issuer.public_key().raw)?;
    let all = provider.signature_verification_algorithms.all.iter();
    let fitting = all.filter(|known| *known.signature_alg_id() == *algorithm);
    public.verifies(fitting, message, signature)
}
