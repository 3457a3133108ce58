//! What a token has to say.

use std::time::Duration;

use bailiwick::authn::oidc::{Algorithm, UserClaim};
use bailiwick::identity::Mechanism;
use serde_json::{Value, json};

use crate::forge::{ISSUER, KEYS, NOW, bearer, claims, claims_with, signed};
use crate::{error, verify};

#[test]
fn a_token_of_every_algorithm_is_taken_and_says_who_its_user_is() {
    for algorithm in Algorithm::ALL {
        let token = KEYS.of(algorithm).sign(algorithm, &claims());
        let login = verify(&bearer(), &token).unwrap_or_else(|e| panic!("{algorithm}: {e}"));
        let principal = login.principal;
        assert_eq!(principal.name().as_str(), "alice");
        assert_eq!(principal.mechanism(), Mechanism::Oidc);
        assert_eq!(principal.realm(), Some(ISSUER));
        assert_eq!(principal.credential(), Some("alice"));
        assert!(login.act_as.is_none() && login.layer.is_none());

        let others = Algorithm::ALL
            .into_iter()
            .filter(|other| *other != algorithm);
        let refusing = bearer().algorithms(others);
        assert_eq!(
            error(&refusing, &token),
            format!("Bearer authentication failed: the algorithm {algorithm} is not allowed")
        );
    }
}

/// Claims in place of good ones, and what becomes of them.
#[test]
fn each_claim_has_to_be_right() {
    let second = |offset: i64| NOW.checked_add_signed(offset).unwrap();
    let taken = [
        json!({}),
        json!({"aud": "other"}),
        json!({"aud": ["x", "alluxio"]}),
        json!({"nbf": null, "iat": null}),
        json!({"exp": second(-59)}),
        json!({"exp": second(-59) as f64 + 0.5}),
        json!({"exp": 1.9e9}),
        json!({"nbf": second(60)}),
        json!({"iat": second(60)}),
    ];
    for changes in taken {
        let token = signed(&claims_with(&changes));
        verify(&bearer(), &token).unwrap_or_else(|error| panic!("{changes}: {error}"));
    }
    let refused = [
        (json!({"iss": null}), "the token is of the issuer nobody"),
        (
            json!({"iss": [ISSUER]}),
            "the token is of the issuer nobody",
        ),
        (
            json!({"iss": "https://login.example.com/realms/data/"}),
            "the token is of the issuer \"https://login.example.com/realms/data/\"",
        ),
        (
            json!({"iss": "HTTPS://login.example.com/realms/data"}),
            "the token is of the issuer \"HTTPS://login.example.com/realms/data\"",
        ),
        (json!({"aud": null}), "the token is for another audience"),
        (
            json!({"aud": "Alluxio"}),
            "the token is for another audience",
        ),
        (
            json!({"aud": "alluxio other"}),
            "the token is for another audience",
        ),
        (json!({"aud": []}), "the token is for another audience"),
        (
            json!({"aud": [["alluxio"]]}),
            "the token is for another audience",
        ),
        (
            json!({"aud": {"alluxio": "alluxio"}}),
            "the token is for another audience",
        ),
        (json!({"exp": null}), "the token never expires"),
        (json!({"exp": second(-60)}), "the token has expired"),
        (json!({"exp": 0}), "the token has expired"),
        (
            json!({"exp": -1}),
            "the claim \"exp\" of the token is not a date",
        ),
        (
            json!({"exp": 1e300}),
            "the claim \"exp\" of the token is not a date",
        ),
        (
            json!({"exp": "1900000000"}),
            "the claim \"exp\" of the token is not a date",
        ),
        (json!({"nbf": second(61)}), "the token is not valid yet"),
        (
            json!({"nbf": [1]}),
            "the claim \"nbf\" of the token is not a date",
        ),
        (
            json!({"iat": second(61)}),
            "the token was issued in the future",
        ),
        (
            json!({"cnf": {"jkt": "x"}}),
            "the token is bound to a key (\"cnf\")",
        ),
        (json!({"sub": null}), "the token has no claim \"sub\""),
        (
            json!({"sub": null, "preferred_username": "alice", "email": "alice@x"}),
            "the token has no claim \"sub\"",
        ),
        (json!({"sub": ["alice"]}), "the claim \"sub\" is not a text"),
        (json!({"sub": 7}), "the claim \"sub\" is not a text"),
        (json!({"sub": ""}), "the claim \"sub\": user name is empty"),
        (
            json!({"sub": "alice,root"}),
            "the claim \"sub\": user name \"alice,root\" holds ',' at byte 5",
        ),
        (
            json!({"sub": "root\u{0}x"}),
            "the claim \"sub\": user name \"root\\0x\" holds '\\0' at byte 4",
        ),
        (
            json!({"sub": " root"}),
            "the claim \"sub\": user name \" root\" begins or ends with white space",
        ),
        (
            json!({"sub": "x".repeat(256)}),
            "the claim \"sub\": user name of 256 bytes is longer than 255",
        ),
    ];
    for (changes, reason) in refused {
        let token = signed(&claims_with(&changes));
        assert_eq!(
            error(&bearer(), &token),
            format!("Bearer authentication failed: {reason}"),
            "{changes}"
        );
    }
}

#[test]
fn the_leeway_is_what_was_set() {
    let bearer = bearer().leeway(Duration::ZERO);
    assert!(verify(&bearer, &signed(&claims_with(&json!({"exp": NOW + 1})))).is_ok());
    let expired = signed(&claims_with(&json!({"exp": NOW})));
    assert!(error(&bearer, &expired).ends_with("the token has expired"));
    let early = signed(&claims_with(&json!({"nbf": NOW + 1})));
    assert!(error(&bearer, &early).ends_with("not valid yet"));
}

/// What a claim of a kind makes of a token: a name, or the reason.
fn named(claim: UserClaim, changes: &Value) -> Result<String, String> {
    let token = signed(&claims_with(changes));
    match verify(&bearer().user(claim), &token) {
        Ok(login) => Ok(login.principal.name().as_str().to_owned()),
        Err(error) => Err(error
            .to_string()
            .replace("Bearer authentication failed: ", "")),
    }
}

#[test]
fn the_user_is_of_one_claim_and_never_of_another() {
    let ok = |name: &str| Ok(name.to_owned());
    let no = |reason: &str| Err(reason.to_owned());
    let email = || UserClaim::new("email").without_domain("example.com");
    let verified = |email: &str| json!({"email": email, "email_verified": true});
    let nested = || UserClaim::nested(["ext", "login"]);

    assert_eq!(named(UserClaim::default(), &json!({})), ok("alice"));
    assert_eq!(
        named(
            UserClaim::new("preferred_username"),
            &json!({"preferred_username": "bob"})
        ),
        ok("bob")
    );
    assert_eq!(
        named(UserClaim::new("preferred_username"), &json!({})),
        no("the token has no claim \"preferred_username\"")
    );

    assert_eq!(
        named(nested(), &json!({"ext": {"login": "bob"}})),
        ok("bob")
    );
    assert_eq!(
        named(nested(), &json!({"ext": "bob"})),
        no("the token has no claim \"ext.login\"")
    );
    assert_eq!(
        named(nested(), &json!({"ext.login": "bob"})),
        no("the token has no claim \"ext.login\"")
    );
    assert_eq!(
        named(UserClaim::new("ext.login"), &json!({"ext.login": "bob"})),
        ok("bob")
    );
    let nowhere: [&str; 0] = [];
    assert_eq!(
        named(UserClaim::nested(nowhere), &json!({})),
        no("the token has no claim \"\"")
    );

    assert_eq!(named(email(), &verified("bob@Example.COM")), ok("bob"));
    for foreign in [
        "bob@example.org",
        "bob",
        "bob@example.com.evil.org",
        "root@evil.org@example.com",
    ] {
        assert_eq!(
            named(email(), &verified(foreign)),
            no(&format!(
                "the claim \"email\", \"{foreign}\", is not of \"example.com\""
            ))
        );
    }
    assert_eq!(
        named(email(), &verified("@example.com")),
        no("the claim \"email\": user name is empty")
    );
    for unverified in [json!(false), json!("true"), json!(null)] {
        assert_eq!(
            named(
                email(),
                &json!({"email": "bob@example.com", "email_verified": unverified})
            ),
            no("the claim \"email\" is not verified")
        );
    }
    assert_eq!(
        named(
            UserClaim::new("upn").without_domain("corp"),
            &json!({"upn": "bob@corp"})
        ),
        ok("bob")
    );

    assert_eq!(
        named(UserClaim::default().prefixed("oidc-"), &json!({})),
        ok("oidc-alice")
    );
    assert_eq!(
        named(UserClaim::default().prefixed("oidc-"), &json!({"sub": ""})),
        no("the claim \"sub\": user name is empty")
    );
    assert_eq!(
        named(UserClaim::default().prefixed("a/"), &json!({})),
        no("the claim \"sub\": user name \"a/alice\" holds '/' at byte 1")
    );
}

#[test]
fn what_is_demanded_beside_has_to_be_there() {
    let party = bearer().require("azp", "spark");
    for (changes, taken) in [
        (json!({"azp": "spark"}), true),
        (json!({"azp": ["hive", "spark"]}), true),
        (json!({"azp": "spark2"}), false),
        (json!({}), false),
    ] {
        let token = signed(&claims_with(&changes));
        match verify(&party, &token) {
            Ok(_) => assert!(taken),
            Err(error) => {
                assert!(!taken);
                assert!(
                    error
                        .to_string()
                        .ends_with("the claim \"azp\" of the token is not \"spark\""),
                    "{error}"
                );
            }
        }
    }
    let scope = bearer().require_scope("data").require_scope("read");
    assert!(
        verify(
            &scope,
            &signed(&claims_with(&json!({"scope": "openid read data"})))
        )
        .is_ok()
    );
    for scopes in ["read", "database read", "DATA read", ""] {
        let token = signed(&claims_with(&json!({"scope": scopes})));
        assert!(
            error(&scope, &token).ends_with("the token is not for the scope \"data\""),
            "{scopes}"
        );
    }
}
