//! Tokens made to measure: right ones, and such as an attacker makes.

use std::process::Command;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use bailiwick::authn::oidc::{Algorithm, Bearer, Jwks};
use base64ct::{Base64UrlUnpadded, Encoding};
use ring::rand::SystemRandom;
use ring::signature::{
    self, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RsaEncoding, RsaKeyPair,
    RsaPublicKeyComponents,
};
use serde_json::{Value, json};

use crate::tools::missing;

pub(crate) const ISSUER: &str = "https://login.example.com/realms/data";
pub(crate) const AUDIENCE: &str = "alluxio";
/// When all of these tests happen.
pub(crate) const NOW: u64 = 1_800_000_000;

pub(crate) fn base64(bytes: impl AsRef<[u8]>) -> String {
    Base64UrlUnpadded::encode_string(bytes.as_ref())
}

enum Private {
    Rsa(RsaKeyPair),
    Ec(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A key of a provider, or of an attacker.
pub(crate) struct Signer {
    pub(crate) kid: &'static str,
    private: Private,
}

impl Signer {
    pub(crate) fn rsa(kid: &'static str) -> Self {
        let arguments = "genpkey -quiet -algorithm RSA -outform DER -pkeyopt rsa_keygen_bits:2048";
        let output = Command::new("openssl").args(arguments.split(' ')).output();
        let output = output.unwrap_or_else(|error| panic!("{}", missing("openssl", &error)));
        // Some versions of openssl write PKCS#1, some PKCS#8.
        let private = RsaKeyPair::from_der(&output.stdout);
        let private = private
            .or_else(|_| RsaKeyPair::from_pkcs8(&output.stdout))
            .unwrap();
        Self {
            kid,
            private: Private::Rsa(private),
        }
    }

    pub(crate) fn ec(kid: &'static str, algorithm: &'static EcdsaSigningAlgorithm) -> Self {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let private = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap();
        Self {
            kid,
            private: Private::Ec(private),
        }
    }

    pub(crate) fn ed25519(kid: &'static str) -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let private = Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap();
        Self {
            kid,
            private: Private::Ed25519(private),
        }
    }

    /// As a provider publishes it, without an algorithm.
    pub(crate) fn jwk(&self) -> Value {
        let kid = self.kid;
        match &self.private {
            Private::Rsa(pair) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
                let (n, e) = (base64(public.n), base64(public.e));
                json!({"kty": "RSA", "kid": kid, "use": "sig", "n": n, "e": e})
            }
            Private::Ec(pair) => {
                let (x, y) =
                    pair.public_key().as_ref()[1..].split_at(pair.public_key().as_ref().len() / 2);
                let curve = if x.len() == 32 { "P-256" } else { "P-384" };
                json!({"kty": "EC", "kid": kid, "crv": curve, "x": base64(x), "y": base64(y)})
            }
            Private::Ed25519(pair) => {
                let x = base64(pair.public_key());
                json!({"kty": "OKP", "kid": kid, "crv": "Ed25519", "x": x})
            }
        }
    }

    pub(crate) fn signature(&self, algorithm: Algorithm, signed: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.private {
            Private::Rsa(pair) => {
                let encoding: &dyn RsaEncoding = match algorithm {
                    Algorithm::Rs256 => &signature::RSA_PKCS1_SHA256,
                    Algorithm::Rs384 => &signature::RSA_PKCS1_SHA384,
                    Algorithm::Rs512 => &signature::RSA_PKCS1_SHA512,
                    Algorithm::Ps256 => &signature::RSA_PSS_SHA256,
                    Algorithm::Ps384 => &signature::RSA_PSS_SHA384,
                    _ => &signature::RSA_PSS_SHA512,
                };
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(encoding, &random, signed, &mut signature)
                    .unwrap();
                signature
            }
            Private::Ec(pair) => pair.sign(&random, signed).unwrap().as_ref().to_vec(),
            Private::Ed25519(pair) => pair.sign(signed).as_ref().to_vec(),
        }
    }

    /// A token of texts that need not be JSON.
    pub(crate) fn sign_texts(&self, algorithm: Algorithm, header: &str, payload: &str) -> String {
        let signed = format!("{}.{}", base64(header), base64(payload));
        let signature = base64(self.signature(algorithm, signed.as_bytes()));
        format!("{signed}.{signature}")
    }

    pub(crate) fn sign(&self, algorithm: Algorithm, claims: &Value) -> String {
        let header = json!({"alg": algorithm.name(), "typ": "JWT", "kid": self.kid});
        self.sign_texts(algorithm, &header.to_string(), &claims.to_string())
    }
}

/// The provider of these tests.
pub(crate) struct Keys {
    pub(crate) rsa: Signer,
    pub(crate) p256: Signer,
    pub(crate) p384: Signer,
    pub(crate) ed25519: Signer,
}

pub(crate) static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys {
    rsa: Signer::rsa("rsa"),
    p256: Signer::ec("p256", &ECDSA_P256_SHA256_FIXED_SIGNING),
    p384: Signer::ec("p384", &ECDSA_P384_SHA384_FIXED_SIGNING),
    ed25519: Signer::ed25519("ed25519"),
});

impl Keys {
    /// The key for an algorithm.
    pub(crate) fn of(&self, algorithm: Algorithm) -> &Signer {
        match algorithm {
            Algorithm::Es256 => &self.p256,
            Algorithm::Es384 => &self.p384,
            Algorithm::EdDsa => &self.ed25519,
            _ => &self.rsa,
        }
    }

    pub(crate) fn set(&self) -> Value {
        let keys = [&self.rsa, &self.p256, &self.p384, &self.ed25519].map(Signer::jwk);
        json!({ "keys": keys })
    }
}

pub(crate) fn keys_of(set: &Value) -> Jwks {
    Jwks::fixed(set.to_string().as_bytes()).unwrap()
}

/// Claims of alice that are good.
pub(crate) fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "alice",
        "iat": NOW - 100, "nbf": NOW - 100, "exp": NOW + 500,
    })
}

/// The same with other values; null takes a claim away.
pub(crate) fn claims_with(changes: &Value) -> Value {
    let mut claims = claims();
    let members = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    claims
}

/// A token of those claims that is signed as it should be.
pub(crate) fn signed(claims: &Value) -> String {
    KEYS.p256.sign(Algorithm::Es256, claims)
}

/// The verifier of that provider, at that time.
pub(crate) fn bearer() -> Bearer {
    bearer_of(keys_of(&KEYS.set()))
}

pub(crate) fn bearer_of(keys: Jwks) -> Bearer {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
    Bearer::new(ISSUER, [AUDIENCE, "other"], keys).clock(move || now)
}
