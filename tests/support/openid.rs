//! An OpenID provider in the process of the test, of which nothing is asked but its keys.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::SystemTime;

use base64ct::{Base64UrlUnpadded, Encoding};
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

/// An OpenID provider of one key, on loopback.
pub(crate) struct Provider {
    pub(crate) issuer: String,
    pub(crate) key: Ed25519KeyPair,
}

pub(crate) fn base64(bytes: impl AsRef<[u8]>) -> String {
    Base64UrlUnpadded::encode_string(bytes.as_ref())
}

impl Provider {
    pub(crate) fn start() -> Self {
        let random = ring::rand::SystemRandom::new();
        let key = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
        let key = Ed25519KeyPair::from_pkcs8(key.as_ref()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let discovery = json!({"issuer": issuer, "jwks_uri": format!("{issuer}/keys")});
        let x = base64(key.public_key());
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "kid": "1", "use": "sig", "x": x});
        let keys = json!({ "keys": [jwk] });
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                    head.push(byte[0]);
                }
                let keys_asked = head.starts_with(b"GET /keys ");
                let body = if keys_asked { &keys } else { &discovery }.to_string();
                let length = body.len();
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
            }
        });
        Self { issuer, key }
    }

    /// A token for a user, that ends in so many seconds.
    pub(crate) fn token(&self, user: &str, audience: &str, life: i64) -> String {
        let now = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap();
        let now = i64::try_from(now.as_secs()).unwrap();
        let claims: Value = json!({
            "iss": self.issuer, "aud": audience, "sub": "1234", "preferred_username": user,
            "iat": now - 600, "exp": now + life,
        });
        let header = json!({"alg": "EdDSA", "typ": "JWT", "kid": "1"});
        let signed = format!(
            "{}.{}",
            base64(header.to_string()),
            base64(claims.to_string())
        );
        let signature = base64(self.key.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}
