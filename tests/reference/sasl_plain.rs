//! PLAIN as Alluxio's server reads it.

use bailiwick::authn::{
    AuthnError, Connected, Login, Mechanisms, Plain, Step, Verification, VerifyError,
};
use bailiwick::identity::{Mechanism, Password, UserName};

use crate::cases::{Cases, array, text};

fn login(plain: &Plain, response: &str) -> Result<Login, AuthnError> {
    match plain.server().step(response.as_bytes())? {
        Step::Done { end, reply } => {
            assert!(reply.is_empty(), "{response:?}");
            Ok(end)
        }
        other => panic!("{response:?}: {other:?}"),
    }
}

/// What upstream's `SaslException` says.
fn message(case: &serde_json::Value) -> &str {
    text(case, "error").strip_prefix("SaslException: ").unwrap()
}

/// Upstream's example of a provider: user ^alluxio.*, password ^password.
fn example(user: &UserName, password: &Password) -> Result<(), VerifyError> {
    if !user.as_str().starts_with("alluxio") {
        return Err(VerifyError::refused(
            "Only allow the user starting with alluxio",
        ));
    }
    if !password.as_str().starts_with("password") {
        return Err(VerifyError::refused("Wrong password"));
    }
    Ok(())
}

#[test]
fn alluxio_sasl_plain() {
    let mut cases = Cases::load("alluxio_sasl_plain.json");
    let root = cases.root.clone();
    for case in array(&root, "server") {
        let id = text(case, "id");
        match id {
            "authenticationNotComplete" => {
                // There is no name to ask for before the end: `step` consumes the exchange and gives it then.
                assert!(case["response"].is_null());
                cases.skip(id, "there is no way to write it");
            }
            "unauthorizedCallback" => {
                // Whoever drives the exchange asks whether the login may act for whom it wants to.
                let login = login(&Plain::trusted(), text(case, "response")).unwrap();
                assert_eq!(login.principal.name().as_str(), "alluxio");
                cases.skip(id, "the callback is the caller's decision: authz::Resolver, framed::Pending::refuse");
            }
            _ => {
                let result = login(&Plain::trusted(), text(case, "response"));
                match case["authorization_id"].as_str() {
                    Some(name) => {
                        let login = result.unwrap();
                        let acting = login.act_as.as_ref();
                        let acting = acting.unwrap_or_else(|| login.principal.name());
                        assert_eq!(acting.as_str(), name, "{case}");
                        assert_eq!(login.principal.mechanism(), Mechanism::Simple);
                    }
                    None => assert_eq!(result.unwrap_err().to_string(), message(case), "{case}"),
                }
                cases.pass();
            }
        }
    }

    let custom = Plain::verified(|user: &UserName, password: Password| -> Verification {
        example(user, &password).into()
    });
    for case in array(&root["custom_provider"], "cases") {
        let response = format!("\0{}\0{}", text(case, "user"), text(case, "password"));
        match login(&custom, &response) {
            Ok(login) => {
                assert_eq!(case["expect"], "ok", "{case}");
                assert_eq!(login.principal.name().as_str(), text(case, "user"));
                assert_eq!(login.principal.mechanism(), Mechanism::Custom);
            }
            Err(error) => {
                let expected = format!("Plain authentication failed: {}", text(case, "error"));
                assert_eq!(error.to_string(), expected, "{case}");
                assert!(!error.is_unavailable());
            }
        }
        cases.pass();
    }

    let plain = Plain::trusted();
    let offered = Mechanisms::new().with("PLAIN", move || plain.server());
    for case in array(&root, "mechanism") {
        let begun = offered.begin(text(case, "mechanism"));
        assert_eq!(Some(begun.is_some()), case["supported"].as_bool(), "{case}");
        cases.pass();
    }

    let [parts, empty, again, default] = array(&root, "from_code") else {
        panic!("other rules than we know");
    };
    let rule = |rule: &serde_json::Value, says: &str| assert!(text(rule, "rule").contains(says));
    rule(parts, "Invalid message format, parts must contain 3 items");
    for short in ["", "alluxio", "\0", "\0alluxio", "alluxio\0password"] {
        assert_eq!(
            login(&custom, short).unwrap_err().to_string(),
            "Plain authentication failed: Invalid message format, parts must contain 3 items"
        );
    }
    rule(parts, "password may itself contain NUL");
    assert!(login(&custom, "\0alluxio\0password\0and\0more").is_ok());
    cases.pass();

    rule(empty, "authorization id = authentication id");
    assert_eq!(login(&custom, "\0alluxio\0password").unwrap().act_as, None);
    let other = login(&custom, "alice\0alluxio\0password").unwrap();
    assert_eq!(other.act_as.unwrap().as_str(), "alice");
    cases.pass();

    rule(again, "PLAIN authentication has completed");
    cases.skip("second evaluateResponse", "there is no way to write it");

    rule(default, "noPassword");
    let alluxio = UserName::new("alluxio").unwrap();
    let client = Plain::client(&alluxio, None, None).step(b"").unwrap();
    let Step::<Connected>::Done { reply, .. } = client else {
        panic!("{client:?}");
    };
    assert_eq!(reply, b"\0alluxio\0noPassword");
    let sent = String::from_utf8(reply).unwrap();
    assert!(login(&Plain::trusted(), &sent).is_ok());
    assert!(login(&custom, &sent).is_err());
    cases.pass();

    // The ten that upstream tests, and four rules read from its code.
    cases.finish(14);
}
