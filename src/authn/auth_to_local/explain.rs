//! Why a principal has the local name that it has.

use std::fmt;

use super::rule::{Asked, Base};
use super::{AuthToLocal, KerberosName, TranslateError};
use crate::identity::UserName;

/// What each rule said to a principal, and what came of it. It prints as a list:
///
/// ```
/// use bailiwick::authn::{AuthToLocal, RuleMechanism};
///
/// let text = r"RULE:[2:$1] RULE:[1:$1@$0](.*@A\.ORG)s/@.*// DEFAULT RULE:[1:$1]";
/// let rules = AuthToLocal::parse(text, RuleMechanism::Hadoop, "EXAMPLE.COM")?;
/// assert_eq!(rules.explain("alice@EXAMPLE.COM").to_string(), r"alice@EXAMPLE.COM is alice
///   1. RULE:[2:$1]: is for 2 components, and there is 1
///   2. RULE:[1:$1@$0](.*@A\.ORG)s/@.*//: the filter does not match `alice@EXAMPLE.COM`
///   3. DEFAULT: applies, and makes `alice`
///   4. RULE:[1:$1]: is not asked any more
/// ");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TranslateExplanation {
    /// The principal.
    pub principal: String,
    /// What [`AuthToLocal::short_name`] says.
    pub outcome: Result<UserName, TranslateError>,
    /// What each rule says, in their order. There is nothing if no rule is asked, because the principal is malformed or a
    /// service name alone.
    pub rules: Vec<RuleVerdict>,
}

/// What one rule says to a principal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleVerdict {
    /// The rule, as Hadoop prints it.
    pub rule: String,
    /// What it says.
    pub verdict: Verdict,
}

/// Why a rule applies to a principal, or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It applies, and makes this text.
    Applies {
        /// The local name, if it is one.
        name: String,
    },
    /// It is for principals with another number of components.
    Components {
        /// The number in the rule.
        wanted: u32,
        /// That of the principal.
        found: u32,
    },
    /// The filter does not match.
    Filter {
        /// What the format made of the principal.
        text: String,
    },
    /// `DEFAULT` is for the default realm only.
    Realm {
        /// The default realm.
        default_realm: String,
    },
    /// A rule before it applied.
    NotAsked,
}

impl AuthToLocal {
    /// Which rule applies to a principal, and why each of the others does not. For people who look for a mistake, not for
    /// each request.
    #[must_use]
    pub fn explain(&self, principal: &str) -> TranslateExplanation {
        let name = KerberosName::parse(principal);
        let rules = match &name {
            Ok(name) if !name.is_simple() => self.verdicts(name),
            _ => Vec::new(),
        };
        TranslateExplanation {
            principal: principal.to_owned(),
            outcome: self.short_name(principal),
            rules,
        }
    }

    fn verdicts(&self, name: &KerberosName<'_>) -> Vec<RuleVerdict> {
        let mut decided = false;
        let mut base = Base::default();
        let verdicts = self.rules.iter().map(|rule| {
            let verdict = if decided {
                Verdict::NotAsked
            } else {
                match self.ask(rule, name, &mut base) {
                    Asked::Components => Verdict::Components {
                        wanted: rule.source.components.unwrap_or_default(),
                        found: name.components(),
                    },
                    Asked::Realm => Verdict::Realm {
                        default_realm: self.default_realm.as_ref().to_owned(),
                    },
                    Asked::Filter => Verdict::Filter {
                        text: base.text.clone().into_owned(),
                    },
                    Asked::Name(name) | Asked::NonSimple(name) => {
                        decided = true;
                        let name = name.into_owned();
                        Verdict::Applies { name }
                    }
                }
            };
            let rule = rule.to_string();
            RuleVerdict { rule, verdict }
        });
        verdicts.collect()
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Applies { name } => write!(f, "applies, and makes `{}`", name.escape_debug()),
            Self::Components { wanted, found } => {
                let components = if *wanted == 1 {
                    "component"
                } else {
                    "components"
                };
                let verb = if *found == 1 { "is" } else { "are" };
                write!(f, "is for {wanted} {components}, and there {verb} {found}")
            }
            Self::Filter { text } => {
                write!(f, "the filter does not match `{}`", text.escape_debug())
            }
            Self::Realm { default_realm } => {
                write!(f, "is for the default realm `{default_realm}` only")
            }
            Self::NotAsked => f.write_str("is not asked any more"),
        }
    }
}

impl fmt::Display for TranslateExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.outcome {
            Ok(name) => writeln!(f, "{} is {name}", self.principal.escape_debug())?,
            Err(error) => writeln!(f, "{error}")?,
        }
        for (number, RuleVerdict { rule, verdict }) in (1..).zip(&self.rules) {
            writeln!(f, "  {number}. {rule}: {verdict}")?;
        }
        let by_rule = |rule: &RuleVerdict| matches!(rule.verdict, Verdict::Applies { .. });
        if self.outcome.is_ok() && !self.rules.iter().any(by_rule) {
            f.write_str("  No rule made the name: the principal is its own.\n")?;
        }
        Ok(())
    }
}
