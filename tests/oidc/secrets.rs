//! Tokens are passwords: nothing that is printed holds one.

use std::fmt::Write;

use bailiwick::authn::Step;
use bailiwick::authn::oidc::{Algorithm, Bearer};
use bailiwick::identity::Password;
use serde_json::json;

use crate::forge::{KEYS, bearer, claims, claims_with, signed};

/// Whether a text shows a part of a token that could be used: eight characters of it in a row.
fn shows(text: &str, token: &str) -> bool {
    token
        .as_bytes()
        .windows(8)
        .any(|piece| text.contains(std::str::from_utf8(piece).unwrap()))
}

#[test]
fn nothing_that_is_printed_shows_a_token() {
    let good = signed(&claims());
    let mut tokens: Vec<String> = [
        json!({}),
        json!({"iss": "x"}),
        json!({"aud": "x"}),
        json!({"exp": 1}),
        json!({"sub": "a,b"}),
        json!({"exp": "soon"}),
        json!({"cnf": {}}),
    ]
    .into_iter()
    .map(|changes| signed(&claims_with(&changes)))
    .collect();
    tokens.push(KEYS.rsa.sign_texts(Algorithm::Rs256, "{}", "{}"));
    tokens.push(
        KEYS.rsa
            .sign_texts(Algorithm::Rs256, "no JSON, but a text", "{}"),
    );
    tokens.push(KEYS.rsa.sign_texts(
        Algorithm::Rs256,
        r#"{"alg":"ES256","kid":"rsa"}"#,
        "no JSON",
    ));
    tokens.push(KEYS.rsa.sign_texts(
        Algorithm::Es256,
        r#"{"alg":"ES256","kid":"p256"}"#,
        "no JSON",
    ));
    for at in 0..good.len() {
        tokens.push(good[..at].to_owned());
        tokens.push(format!("{}*{}", &good[..at], &good[at + 1..]));
        tokens.push(good.replacen('.', "", at % 3));
    }
    // Opaque ones, as other providers give them.
    tokens.push("ya29.a0AfH6SMBxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx".to_owned());
    tokens.push("0123456789abcdef".repeat(2000));

    let bearer = bearer();
    let mut printed = 0;
    for token in &tokens {
        let mut text = String::new();
        let client = Bearer::client(Password::new(token.as_str()), None, None);
        write!(text, "{client:?}").unwrap();
        match client.step(b"") {
            Ok(Step::Continue { next, .. }) => write!(text, "{next:?}").unwrap(),
            Ok(step) => panic!("{step:?}"),
            Err(error) => write!(text, "{error} {error:?}").unwrap(),
        }
        let message = format!("n,,\x01auth=Bearer {token}\x01\x01");
        for (exchange, input) in [
            (bearer.http(), token.as_str()),
            (bearer.sasl(), message.as_str()),
        ] {
            write!(text, "{exchange:?}").unwrap();
            match exchange.step(input.as_bytes()) {
                Ok(Step::Continue { reply, next }) => {
                    let error = next.step(b"\x01").unwrap_err();
                    let reply = String::from_utf8_lossy(&reply);
                    write!(text, "{reply} {error} {error:?} {}", error.public()).unwrap();
                }
                Ok(step) => write!(text, "{step:?}").unwrap(),
                Err(error) => write!(text, "{error} {error:?} {}", error.public()).unwrap(),
            }
        }
        write!(text, "{bearer:?}").unwrap();
        assert!(!shows(&text, token), "{text}");
        printed += text.len();
    }
    println!(
        "oidc: {} tokens, {printed} bytes printed, none of them of a token",
        tokens.len()
    );
}
