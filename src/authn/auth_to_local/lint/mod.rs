//! What is probably not meant in rules.

mod example;
mod reach;

use std::borrow::Cow;
use std::fmt;

use regex_syntax::hir::{Hir, HirKind, Look};

use super::filter::{Filter, is_any, is_any_text, items, literal};
use super::grammar::Part;
use super::rule::{Base, Named, Rule};
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
                let decides = match &**by {
                    [one] => format!("rule {one} decides"),
                    several => {
                        let several: Vec<_> = several.iter().map(ToString::to_string).collect();
                        format!("rules {} decide", several.join(" and "))
                    }
                };
                write!(
                    f,
                    "it is never asked, because {decides} before it; move it up or remove it"
                )
            }
            RuleFindingKind::NeverApplies { components } => write!(
                f,
                "it is for {components} components, and Hadoop reads principals with 1 or 2; write 1 or 2, or remove it"
            ),
            RuleFindingKind::NoName { principal, name } => {
                let made = name.escape_debug();
                write!(f, "it makes `{made}` of `{principal}`, which is no user name")?;
                match name.contains('@') {
                    true => f.write_str("; replace what is too much, as in `(.*@REALM)s/@.*//`"),
                    false => Ok(()),
                }
            }
            RuleFindingKind::Dot { filter } => write!(
                f,
                "the dot in `{filter}` stands for any character, and lets other names in; write `\\.`"
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
                f.write_str("`DEFAULT` ignores the `L`; write `RULE:[1:$1@$0](.*@REALM)s/@.*///L` and the same with `2:`")
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
    ///     "rule 1 at byte 25: the dot in `.*@EXAMPLE.COM` stands for any character, and lets other names in; write `\\.`",
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
                found(rule.source.at, RuleFindingKind::NeverApplies { components });
                continue;
            }
            if let Some(by) = self.decided_before(index, rule) {
                found(rule.source.at, RuleFindingKind::Unreachable { by });
                continue;
            }
            if rule.is_default() && rule.source.lower_case {
                found(rule.source.at, RuleFindingKind::IgnoredLowerCase);
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
                self.lint_pattern(index, rule, from, &hir, &mut found);
            }
            if let Some((principal, name)) = self.no_name(index, rule) {
                found(rule.source.at, RuleFindingKind::NoName { principal, name });
            }
        }
        findings
    }

    fn lint_pattern(
        &self,
        index: usize,
        rule: &Rule,
        from: &Part,
        hir: &Hir,
        found: &mut impl FnMut(usize, RuleFindingKind),
    ) {
        if may_lie_inside(hir, rule) {
            let pattern = from.text.clone();
            found(from.at, RuleFindingKind::Unanchored { pattern });
        }
        if !rule.source.global {
            return;
        }
        if matches_once(hir) {
            found(from.at, RuleFindingKind::NeedlessGlobal);
        } else if is_any_text_group(hir) {
            let once = rule.once();
            for principal in self.reaching(index, rule) {
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

    /// A principal to which the rule applies, and of which it makes no name.
    fn no_name(&self, index: usize, rule: &Rule) -> Option<(String, String)> {
        let is_wrong = |name: &String| {
            let separators: &[char] = match self.mechanism {
                RuleMechanism::Hadoop => &['/', '@'],
                RuleMechanism::Mit => &['/'],
            };
            name.contains(separators) || UserName::new(name).is_err()
        };
        self.reaching(index, rule).find_map(|principal| {
            let name = self.made(rule, &principal).filter(is_wrong)?;
            Some((principal, name))
        })
    }

    /// Principals for the rule that no rule before it decides.
    fn reaching(&self, index: usize, rule: &Rule) -> impl Iterator<Item = String> {
        let before = self.rules.get(..index).unwrap_or_default();
        let reaches = |principal: &String| {
            let mut base = Base::default();
            KerberosName::parse(principal).is_ok_and(|name| {
                let mut asked = before.iter().map(|rule| self.ask(rule, &name, &mut base));
                asked.all(|answer| answer.made().is_none())
            })
        };
        self.examples(rule).into_iter().filter(reaches)
    }

    /// What the rule alone makes of a principal.
    fn made(&self, rule: &Rule, principal: &str) -> Option<String> {
        let name = KerberosName::parse(principal).ok()?;
        let asked = self.ask(rule, &name, &mut Base::default());
        asked.made().map(Cow::into_owned)
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
    // In the first place of brackets a `]` is a character.
    let is_first = |at: usize| {
        let before = bytes.get(..at).unwrap_or_default();
        before.ends_with(b"[") || before.ends_with(b"[^")
    };
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
            b']' if is_first(at) => {}
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
fn may_lie_inside(hir: &Hir, rule: &Rule) -> bool {
    if let Some(Named {
        filter: Some(Filter::Exactly(_)),
        ..
    }) = rule.named()
    {
        return false;
    }
    // Whoever writes it wants every place.
    if rule.source.global {
        return false;
    }
    let properties = hir.properties();
    if properties.look_set_prefix().contains(Look::Start)
        || properties.look_set_suffix().contains(Look::End)
    {
        return false;
    }
    let hir = within_groups(hir);
    let (first, last) = match items(hir) {
        [first, .., last] => (within_groups(first), last),
        _ => (hir, hir),
    };
    // `@` is in no component: where the format has it, it is found there only. What follows it is for the filter to say.
    let is_placed = rule.source.format.text.matches('@').count() == 1
        && rule.named().is_some_and(|rule| !rule.takes_all())
        && literal(first).is_some_and(|text| text.starts_with('@'));
    !(is_placed || is_any_text_group(first) || is_any_text_group(last))
}

/// What groups enclose.
fn within_groups(hir: &Hir) -> &Hir {
    match hir.kind() {
        HirKind::Capture(capture) => within_groups(&capture.sub),
        _ => hir,
    }
}

/// `.*`, `.+` or `(.*)`.
fn is_any_text_group(hir: &Hir) -> bool {
    let hir = within_groups(hir);
    match hir.kind() {
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

#[cfg(test)]
mod tests;
