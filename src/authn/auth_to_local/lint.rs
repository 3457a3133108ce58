//! What is probably not meant in rules.

use std::collections::BTreeSet;
use std::fmt;

use regex_syntax::hir::{Class, ClassUnicodeRange, Hir, HirKind, Look};

use super::filter::{is_any, is_any_text, items, literal};
use super::rule::{Asked, Base, Part, Rule};
use super::{AuthToLocal, KerberosName, RuleMechanism};
use crate::identity::UserName;

/// Something in a rule that is probably not meant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleFinding {
    /// Which rule, counted from 1.
    pub rule: usize,
    /// Where in the text of all rules, as an offset in bytes.
    pub at: usize,
    /// What it is.
    pub kind: RuleFindingKind,
}

/// What is probably not meant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuleFindingKind {
    /// It is never asked: the rules with these numbers apply to everything that it could.
    Unreachable {
        /// The rules before it.
        by: Vec<usize>,
    },
    /// It is for a number of components that no principal has.
    NeverApplies {
        /// The number.
        components: u32,
    },
    /// It makes something of a principal that is no local name.
    NoName {
        /// Such a principal.
        principal: String,
        /// What becomes of it.
        name: String,
    },
    /// A dot between letters or digits stands for any character.
    Dot {
        /// The filter.
        filter: String,
    },
    /// What is replaced may lie in the middle of the text.
    Unanchored {
        /// The pattern.
        pattern: String,
    },
    /// `g`, although there is only one match.
    NeedlessGlobal,
    /// `g` replaces the empty end of the text as well.
    DoubledByGlobal {
        /// Such a principal.
        principal: String,
        /// What becomes of it.
        name: String,
    },
    /// `/L` after `DEFAULT`, which ignores it.
    IgnoredLowerCase,
}

impl fmt::Display for RuleFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rule {} at byte {}: ", self.rule, self.at)?;
        match &self.kind {
            RuleFindingKind::Unreachable { by } => {
                let by: Vec<_> = by.iter().map(ToString::to_string).collect();
                let by = by.join(" and ");
                write!(
                    f,
                    "it is never asked, because rule {by} decides before it; move it up or remove it"
                )
            }
            RuleFindingKind::NeverApplies { components } => write!(
                f,
                "it is for {components} components, and Hadoop reads principals with 1 or 2; write 1 or 2, or remove it"
            ),
            RuleFindingKind::NoName { principal, name } => write!(
                f,
                "it makes `{}` of `{principal}`, which is no user name; replace what is too much, as in `s/@.*//`",
                name.escape_debug()
            ),
            RuleFindingKind::Dot { filter } => write!(
                f,
                "the dot in `{filter}` stands for any character, and lets other realms in; write `\\.`"
            ),
            RuleFindingKind::Unanchored { pattern } => write!(
                f,
                "`{pattern}` may be found in the middle of a name; begin it with `^` or end it with `$`"
            ),
            RuleFindingKind::NeedlessGlobal => {
                f.write_str("there is only one match for the pattern; remove the `g`")
            }
            RuleFindingKind::DoubledByGlobal { principal, name } => write!(
                f,
                "with `g` the empty end is replaced as well, and `{principal}` becomes `{}`; remove the `g`",
                name.escape_debug()
            ),
            RuleFindingKind::IgnoredLowerCase => {
                f.write_str("`DEFAULT` ignores the `L`; write `RULE:[1:$1@$0](.*@REALM)s/@.*///L`")
            }
        }
    }
}

impl AuthToLocal {
    /// What in the rules is probably not meant, in their order. Rules that only look odd are not reported; what a finding
    /// says has been tried with a principal where it can be.
    ///
    /// ```
    /// use bailiwick::authn::{AuthToLocal, RuleMechanism};
    ///
    /// let text = "RULE:[1:$1@$0](.*@EXAMPLE.COM)s/@.*// RULE:[1:$1] RULE:[1:$1]/L";
    /// let rules = AuthToLocal::parse(text, RuleMechanism::Hadoop, "EXAMPLE.COM")?;
    /// let findings: Vec<_> = rules.lint().iter().map(ToString::to_string).collect();
    /// assert_eq!(findings, [
    ///     "rule 1 at byte 25: the dot in `.*@EXAMPLE.COM` stands for any character, and lets other realms in; write `\\.`",
    ///     "rule 3 at byte 50: it is never asked, because rule 2 decides before it; move it up or remove it",
    /// ]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn lint(&self) -> Vec<RuleFinding> {
        let mut findings = Vec::new();
        for (index, rule) in self.rules.iter().enumerate() {
            let mut found = |at, kind| {
                let rule = index + 1;
                findings.push(RuleFinding { rule, at, kind });
            };
            if let Some(components) = rule.source.components.filter(|n| !matches!(n, 1 | 2)) {
                found(rule.at, RuleFindingKind::NeverApplies { components });
                continue;
            }
            if let Some(by) = self.decided_before(index, rule) {
                found(rule.at, RuleFindingKind::Unreachable { by });
                continue;
            }
            if rule.is_default() && rule.source.lower_case {
                found(rule.at, RuleFindingKind::IgnoredLowerCase);
            }
            if let Some(filter) = &rule.source.filter
                && let Some(dot) = loose_dot(&filter.text)
            {
                let text = filter.text.clone();
                found(filter.at + dot, RuleFindingKind::Dot { filter: text });
            }
            if let Some((from, _)) = &rule.source.sed
                && let Some(hir) = from.hir()
            {
                self.lint_pattern(rule, from, &hir, &mut found);
            }
            if let Some((principal, name)) = self.no_name(rule) {
                found(rule.at, RuleFindingKind::NoName { principal, name });
            }
        }
        findings
    }

    fn lint_pattern(
        &self,
        rule: &Rule,
        from: &Part,
        hir: &Hir,
        found: &mut impl FnMut(usize, RuleFindingKind),
    ) {
        if !rule.is_for_one_text() && may_lie_inside(hir, &rule.source.format) {
            let pattern = from.text.clone();
            found(from.at, RuleFindingKind::Unanchored { pattern });
        }
        if !rule.is_global() {
            return;
        }
        if matches_once(hir) {
            found(from.at, RuleFindingKind::NeedlessGlobal);
        } else if is_any_text_group(hir) {
            let once = rule.once();
            for principal in self.examples(rule) {
                let (all, first) = (self.made(rule, &principal), self.made(&once, &principal));
                if let Some(name) = all.filter(|all| Some(all) != first.as_ref()) {
                    found(
                        from.at,
                        RuleFindingKind::DoubledByGlobal { principal, name },
                    );
                    break;
                }
            }
        }
    }

    /// The rules before this one that leave nothing for it.
    fn decided_before(&self, index: usize, rule: &Rule) -> Option<Vec<usize>> {
        let before = self.rules.get(..index)?;
        let taker = |components: u32| {
            before.iter().position(|earlier| {
                earlier.is_for(components) && (earlier.takes_all() || earlier.asks_the_same(rule))
            })
        };
        let mut by = BTreeSet::new();
        for components in [1, 2] {
            if rule.is_for(components) {
                by.insert(taker(components)? + 1);
            }
        }
        Some(by.into_iter().collect())
    }

    /// A principal to which the rule applies, and of which it makes no name.
    fn no_name(&self, rule: &Rule) -> Option<(String, String)> {
        let is_wrong = |name: &String| {
            let separators: &[char] = match self.mechanism {
                RuleMechanism::Hadoop => &['/', '@'],
                RuleMechanism::Mit => &['/'],
            };
            name.contains(separators) || UserName::new(name).is_err()
        };
        self.examples(rule).into_iter().find_map(|principal| {
            let name = self.made(rule, &principal).filter(is_wrong)?;
            Some((principal, name))
        })
    }

    /// What the rule alone makes of a principal.
    fn made(&self, rule: &Rule, principal: &str) -> Option<String> {
        let name = KerberosName::parse(principal).ok()?;
        match self.ask(rule, &name, &mut Base::default()) {
            Asked::Name(name) | Asked::NonSimple(name) => Some(name.into_owned()),
            _ => None,
        }
    }

    /// Principals that such a rule is probably for.
    fn examples(&self, rule: &Rule) -> Vec<String> {
        let (Some(format), Some(components)) = (rule.format(), rule.source.components) else {
            return Vec::new();
        };
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
        let solve = |text: String| format.solve(&text, names, components);
        texts.into_iter().filter_map(solve).collect()
    }
}

impl Rule {
    /// Whether an earlier rule applies whenever the later would.
    fn asks_the_same(&self, later: &Self) -> bool {
        let filter = |rule: &Self| rule.source.filter.as_ref().map(|part| part.text.clone());
        self.is_default() == later.is_default()
            && self.source.components == later.source.components
            && self.source.format == later.source.format
            && filter(self) == filter(later)
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
    if text.len() > super::name::MAX_PRINCIPAL {
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
            let times = repetition
                .min
                .max(1)
                .min(repetition.max.unwrap_or(1).max(1));
            for _ in 0..times {
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

/// Where a dot stands between letters or digits, and stands for any character.
fn loose_dot(filter: &str) -> Option<usize> {
    let bytes = filter.as_bytes();
    let alphanumeric = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_alphanumeric)
    };
    let (mut quoted, mut brackets, mut escaped) = (false, 0_usize, false);
    for (at, byte) in bytes.iter().enumerate() {
        if std::mem::take(&mut escaped) {
            match byte {
                b'Q' => quoted = true,
                b'E' => quoted = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'\\' => escaped = true,
            _ if quoted => {}
            b'[' => brackets += 1,
            b']' => brackets = brackets.saturating_sub(1),
            // `\d.` and `\..` are no domain.
            b'.' if brackets == 0
                && alphanumeric(at.checked_sub(1))
                && alphanumeric(at.checked_add(1))
                && bytes.get(at.wrapping_sub(2)) != Some(&b'\\') =>
            {
                return Some(at);
            }
            _ => {}
        }
    }
    None
}

/// Whether a match may begin after the start and end before the end of the text, at a place that the rule does not name.
fn may_lie_inside(hir: &Hir, format: &str) -> bool {
    let properties = hir.properties();
    if properties.look_set_prefix().contains(Look::Start)
        || properties.look_set_suffix().contains(Look::End)
    {
        return false;
    }
    let [first, .., last] = items(hir) else {
        return !starts_at_separator(hir, format) && !is_any_text_group(hir);
    };
    !(starts_at_separator(first, format) || is_any_text_group(first) || is_any_text_group(last))
}

/// `@` and `/` are in no component: where the format has them, they are found in that place only.
fn starts_at_separator(hir: &Hir, format: &str) -> bool {
    let literal = literal(hir);
    ['@', '/'].into_iter().any(|separator| {
        literal
            .as_ref()
            .is_some_and(|text| text.starts_with(separator))
            && format.matches(separator).count() == 1
    })
}

/// `.*`, `.+` or `(.*)`.
fn is_any_text_group(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) => is_any_text_group(&capture.sub),
        HirKind::Repetition(repetition) => repetition.max.is_none() && is_any(&repetition.sub),
        _ => is_any_text(hir),
    }
}

/// Whether there cannot be two matches in a text.
fn matches_once(hir: &Hir) -> bool {
    let properties = hir.properties();
    if properties.look_set_prefix().contains(Look::Start) {
        return true;
    }
    let to_the_end = properties.look_set_suffix().contains(Look::End)
        || items(hir).last().is_some_and(|last| {
            matches!(last.kind(), HirKind::Repetition(repetition) if repetition.greedy)
                && is_any_text_group(last)
        });
    to_the_end && properties.minimum_len().is_some_and(|length| length > 0)
}
