//! Tokens and messages that are cut or changed anywhere: an error each time.

use bailiwick::authn::oidc::Algorithm;
use bailiwick::authn::{AuthnError, Step};

use crate::forge::{KEYS, base64, bearer, claims, signed};
use crate::verify;

#[test]
fn a_token_that_is_cut_or_changed_at_any_byte_is_not_taken() {
    let bearer = bearer();
    let mut tried = 0;
    for algorithm in [Algorithm::Rs256, Algorithm::Es256, Algorithm::EdDsa] {
        let token = KEYS.of(algorithm).sign(algorithm, &claims());
        let mut refuse = |damaged: &[u8]| {
            assert!(
                bearer.http().step(damaged).is_err(),
                "{}",
                String::from_utf8_lossy(damaged)
            );
            tried += 1;
        };
        for at in 0..token.len() {
            refuse(&token.as_bytes()[..at]);
            refuse(&token.as_bytes()[at + 1..]);
            for byte in *b"Aa0-_.=\n\0\x80\xff" {
                let mut damaged = token.clone().into_bytes();
                if damaged[at] != byte {
                    damaged[at] = byte;
                    refuse(&damaged);
                }
                let mut longer = token.clone().into_bytes();
                longer.insert(at, byte);
                refuse(&longer);
            }
        }
        for tail in ["A", "=", "==", ".", ".A", " ", "\n", "\0"] {
            refuse(format!("{token}{tail}").as_bytes());
        }
    }
    println!("oidc: {tried} damaged tokens");
}

/// Bits beyond the last byte of a signature would be a second form of the same token.
#[test]
fn a_token_has_one_form() {
    let token = signed(&claims());
    let last = token.chars().next_back().unwrap();
    // 64 bytes end in two bits of their own and four that have to be zero.
    assert!("AQgw".contains(last), "{last}");
    for other in ('A'..='Z')
        .chain('a'..='z')
        .chain('0'..='9')
        .chain(['-', '_'])
    {
        if other != last {
            let form = format!("{}{other}", &token[..token.len() - 1]);
            assert!(verify(&bearer(), &form).is_err(), "{other}");
        }
    }
    assert!(verify(&bearer(), &token).is_ok());
}

#[test]
fn lengths_are_bounded() {
    let bearer = bearer();
    let long = "A".repeat(16 * 1024 + 1);
    let error = verify(&bearer, &long).unwrap_err();
    assert_eq!(
        error,
        AuthnError::TooLong {
            length: 16 * 1024 + 1,
            limit: 16 * 1024
        }
    );
    let header = format!(r#"{{"alg":"ES256","x":"{}"}}"#, "x".repeat(6200));
    let token = format!("{}.e30.AAAA", base64(header));
    assert!(
        verify(&bearer, &token)
            .unwrap_err()
            .to_string()
            .ends_with("longer than 8 KiB")
    );
    for text in [
        "",
        ".",
        "..",
        "...",
        "a.b",
        "e30.e30.",
        "e30..",
        "W10.W10.",
        "Bearer e30.e30.",
    ] {
        let error = verify(&bearer, text).unwrap_err();
        assert!(
            matches!(error, AuthnError::Malformed { .. }),
            "{text}: {error}"
        );
    }
}

#[test]
fn a_message_of_sasl_that_is_cut_anywhere_is_an_error() {
    let bearer = bearer();
    let message = format!(
        "n,a=bob,\x01host=h\x01auth=Bearer {}\x01\x01",
        signed(&claims())
    );
    for at in 0..message.len() {
        let step = bearer.sasl().step(&message.as_bytes()[..at]);
        assert!(step.is_err(), "{at}: {step:?}");
        let mut changed = message.clone().into_bytes();
        changed[at] ^= 0x80;
        assert!(bearer.sasl().step(&changed).is_err(), "{at}");
    }
    let step = bearer.sasl().step(message.as_bytes()).unwrap();
    assert!(matches!(step, Step::Done { .. }), "{step:?}");
}
