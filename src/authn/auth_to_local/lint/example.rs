//! Principals to try a rule with.

use std::collections::BTreeSet;

use regex_syntax::hir::{Class, ClassUnicodeRange, Hir, HirKind};

use super::super::AuthToLocal;
use super::super::grammar::Part;
use super::super::name::MAX_PRINCIPAL;
use super::super::rule::Rule;

impl AuthToLocal {
    /// Principals that such a rule is probably for.
    pub(super) fn examples(&self, rule: &Rule) -> Vec<String> {
        let Some(named) = rule.named() else {
            return Vec::new();
        };
        let components = named.components;
        let realm = match &*self.default_realm {
            "" => "EXAMPLE.COM",
            realm => realm,
        };
        let names = [realm, "alice", "node1.example.com"];
        let Some(filter) = rule.source.filter.as_ref().and_then(Part::hir) else {
            return match components {
                1 => vec![format!("alice@{realm}")],
                _ => vec![format!("alice/node1.example.com@{realm}")],
            };
        };
        let texts: BTreeSet<_> = (0..4).map(|branch| example(&filter, branch)).collect();
        let solve = |text: String| named.format.solve(&text, names, components);
        texts.into_iter().filter_map(solve).collect()
    }
}

/// A text that the pattern matches, if it has no odd anchors.
fn example(hir: &Hir, branch: usize) -> String {
    let mut text = String::new();
    // Counted repetitions within others could make it long; no principal is.
    write_example(hir, branch, &mut text);
    text
}

fn write_example(hir: &Hir, branch: usize, text: &mut String) {
    if text.len() > MAX_PRINCIPAL {
        return;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(Class::Unicode(class)) => {
            let has = |c: &char| {
                class
                    .iter()
                    .any(|range| range.start() <= *c && *c <= range.end())
            };
            let usual = "aA.1-_".chars().find(has);
            text.extend(usual.or_else(|| class.iter().next().map(ClassUnicodeRange::start)));
        }
        HirKind::Class(Class::Bytes(_)) => {}
        HirKind::Repetition(repetition) => {
            for _ in 0..repetition.min.max(1) {
                write_example(&repetition.sub, branch, text);
            }
        }
        HirKind::Capture(capture) => write_example(&capture.sub, branch, text),
        HirKind::Concat(items) => {
            for item in items {
                write_example(item, branch, text);
            }
        }
        HirKind::Alternation(branches) => {
            if let Some(chosen) = branches.get(branch % branches.len().max(1)) {
                write_example(chosen, branch, text);
            }
        }
    }
}
