//! The public keys of a provider (RFC 7517), and whether one of them made a signature.

use base64ct::{Base64UrlUnpadded, Encoding};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
    UnparsedPublicKey, VerificationAlgorithm,
};
use thiserror::Error;

use super::Algorithm;
use super::json::{JsonError, Object, Value};

/// The longest key set: some hundred keys with their certificates.
pub(super) const MAX_KEY_SET: usize = 256 * 1024;
const MAX_KEYS: usize = 100;

/// Why a text is no key set. Single keys that are of no use are not an error; see [`JwksStatus`](super::JwksStatus).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JwksError {
    /// It is too long.
    #[error("a key set of {length} bytes is longer than {limit}")]
    TooLong {
        /// Its length.
        length: usize,
        /// How long it may be.
        limit: usize,
    },
    /// It is not JSON, or a name stands twice in one object.
    #[error("the key set is not JSON as it should be: {problem}")]
    Json {
        /// Where, and what is wrong.
        problem: String,
    },
    /// It has no list of objects under `keys`.
    #[error("the key set has no list of objects under \"keys\"")]
    NoList,
    /// It has too many keys.
    #[error("the key set has {count} keys, more than {limit}")]
    TooMany {
        /// How many.
        count: usize,
        /// How many it may have.
        limit: usize,
    },
}

impl From<JsonError> for JwksError {
    fn from(error: JsonError) -> Self {
        Self::Json {
            problem: error.to_string(),
        }
    }
}

/// The keys of a provider at one time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct KeySet {
    pub(super) keys: Vec<Key>,
    /// What could not be taken, each with its reason.
    pub(super) passed_over: Vec<String>,
}

impl KeySet {
    pub(super) fn parse(text: &[u8]) -> Result<Self, JwksError> {
        let (length, limit) = (text.len(), MAX_KEY_SET);
        if length > limit {
            return Err(JwksError::TooLong { length, limit });
        }
        let object = Object::parse(text)?;
        let Some(Value::List(list)) = object.get("keys") else {
            return Err(JwksError::NoList);
        };
        let (count, limit) = (list.len(), MAX_KEYS);
        if count > limit {
            return Err(JwksError::TooMany { count, limit });
        }
        let mut set = Self::default();
        for key in list {
            let Value::Object(key) = key else {
                return Err(JwksError::NoList);
            };
            match Key::read(key) {
                Ok(key) => set.keys.push(key),
                Err(reason) => {
                    let kid = key.text("kid").ok().flatten();
                    let named = kid.map_or_else(|| "a key without an id".to_owned(), quoted);
                    set.passed_over.push(format!("{named}: {reason}"));
                }
            }
        }
        Ok(set)
    }

    /// The keys that a token with this header may be signed with. One that names no key is taken only if there is no
    /// choice.
    pub(super) fn candidates(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> impl Iterator<Item = &Key> {
        let fitting = move |key: &&Key| {
            key.fits(algorithm) && kid.is_none_or(|kid| key.kid.as_deref() == Some(kid))
        };
        let ambiguous = kid.is_none() && self.keys.iter().filter(fitting).nth(1).is_some();
        let keys = if ambiguous { &[][..] } else { &self.keys };
        keys.iter().filter(fitting)
    }
}

/// For a log: escaped, and no longer than it helps.
pub(super) fn quoted(text: &str) -> String {
    let shown: String = text.chars().take(64).collect();
    let rest = if shown.len() < text.len() { ".." } else { "" };
    format!("{shown:?}{rest}")
}

/// One public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    kid: Option<Box<str>>,
    /// What the provider restricts it to.
    algorithm: Option<Algorithm>,
    public: Public,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Public {
    /// Modulus and exponent.
    Rsa(Vec<u8>, Vec<u8>),
    /// Uncompressed points.
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl Key {
    fn read(object: &Object<'_>) -> Result<Self, String> {
        let text = |name| {
            let text = object.text(name);
            text.map_err(|_| format!("its {name:?} is not a text"))
        };
        let kty = text("kty")?.ok_or("it has no \"kty\"")?;
        // A private key that can be fetched by everybody signs for everybody.
        if ["d", "p", "q", "dp", "dq", "qi", "oth"]
            .iter()
            .any(|part| object.get(part).is_some())
        {
            return Err("its private part is in the set".to_owned());
        }
        if let Some(purpose) = text("use")?.filter(|purpose| *purpose != "sig") {
            return Err(format!("it is for {}, not for signatures", quoted(purpose)));
        }
        match object.get("key_ops") {
            None => {}
            Some(Value::List(ops)) if ops.iter().any(|op| op.as_text() == Some("verify")) => {}
            Some(_) => return Err("its \"key_ops\" do not have \"verify\"".to_owned()),
        }
        let public = match (kty, text("crv")?) {
            ("RSA", _) => rsa(&number(text("n")?, "n")?, &number(text("e")?, "e")?)?,
            ("EC", Some("P-256")) => Public::P256(point(text("x")?, text("y")?, 32)?),
            ("EC", Some("P-384")) => Public::P384(point(text("x")?, text("y")?, 48)?),
            ("OKP", Some("Ed25519")) => Public::Ed25519(of_length(number(text("x")?, "x")?, 32)?),
            (kty, None) => return Err(format!("keys of type {} are not taken", quoted(kty))),
            (kty, Some(curve)) => {
                let (kty, curve) = (quoted(kty), quoted(curve));
                return Err(format!("keys of type {kty} over {curve} are not taken"));
            }
        };
        let mut key = Self {
            kid: text("kid")?.map(Into::into),
            algorithm: None,
            public,
        };
        if let Some(name) = text("alg")? {
            let algorithm = Algorithm::from_name(name).filter(|algorithm| key.fits(*algorithm));
            let unfit = || format!("it cannot be of the algorithm {}", quoted(name));
            key.algorithm = Some(algorithm.ok_or_else(unfit)?);
        }
        Ok(key)
    }

    /// For the status: its id and what it is.
    pub(super) fn describe(&self) -> String {
        let kid = self
            .kid
            .as_deref()
            .map_or_else(|| "a key without an id".to_owned(), quoted);
        let kind = match &self.public {
            Public::Rsa(n, _) => format!("RSA-{}", n.len().saturating_mul(8)),
            Public::P256(_) => "P-256".to_owned(),
            Public::P384(_) => "P-384".to_owned(),
            Public::Ed25519(_) => "Ed25519".to_owned(),
        };
        match self.algorithm {
            None => format!("{kid} {kind}"),
            Some(algorithm) => format!("{kid} {kind} for {algorithm}"),
        }
    }

    /// Whether tokens of that algorithm may be signed with it: by what it is, and by what the provider says.
    fn fits(&self, algorithm: Algorithm) -> bool {
        use Algorithm as A;
        let by_type = match self.public {
            Public::Rsa(..) => matches!(
                algorithm,
                A::Rs256 | A::Rs384 | A::Rs512 | A::Ps256 | A::Ps384 | A::Ps512
            ),
            Public::P256(_) => algorithm == A::Es256,
            Public::P384(_) => algorithm == A::Es384,
            Public::Ed25519(_) => algorithm == A::EdDsa,
        };
        by_type && self.algorithm.is_none_or(|only| only == algorithm)
    }

    /// Whether it has signed that.
    pub(super) fn has_signed(&self, algorithm: Algorithm, signed: &[u8], signature: &[u8]) -> bool {
        let by_point = |ring: &'static dyn VerificationAlgorithm, point: &Vec<u8>| {
            UnparsedPublicKey::new(ring, point).verify(signed, signature)
        };
        let verified = match &self.public {
            Public::Rsa(n, e) => rsa_parameters(algorithm).map(|parameters| {
                RsaPublicKeyComponents { n, e }.verify(parameters, signed, signature)
            }),
            Public::P256(point) => Some(by_point(&ECDSA_P256_SHA256_FIXED, point)),
            Public::P384(point) => Some(by_point(&ECDSA_P384_SHA384_FIXED, point)),
            Public::Ed25519(point) => Some(by_point(&ED25519, point)),
        };
        self.fits(algorithm) && verified.is_some_and(|verified| verified.is_ok())
    }
}

const fn rsa_parameters(algorithm: Algorithm) -> Option<&'static RsaParameters> {
    match algorithm {
        Algorithm::Rs256 => Some(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::Rs384 => Some(&RSA_PKCS1_2048_8192_SHA384),
        Algorithm::Rs512 => Some(&RSA_PKCS1_2048_8192_SHA512),
        Algorithm::Ps256 => Some(&RSA_PSS_2048_8192_SHA256),
        Algorithm::Ps384 => Some(&RSA_PSS_2048_8192_SHA384),
        Algorithm::Ps512 => Some(&RSA_PSS_2048_8192_SHA512),
        Algorithm::Es256 | Algorithm::Es384 | Algorithm::EdDsa => None,
    }
}

fn number(text: Option<&str>, name: &str) -> Result<Vec<u8>, String> {
    let text = text.ok_or_else(|| format!("it has no {name:?}"))?;
    Base64UrlUnpadded::decode_vec(text).map_err(|_| format!("its {name:?} is not base64url"))
}

fn of_length(bytes: Vec<u8>, length: usize) -> Result<Vec<u8>, String> {
    if bytes.len() == length {
        return Ok(bytes);
    }
    Err(format!(
        "a coordinate of {} bytes, not {length}",
        bytes.len()
    ))
}

fn point(x: Option<&str>, y: Option<&str>, length: usize) -> Result<Vec<u8>, String> {
    let mut point = vec![4];
    point.extend(of_length(number(x, "x")?, length)?);
    point.extend(of_length(number(y, "y")?, length)?);
    Ok(point)
}

/// Within what `ring` verifies, so that a key is not counted as one and then never fits.
fn rsa(n: &[u8], e: &[u8]) -> Result<Public, String> {
    let (Some(first), Some(1)) = (n.first(), n.last().map(|last| last & 1)) else {
        return Err("its modulus is not odd".to_owned());
    };
    if *first == 0 {
        return Err("its modulus begins with zero".to_owned());
    }
    let zeros = usize::try_from(first.leading_zeros()).unwrap_or_default();
    let bits = n.len().saturating_mul(8).saturating_sub(zeros);
    if !(2048..=8192).contains(&bits) {
        return Err(format!("RSA of {bits} bits, not of 2048 to 8192"));
    }
    let exponent = match e {
        [] | [0, ..] | [_, _, _, _, _, ..] => 0,
        _ => e
            .iter()
            .fold(0_u32, |value, byte| value << 8 | u32::from(*byte)),
    };
    if exponent < 3 || exponent & 1 == 0 {
        return Err("its exponent is not an odd number from 3 to 2^32".to_owned());
    }
    Ok(Public::Rsa(n.to_vec(), e.to_vec()))
}
