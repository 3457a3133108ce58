//! Local names of Kerberos principals.

use bailiwick::authn::{AuthToLocal, KerberosName, RuleMechanism, RulesError, TranslateError};
use serde_json::Value;

use crate::cases::{Cases, array, text};

fn rules(case: &Value) -> Result<AuthToLocal, RulesError> {
    let mechanism: RuleMechanism = text(case, "mechanism").parse().unwrap();
    AuthToLocal::parse(text(case, "rules"), mechanism, text(case, "default_realm"))
}

#[test]
fn kerberos_name() {
    let mut cases = Cases::load("kerberos_name.json");
    let root = cases.root.clone();
    for case in array(&root, "translate") {
        let principal = text(case, "principal");
        let rules = rules(case).unwrap();
        match (rules.translate(principal), case["short_name"].as_str()) {
            (Ok(name), Some(expected)) => assert_eq!(name, expected, "{case}"),
            (Err(error), None) => assert_eq!(error.to_string(), text(case, "model_message")),
            (other, _) => panic!("{case}: {other:?}"),
        }
        cases.pass();
    }
    for case in array(&root, "parse") {
        let name = KerberosName::parse(text(case, "principal")).unwrap();
        assert_eq!(name.service(), text(case, "service"));
        assert_eq!(name.host(), case["host"].as_str());
        assert_eq!(name.realm(), case["realm"].as_str());
        cases.pass();
    }
    for case in array(&root, "mechanism") {
        let error = text(case, "mechanism")
            .parse::<RuleMechanism>()
            .unwrap_err();
        let (_, expected) = text(case, "error").split_once(": ").unwrap();
        assert_eq!(error.to_string(), expected);
        cases.pass();
    }
    cases.finish(20);
}

/// What Hadoop's own class made of random rules and principals.
#[test]
fn kerberos_name_observed() {
    let mut cases = Cases::load("kerberos_name_observed.json");
    let root = cases.root.clone();
    let count = usize::try_from(root["count"].as_u64().unwrap()).unwrap();
    for (number, case) in array(&root, "cases").iter().enumerate() {
        let id = format!("case {number}");
        let observed = match case["short_name"].as_str() {
            Some(name) => Ok(name),
            None => Err(text(case, "error")),
        };
        let rules = match rules(case) {
            Ok(rules) => rules,
            // In Hadoop a principal has to get there first.
            Err(
                RulesError::Format { ref reason, .. } | RulesError::Replacement { ref reason, .. },
            ) if observed != Err(reason) => {
                assert_ne!(case["when"], "rules", "{case}");
                cases.skip(
                    &id,
                    "a rule that will fail is refused when the rules are read",
                );
                continue;
            }
            Err(RulesError::Unsupported { construct, .. }) => {
                cases.skip(&id, &format!("{construct} is not supported"));
                continue;
            }
            Err(error) => {
                if matches!(error, RulesError::Pattern { .. }) {
                    assert_eq!(
                        case["exception"], "PatternSyntaxException",
                        "{case}: {error}"
                    );
                } else {
                    let message = error.to_string();
                    // Then comes where it is.
                    let (message, _) = message.split_once(" (rule ").unwrap_or((&message, ""));
                    assert_eq!(Err(message), observed, "{case}");
                }
                cases.pass();
                continue;
            }
        };
        match rules.translate(text(case, "principal")) {
            Err(TranslateError::LineTerminator { .. }) => {
                cases.skip(&id, "a principal with a line terminator is refused");
                continue;
            }
            Ok(name) => assert_eq!(Ok(name.as_ref()), observed, "{case}"),
            Err(error) => assert_eq!(Err(error.to_string().as_str()), observed, "{case}"),
        }
        cases.pass();
    }
    cases.finish(count);
}
