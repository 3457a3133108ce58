//! Tokens that an attacker makes, who knows the provider's public keys and has keys of its own.

use bailiwick::authn::oidc::Algorithm;
use ring::hmac;
use serde_json::{Value, json};

use crate::forge::{KEYS, Signer, base64, bearer, bearer_of, claims, keys_of, signed};
use crate::{error, verify};

/// A token with that header, signed by a key as if it were for that algorithm.
fn token(by: &Signer, algorithm: Algorithm, header: &Value) -> String {
    by.sign_texts(algorithm, &header.to_string(), &claims().to_string())
}

fn assert_refused(token: &str, reason: &str) {
    let said = error(&bearer(), token);
    assert_eq!(
        said,
        format!("Bearer authentication failed: {reason}"),
        "{token}"
    );
}

const WRONG: &str = "the signature of the token is wrong";
const UNKNOWN: &str = "no key of the provider is the token's";

#[test]
fn no_algorithm_but_those_with_a_public_key_is_spoken() {
    let good = signed(&claims());
    let payload = good.split('.').nth(1).unwrap();
    for name in [
        "none", "None", "nOnE", "", "HS256", "HS384", "HS512", "ES256K", "ES512", "RSA1_5", "dir",
        "es256", "ES256 ",
    ] {
        let header = json!({"alg": name, "typ": "JWT", "kid": "p256"});
        for signature in ["", "AAAA", good.rsplit('.').next().unwrap()] {
            let token = format!("{}.{payload}.{signature}", base64(header.to_string()));
            assert_refused(&token, &format!("the algorithm {name:?} is not spoken"));
        }
    }
}

#[test]
fn a_public_key_is_nobody_s_secret() {
    let key = KEYS.rsa.jwk();
    for secret in [
        key.to_string(),
        key["n"].as_str().unwrap().to_owned(),
        KEYS.set().to_string(),
    ] {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        for (alg, reason) in [
            ("HS256", "the algorithm \"HS256\" is not spoken"),
            ("RS256", WRONG),
        ] {
            let header = json!({"alg": alg, "kid": "rsa"}).to_string();
            let signed = format!("{}.{}", base64(header), base64(claims().to_string()));
            let mac = hmac::sign(&secret, signed.as_bytes());
            assert_refused(&format!("{signed}.{}", base64(mac)), reason);
        }
    }
}

#[test]
fn a_key_that_comes_with_the_token_is_not_looked_at() {
    let attacker = Signer::rsa("rsa");
    for (name, value) in [
        ("jwk", attacker.jwk()),
        ("jku", json!("https://attacker.example.com/keys")),
        ("x5u", json!("https://attacker.example.com/chain")),
        ("x5c", json!(["MIIB"])),
        ("x5t", json!("AAAA")),
    ] {
        let mut header = json!({"alg": "RS256", "typ": "JWT", "kid": "rsa"});
        header[name] = value;
        assert_refused(&token(&attacker, Algorithm::Rs256, &header), WRONG);
        // It does not matter when the token is right.
        verify(&bearer(), &token(&KEYS.rsa, Algorithm::Rs256, &header)).unwrap();
        header["kid"] = json!("of-the-attacker");
        assert_refused(&token(&attacker, Algorithm::Rs256, &header), UNKNOWN);
    }
}

#[test]
fn a_key_id_is_a_name_and_leads_nowhere() {
    let attacker = Signer::ed25519("x");
    for kid in [
        "../../../../dev/null",
        "/etc/passwd",
        "' OR '1'='1",
        "https://x/",
        "p256\u{0}",
        "",
        "P256",
        "p256 ",
        "*",
    ] {
        let header = json!({"alg": "EdDSA", "kid": kid});
        assert_refused(&token(&attacker, Algorithm::EdDsa, &header), UNKNOWN);
    }
    for kid in [json!(1), json!(["p256"]), json!({}), json!(null)] {
        let header = json!({"alg": "ES256", "kid": kid});
        assert_refused(
            &token(&KEYS.p256, Algorithm::Es256, &header),
            "\"kid\" in the header is not a text",
        );
    }
}

#[test]
fn a_key_signs_for_its_own_algorithms_only() {
    for algorithm in Algorithm::ALL {
        for key in [&KEYS.rsa, &KEYS.p256, &KEYS.p384, &KEYS.ed25519] {
            let header = json!({"alg": algorithm.name(), "kid": key.kid});
            let fits = KEYS.of(algorithm).kid == key.kid;
            let token = token(key, algorithm, &header);
            match verify(&bearer(), &token) {
                Ok(_) => assert!(fits, "{algorithm} {}", key.kid),
                Err(error) => assert!(
                    !fits && error.to_string().ends_with(UNKNOWN),
                    "{algorithm} {}: {error}",
                    key.kid
                ),
            }
        }
    }
    // And a signature of one RSA scheme is none of another.
    for (signed_as, said) in [
        (Algorithm::Rs256, "PS256"),
        (Algorithm::Ps256, "RS256"),
        (Algorithm::Rs512, "RS256"),
    ] {
        assert_refused(
            &token(&KEYS.rsa, signed_as, &json!({"alg": said, "kid": "rsa"})),
            WRONG,
        );
    }
}

#[test]
fn what_the_provider_says_of_a_key_restricts_it() {
    let with = |changes: Value| {
        let mut key = KEYS.rsa.jwk();
        for (name, value) in changes.as_object().unwrap() {
            key[name] = value.clone();
        }
        bearer_of(keys_of(&json!({ "keys": [key] })))
    };
    let rs256 = KEYS.rsa.sign(Algorithm::Rs256, &claims());
    let ps256 = KEYS.rsa.sign(Algorithm::Ps256, &claims());
    let for_rs256 = with(json!({"alg": "RS256"}));
    assert!(verify(&for_rs256, &rs256).is_ok());
    assert!(error(&for_rs256, &ps256).ends_with(UNKNOWN));
    assert!(verify(&with(json!({"key_ops": ["verify"]})), &rs256).is_ok());
    for changes in [
        json!({"use": "enc"}),
        json!({"use": 1}),
        json!({"key_ops": ["encrypt"]}),
        json!({"key_ops": "verify"}),
        json!({"alg": "ES256"}),
        json!({"alg": "HS256"}),
        json!({"alg": "RSA-OAEP"}),
        json!({"kty": "oct", "k": "AAAA"}),
        json!({"d": "AAAA"}),
    ] {
        assert!(
            error(&with(changes.clone()), &rs256).ends_with(UNKNOWN),
            "{changes}"
        );
    }
}

#[test]
fn a_token_without_a_key_id_is_taken_only_if_there_is_no_choice() {
    let token = token(&KEYS.p256, Algorithm::Es256, &json!({"alg": "ES256"}));
    verify(&bearer(), &token).unwrap();
    let another = Signer::ec("another", &ring::signature::ECDSA_P256_SHA256_FIXED_SIGNING);
    let both = keys_of(&json!({"keys": [KEYS.p256.jwk(), another.jwk()]}));
    assert!(error(&bearer_of(both), &token).ends_with(UNKNOWN));
}

#[test]
fn extensions_types_and_doubled_names_are_refused() {
    let es256 = |header: &Value| token(&KEYS.p256, Algorithm::Es256, header);
    for crit in [json!(["exp"]), json!(["b64"]), json!([]), json!(null)] {
        let header = json!({"alg": "ES256", "kid": "p256", "crit": crit, "b64": false});
        assert_refused(&es256(&header), "the token demands an extension (\"crit\")");
    }
    for kind in ["logout+jwt", "dpop+jwt", "secevent+jwt", "JOSE", "", "JWT "] {
        let header = json!({"alg": "ES256", "kid": "p256", "typ": kind});
        assert_refused(&es256(&header), &format!("a token of type {kind:?}"));
    }
    for kind in ["JWT", "jwt", "at+jwt", "application/at+jwt", "AT+JWT"] {
        verify(
            &bearer(),
            &es256(&json!({"alg": "ES256", "kid": "p256", "typ": kind})),
        )
        .unwrap();
    }

    let doubled = KEYS.p256.sign_texts(
        Algorithm::Es256,
        r#"{"alg":"none","alg":"ES256","kid":"p256"}"#,
        &claims().to_string(),
    );
    assert_refused(
        &doubled,
        "the header of the token: a name that was there before at line 1 column 19",
    );
    let payload = claims().to_string().replacen('{', r#"{"sub":"root","#, 1);
    let doubled = KEYS.p256.sign_texts(
        Algorithm::Es256,
        r#"{"alg":"ES256","kid":"p256"}"#,
        &payload,
    );
    assert!(
        error(&bearer(), &doubled).contains("payload of the token: a name that was there before")
    );
}

#[test]
fn an_empty_signature_and_one_of_zeros_are_wrong() {
    for algorithm in Algorithm::ALL {
        let key = KEYS.of(algorithm);
        let good = key.sign(algorithm, &claims());
        let (signed, signature) = good.rsplit_once('.').unwrap();
        let length = signature.len() / 4 * 3;
        for bytes in [
            vec![],
            vec![0; length],
            vec![0; 64],
            vec![0xff; length],
            vec![0; 4096],
        ] {
            assert_refused(&format!("{signed}.{}", base64(bytes)), WRONG);
        }
        // The same claims under another key of that kind.
        let other = match algorithm {
            Algorithm::Es256 => {
                Signer::ec("p256", &ring::signature::ECDSA_P256_SHA256_FIXED_SIGNING)
            }
            Algorithm::Es384 => {
                Signer::ec("p384", &ring::signature::ECDSA_P384_SHA384_FIXED_SIGNING)
            }
            Algorithm::EdDsa => Signer::ed25519("ed25519"),
            _ => continue,
        };
        assert_refused(&other.sign(algorithm, &claims()), WRONG);
    }
}

#[test]
fn keys_that_are_too_small_or_odd_are_passed_over_with_the_reason() {
    let small = json!({"kty": "RSA", "kid": "small", "e": "AQAB", "n": base64([0xff; 128])});
    let rsa = |n: &str, e: &str| json!({"kty": "RSA", "n": n, "e": e});
    let n = KEYS.rsa.jwk()["n"].as_str().unwrap().to_owned();
    let x = KEYS.p256.jwk()["x"].as_str().unwrap().to_owned();
    let set = json!({"keys": [
        small,
        rsa(&n, "AQ"), rsa(&n, "AAEAAQ"), rsa(&n, "Ag"), rsa(&n, "AQAAAAE"), rsa("AQAB", "AQAB"), rsa("", "AQAB"),
        rsa(&n, "AQAB="),
        {"kty": "EC", "crv": "P-256", "x": x},
        {"kty": "EC", "crv": "P-256", "x": x, "y": "AAAA"},
        {"kty": "EC", "crv": "P-521", "x": x, "y": x},
        {"kty": "OKP", "crv": "X25519", "x": x},
        {"kty": "oct", "k": "AAAA", "kid": "secret"},
        {"kid": "k\u{1b}"},
        KEYS.ed25519.jwk(),
    ]});
    let status = keys_of(&set).status();
    assert_eq!(*status.keys, ["\"ed25519\" Ed25519"]);
    assert_eq!(
        *status.passed_over,
        [
            "\"small\": RSA of 1024 bits, not of 2048 to 8192",
            "a key without an id: its exponent is not an odd number from 3 to 2^32",
            "a key without an id: its exponent is not an odd number from 3 to 2^32",
            "a key without an id: its exponent is not an odd number from 3 to 2^32",
            "a key without an id: its exponent is not an odd number from 3 to 2^32",
            "a key without an id: RSA of 17 bits, not of 2048 to 8192",
            "a key without an id: its modulus is not odd",
            "a key without an id: its \"e\" is not base64url",
            "a key without an id: it has no \"y\"",
            "a key without an id: a coordinate of 3 bytes, not 32",
            "a key without an id: keys of type \"EC\" over \"P-521\" are not taken",
            "a key without an id: keys of type \"OKP\" over \"X25519\" are not taken",
            "\"secret\": keys of type \"oct\" are not taken",
            "\"k\\u{1b}\": it has no \"kty\"",
        ]
    );
}
