//! 20,000 patterns, each with texts, as filter and after `s`, beside `java.util.regex` (`tests/java/Patterns.java`).

use bailiwick::authn::{AuthToLocal, RuleMechanism, RulesError};

use crate::generate::{pattern, replacement, word};
use crate::java::{ask, hex, text};
use crate::random::{Random, seed};

const PATTERNS: usize = 20_000;
const TEXTS: usize = 8;

struct Question {
    pattern: String,
    replacement: &'static str,
    texts: Vec<String>,
}

fn questions(random: &mut Random) -> Vec<Question> {
    let question = |number: usize| {
        let pattern = pattern(random, !number.is_multiple_of(3));
        // Java 17 takes letters of any alphabet for a word here, Java 19 those of ASCII.
        let foreign = !pattern.contains("\\b") && !pattern.contains("\\B");
        let mut texts: Vec<_> = (0..TEXTS).map(|_| word(random, foreign)).collect();
        if foreign {
            texts[0] = "😀".to_owned();
        }
        Question {
            pattern,
            replacement: replacement(random),
            texts,
        }
    };
    (0..PATTERNS).map(question).collect()
}

/// The rules with one rule, or `None` where what it says is not supported, or a few `\p{L}` are too many.
fn one_rule(rule: &str) -> Option<Result<AuthToLocal, RulesError>> {
    match AuthToLocal::parse(rule, RuleMechanism::Mit, "A") {
        Err(RulesError::Unsupported { .. } | RulesError::TooLarge { .. }) => None,
        other => Some(other),
    }
}

#[test]
fn patterns_mean_what_they_mean_in_java() {
    let mut random = Random::new(seed("patterns", || 1));
    let questions = questions(&mut random);
    let lines: Vec<_> = questions
        .iter()
        .map(|question| {
            let texts: Vec<_> = question.texts.iter().map(|text| hex(text)).collect();
            let (pattern, replacement) = (hex(&question.pattern), hex(question.replacement));
            format!("{pattern} {replacement} {}", texts.join(" "))
        })
        .collect();
    let (mut malformed, mut unsupported, mut matched, mut failed, mut replaced) = (0, 0, 0, 0, 0);
    for (question, java) in questions.iter().zip(ask("Patterns", &lines)) {
        let Question {
            pattern,
            replacement,
            texts,
        } = question;
        let first = one_rule(&format!("RULE:[1:$1]s/{pattern}/{replacement}/"));
        let all = one_rule(&format!("RULE:[1:$1]s/{pattern}/{replacement}/g"));
        let (Some(first), Some(all)) = (first, all) else {
            unsupported += 1;
            continue;
        };
        if java == "!" {
            assert!(
                matches!(first, Err(RulesError::Pattern { .. })),
                "{pattern}"
            );
            malformed += 1;
            continue;
        }
        let filter = one_rule(&format!("RULE:[1:$1]({pattern})s/.*/yes/"));
        // A `)` ends a filter.
        let filter = filter.filter(|_| !pattern.contains(')'));
        let answers: Vec<_> = java.split_whitespace().collect();
        // An empty replacement of everything is an empty field.
        let java: Vec<_> = java.split(' ').collect();
        assert_eq!(java.len(), 3 * TEXTS + 1, "{answers:?}");
        for (subject, java) in texts.iter().zip(java.chunks(3)) {
            let principal = format!("{subject}@B");
            if let Some(filter) = &filter {
                let filter = filter.as_ref().unwrap_or_else(|error| panic!("{error}"));
                let ours = filter.translate(&principal).unwrap() == "yes";
                assert_eq!(ours, java[0] == "1", "`{pattern}` as filter of `{subject}`");
                *(if ours { &mut matched } else { &mut failed }) += 1;
            }
            if matches!(first, Err(RulesError::Replacement { .. })) {
                // Java says so only if there is a match.
                continue;
            }
            for (rules, java, how) in [(&first, java[1], "first"), (&all, java[2], "all")] {
                // Java looks within a character beyond U+FFFF.
                if how == "all" && subject == "😀" {
                    continue;
                }
                let rules = rules.as_ref().unwrap_or_else(|error| panic!("{error}"));
                let ours = rules.translate(&principal).unwrap();
                assert_eq!(
                    ours,
                    text(java),
                    "`{pattern}` in `{subject}` by `{replacement}`, {how}"
                );
                replaced += usize::from(ours != **subject);
            }
        }
    }
    println!(
        "patterns: {PATTERNS}, of which {malformed} are none and {unsupported} are not supported; \
         filters: {matched} matched, {failed} did not; {replaced} texts were rewritten"
    );
    assert!(malformed > PATTERNS / 100 && unsupported < PATTERNS / 10);
    assert!(matched > PATTERNS / 20 && failed > PATTERNS && replaced > PATTERNS);
}
