//! 100,000 pairs of rules and principals, each answered by the library and by an independent reading of the rules in Java
//! (`tests/java/ShortNames.java`).

use std::collections::BTreeMap;

use bailiwick::authn::{AuthToLocal, RuleMechanism, RulesError, TranslateError};

use crate::generate::{principal, rules};
use crate::java::{ask, hex, text};
use crate::random::{Random, seed, setting};

/// What became of a pair, in the words of `ShortNames.java`, and the name or the message.
fn answer(rules: &Result<AuthToLocal, RulesError>, principal: &str) -> (&'static str, String) {
    let rules = match rules {
        Ok(rules) => rules,
        Err(error) => {
            let message = error.to_string();
            return match error {
                RulesError::Syntax { .. } => ("syntax", message),
                RulesError::Components { .. } => {
                    ("number", message.split(" (rule").next().unwrap().to_owned())
                }
                RulesError::Format { reason, .. } => ("format", reason.clone()),
                RulesError::Replacement { reason, .. } => ("replacement", reason.clone()),
                RulesError::Pattern { .. } => ("pattern", String::new()),
                RulesError::Unsupported { .. } | RulesError::TooLarge { .. } => {
                    ("unsupported", message)
                }
                error => panic!("{error}"),
            };
        }
    };
    match rules.translate(principal) {
        Ok(name) => ("name", name.into_owned()),
        Err(error) => {
            let message = error.to_string();
            match error {
                TranslateError::Malformed { .. } => ("malformed", message),
                TranslateError::NoMatchingRule { .. } => ("norule", message),
                TranslateError::NonSimple { .. } => ("nonsimple", message),
                TranslateError::LineTerminator { .. } => ("lines", String::new()),
                error => panic!("{error}"),
            }
        }
    }
}

#[test]
fn rules_are_applied_as_an_independent_reading_applies_them() {
    let pairs = usize::try_from(setting("BAILIWICK_ROUNDS").unwrap_or(100_000)).unwrap();
    let mut random = Random::new(seed("auth_to_local", || 1));
    let mut asked = Vec::new();
    while asked.len() < pairs {
        // Several principals for each set of rules.
        let rules = rules(&mut random);
        let mechanism = *random.pick(&["hadoop", "hadoop", "mit"]);
        let realm = *random.pick(&["A", "A", "EXAMPLE.COM", ""]);
        // As in `patterns`.
        let foreign = !rules.contains("\\b") && !rules.contains("\\B");
        for _ in 0..4 {
            asked.push((
                rules.clone(),
                mechanism,
                realm,
                principal(&mut random, foreign),
            ));
        }
    }
    let lines: Vec<_> = asked
        .iter()
        .map(|(rules, mechanism, realm, principal)| {
            format!(
                "{} {mechanism} {} {}",
                hex(rules),
                hex(realm),
                hex(principal)
            )
        })
        .collect();
    if let Some(file) = std::env::var_os("BAILIWICK_PAIRS") {
        std::fs::write(file, lines.join("\n") + "\n").unwrap();
    }
    let mut counts = BTreeMap::new();
    let mut read = None;
    for ((rules, mechanism, realm, principal), java) in asked.iter().zip(ask("ShortNames", &lines))
    {
        let (kind, message) = java.split_once(' ').unwrap();
        let java = (kind, text(message));
        // Those of the pair before, mostly.
        let key = (rules, mechanism, realm);
        if read.as_ref().is_none_or(|(last, _)| *last != key) {
            let mechanism: RuleMechanism = mechanism.parse().unwrap();
            read = Some((key, AuthToLocal::parse(rules, mechanism, realm)));
        }
        let ours = answer(&read.as_ref().unwrap().1, principal);
        *counts.entry(ours.0).or_insert(0) += 1;
        if ours.0 == "unsupported" {
            continue;
        }
        assert_eq!(
            (ours.0, ours.1.as_str()),
            (java.0, java.1.as_str()),
            "{rules:?} {mechanism} {realm} {principal:?}"
        );
    }
    println!("auth_to_local: {} pairs: {counts:?}", asked.len());
    for (kind, percent) in [("name", 20), ("norule", 5), ("nonsimple", 2), ("syntax", 1)] {
        assert!(counts[kind] * 100 >= percent * pairs, "{kind}: {counts:?}");
    }
    for kind in [
        "number",
        "format",
        "replacement",
        "pattern",
        "malformed",
        "lines",
    ] {
        assert!(counts[kind] * 1000 >= pairs, "{kind}: {counts:?}");
    }
    assert!(counts["unsupported"] * 20 < pairs, "{counts:?}");
}
