//! Bearer tokens, messages of OAUTHBEARER, and key sets.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use bailiwick::authn::oidc::{Bearer, Jwks};
use bailiwick::authn::{AuthnError, Step};

/// The key of RFC 7515 A.3, whose token is for nobody here.
const KEYS: &[u8] = br#"{"keys":[{"kty":"EC","crv":"P-256",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;

/// One verifier with a key, and one without, which looks at the claims before it says so.
static BEARERS: LazyLock<[Bearer; 2]> = LazyLock::new(|| {
    [KEYS, br#"{"keys":[]}"#].map(|keys| {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let keys = Jwks::fixed(keys).unwrap();
        Bearer::new("https://issuer", ["service"], keys).clock(move || now)
    })
});

/// The bytes as everything that they might be.
pub fn bearer(bytes: &[u8]) {
    for bearer in &*BEARERS {
        let error = bearer
            .http()
            .step(bytes)
            .expect_err("nobody can sign for these keys");
        check(&error);
        hides(bearer, &error, bytes);
        match bearer.sasl().step(bytes) {
            Ok(Step::Continue { reply, next }) => {
                assert_eq!(reply, br#"{"status":"invalid_token"}"#);
                check(&next.step(b"\x01").unwrap_err());
            }
            Ok(step) => panic!("{step:?}"),
            Err(error) => check(&error),
        }
    }
    if let Ok(keys) = Jwks::fixed(bytes) {
        let status = keys.status();
        assert!(
            status.keys.len() + status.passed_over.len() <= 100,
            "{status:?}"
        );
        let token = "eyJhbGciOiJFUzI1NiJ9.e30.AAAA";
        let bearer = Bearer::new("https://issuer", ["service"], keys);
        assert!(bearer.http().step(token.as_bytes()).is_err());
    }
}

/// Keys that never change are never unavailable, and what is said is short.
fn check(error: &AuthnError) {
    assert!(!error.is_unavailable(), "{error}");
    assert!(error.to_string().len() < 4000, "{error}");
}

/// No signature is shown. One that happens to be among the error's own words would be so whatever the token said.
fn hides(bearer: &Bearer, error: &AuthnError, token: &[u8]) {
    let Some(dot) = token.iter().rposition(|byte| *byte == b'.') else {
        return;
    };
    let (signed, signature) = token.split_at(dot + 1);
    let shown = error.to_string();
    if signature.len() > 40 && shown.contains(&*String::from_utf8_lossy(signature)) {
        let other = [signed, b"AAAA"].concat();
        let other = bearer.http().step(&other).unwrap_err();
        assert_eq!(shown, other.to_string());
    }
}
