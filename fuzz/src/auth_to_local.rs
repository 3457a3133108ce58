//! Rules for local names: whatever the text, nothing panics or takes long, and the explanation says what happens.

use bailiwick::authn::{AuthToLocal, KerberosName, RuleMechanism, Verdict};

/// The rules up to the last line, and the principal in it.
pub fn auth_to_local(text: &str) {
    let (text, principal) = text.rsplit_once('\n').unwrap_or((text, "a/b@R"));
    for mechanism in [RuleMechanism::Hadoop, RuleMechanism::Mit] {
        match AuthToLocal::parse(text, mechanism, "R") {
            Ok(rules) => {
                explained(&rules, principal);
                for finding in rules.lint() {
                    assert!(finding.at < text.len(), "{finding}");
                }
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
}

fn explained(rules: &AuthToLocal, principal: &str) {
    let explanation = rules.explain(principal);
    assert_eq!(explanation.outcome, rules.short_name(principal));
    assert!(!explanation.to_string().is_empty());
    let asked = explanation
        .rules
        .iter()
        .position(|rule| matches!(rule.verdict, Verdict::Applies { .. }));
    let translated = rules.translate(principal);
    let Some(asked) = asked else {
        // Nobody's but its own.
        assert!(translated.is_err() || translated.as_deref() == Ok(principal));
        return;
    };
    let Verdict::Applies { name } = &explanation.rules[asked].verdict else {
        unreachable!();
    };
    match translated {
        Ok(translated) => assert_eq!(translated, name.as_str()),
        Err(error) => assert!(error.to_string().starts_with("Non-simple name"), "{error}"),
    }
    let after = &explanation.rules[asked + 1..];
    assert!(after.iter().all(|rule| rule.verdict == Verdict::NotAsked));
    assert!(KerberosName::parse(principal).is_ok());
}
