//! What a login can be bound to: the certificate of the server that the client talks to.

use rustls::pki_types::CertificateDer;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::signature_algorithm::RsaSsaPssParams;
use x509_parser::x509::AlgorithmIdentifier;

use super::TlsError;

/// The channel binding `tls-server-end-point` of a server with this certificate (RFC 5929 §4), as GSS-API takes it: the
/// name of the type, a colon, and the certificate's hash by the function that it is signed with, SHA-256 in place of MD5
/// and SHA-1.
///
/// It says which certificate the client saw. It holds for all connections of that certificate, and changes when the
/// certificate is renewed.
///
/// # Errors
///
/// [`TlsError::Unsupported`] where the RFC says nothing: a signature without a hash function, as of Ed25519, or with more
/// than one, or with one that is not known here. [`TlsError::Corrupt`] if it is no certificate.
pub fn server_end_point(certificate: &CertificateDer<'_>) -> Result<Vec<u8>, TlsError> {
    let corrupt = || TlsError::Corrupt {
        store: MEMORY.to_owned(),
        reason: "it is not an X.509 certificate".to_owned(),
    };
    let (_, parsed) = X509Certificate::from_der(certificate).map_err(|_| corrupt())?;
    let hash = hash_function(&parsed.signature_algorithm)?.digest(certificate);
    Ok([b"tls-server-end-point:".to_vec(), hash].concat())
}

const MEMORY: &str = "(memory)";

#[derive(Clone, Copy)]
enum Hash {
    Sha224,
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha224 => Sha224::digest(bytes).to_vec(),
            Self::Sha256 => Sha256::digest(bytes).to_vec(),
            Self::Sha384 => Sha384::digest(bytes).to_vec(),
            Self::Sha512 => Sha512::digest(bytes).to_vec(),
        }
    }
}

/// The function for a binding to what is signed so.
fn hash_function(algorithm: &AlgorithmIdentifier<'_>) -> Result<Hash, TlsError> {
    const RSASSA_PSS: &str = "1.2.840.113549.1.1.10";
    let name = algorithm.algorithm.to_id_string();
    let hash = match name.as_str() {
        // MD5 and SHA-1 with RSA, SHA-1 with DSA and with ECDSA
        "1.2.840.113549.1.1.4"
        | "1.2.840.113549.1.1.5"
        | "1.2.840.10040.4.3"
        | "1.2.840.10045.4.1" => Some(Hash::Sha256),
        // RSA: RFC 4055 §5
        "1.2.840.113549.1.1.14" => Some(Hash::Sha224),
        "1.2.840.113549.1.1.11" => Some(Hash::Sha256),
        "1.2.840.113549.1.1.12" => Some(Hash::Sha384),
        "1.2.840.113549.1.1.13" => Some(Hash::Sha512),
        // ECDSA: RFC 5758 §3.2
        "1.2.840.10045.4.3.1" => Some(Hash::Sha224),
        "1.2.840.10045.4.3.2" => Some(Hash::Sha256),
        "1.2.840.10045.4.3.3" => Some(Hash::Sha384),
        "1.2.840.10045.4.3.4" => Some(Hash::Sha512),
        RSASSA_PSS => hash_of_pss(algorithm),
        _ => None,
    };
    hash.ok_or_else(|| TlsError::Unsupported {
        store: MEMORY.to_owned(),
        what: format!("a channel binding to a certificate with the signature algorithm {name}"),
    })
}

/// The function of the parameters, if the mask is made with the same one.
fn hash_of_pss(algorithm: &AlgorithmIdentifier<'_>) -> Option<Hash> {
    let parameters = RsaSsaPssParams::try_from(algorithm.parameters()?).ok()?;
    let function = parameters.hash_algorithm_oid();
    if parameters.mask_gen_algorithm().ok()?.hash != *function {
        return None;
    }
    match function.to_id_string().as_str() {
        // SHA-1
        "1.3.14.3.2.26" => Some(Hash::Sha256),
        // RFC 4055 §2.1
        "2.16.840.1.101.3.4.2.4" => Some(Hash::Sha224),
        "2.16.840.1.101.3.4.2.1" => Some(Hash::Sha256),
        "2.16.840.1.101.3.4.2.2" => Some(Hash::Sha384),
        "2.16.840.1.101.3.4.2.3" => Some(Hash::Sha512),
        _ => None,
    }
}
