//! From Kerberos principals to local user names: `hadoop.security.auth_to_local`.

mod error;
mod explain;
mod filter;
mod format;
mod grammar;
mod java;
mod lint;
mod name;
mod rule;
mod sed;

use std::borrow::Cow;
use std::str::FromStr;
use std::sync::Arc;

pub use error::{RulesError, TranslateError};
pub use explain::{RuleVerdict, TranslateExplanation, Verdict};
pub use lint::{RuleFinding, RuleFindingKind};
pub use name::KerberosName;
use rule::{Asked, Base, Rule};

use crate::identity::UserName;

/// The longest text of rules, in bytes.
const MAX_TEXT: usize = 256 * 1024;
const MAX_RULES: usize = 1000;

/// Whose conventions the rules follow: `hadoop.security.auth_to_local.mechanism`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuleMechanism {
    /// A local name is simple, and a principal without a rule is refused.
    #[default]
    Hadoop,
    /// A local name may hold `@` and `/`, and a principal without a rule is its own local name. No [`UserName`] holds a `/`,
    /// see [`AuthToLocal::translate`].
    Mit,
}

/// `hadoop` or `mit`, in any case.
impl FromStr for RuleMechanism {
    type Err = RulesError;

    fn from_str(word: &str) -> Result<Self, RulesError> {
        if word.eq_ignore_ascii_case("hadoop") {
            Ok(Self::Hadoop)
        } else if word.eq_ignore_ascii_case("mit") {
            Ok(Self::Mit)
        } else {
            let word = word.to_owned();
            Err(RulesError::Mechanism { word })
        }
    }
}

/// The rules of one service, as Hadoop's `KerberosName` reads and applies them. Cloning shares them.
///
/// A rule is `RULE:[n:format](filter)s/pattern/replacement/g/L` or `DEFAULT`; filter, `s`, `g` and `/L` may be missing. The
/// rules are asked in order, and the first that applies decides:
///
/// - `RULE` is for principals with `n` components, 1 or 2. The format makes a text of them, `$0` being the realm. The filter
///   has to match all of it. Then the first match of the pattern is replaced, or all with `g`. If the result holds `/` or `@`,
///   that is an error, and no other rule is asked ([`RuleMechanism::Hadoop`]). At last `/L` makes it lower case.
/// - `DEFAULT` is for the default realm, and gives the first component.
///
/// A service name alone, without host and realm, is its own local name whatever the rules say.
///
/// # Patterns
///
/// Filters and patterns are those of `java.util.regex` and mean here what they mean there, but they are matched in time linear
/// in the name, with `g` for each match. What cannot be is an error when the rules are read ([`RulesError::Unsupported`]):
///
/// - look-around, back references, possessive quantifiers, atomic groups, `\G` and `\X`;
/// - a repetition of a group that may match nothing, such as `(a*)*`;
/// - in a replacement, any group of a pattern that repeats what holds a group, such as `((a)b)*` or `(?:(a)b){1}`;
/// - the flags `m`, `u`, `U`, `x` and `c`, Unicode scripts, blocks and names;
/// - what versions of Java do not agree about: `[^a[b]]`, and `\p{Upper}` under the flag `i`;
/// - what nobody would expect of Java: `[ab&&[bc]&d]`, where `a` is in again, and `\v` beside `-` in brackets.
///
/// Both prefer the same match of several. A filter cannot hold a `)` in Hadoop's grammar, so it has no groups; a pattern
/// cannot hold a `/`.
///
/// Where it is not quite the same, no name of ASCII is concerned: `\b` is about letters of ASCII, as in Java since 19; an
/// empty match under `g` never lies within a character, as in Java it may beyond U+FFFF; `/L` makes a capital sigma final by
/// Unicode's rule, and Java by its own word boundaries; and what is in `\p{Lu}` is for the version of Unicode to say.
///
/// ```
/// use bailiwick::authn::{AuthToLocal, RuleMechanism};
///
/// let text = r"
///     RULE:[2:$1@$0]([nd]n@EXAMPLE\.COM)s/.*/hdfs/
///     RULE:[1:$1@$0](.*@EXAMPLE\.COM)s/@.*///L
///     DEFAULT";
/// let rules = AuthToLocal::parse(text, RuleMechanism::Hadoop, "LOCAL")?;
/// assert_eq!(rules.short_name("nn/node1.example.com@EXAMPLE.COM")?.as_str(), "hdfs");
/// assert_eq!(rules.short_name("Alice@EXAMPLE.COM")?.as_str(), "alice");
/// let error = rules.short_name("mallory@EVIL.COM").unwrap_err();
/// assert_eq!(error.to_string(), "No rules applied to mallory@EVIL.COM");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct AuthToLocal {
    rules: Arc<[Rule]>,
    mechanism: RuleMechanism,
    default_realm: Arc<str>,
}

impl AuthToLocal {
    /// What Hadoop goes by where nothing else is set and authentication is not by Kerberos.
    pub const WITHOUT_KERBEROS: &str = "RULE:[1:$1] RULE:[2:$1]";

    /// Reads rules. The empty text holds none: nobody has a local name then, or with [`RuleMechanism::Mit`] everybody their
    /// own. The default realm is what `DEFAULT` asks for.
    ///
    /// # Errors
    ///
    /// [`RulesError`]; also [`RulesError::TooLarge`] over 256 KiB of text, 1000 rules, and 256 KiB for a compiled pattern.
    pub fn parse(
        rules: &str,
        mechanism: RuleMechanism,
        default_realm: &str,
    ) -> Result<Self, RulesError> {
        if rules.len() > MAX_TEXT {
            return Err(RulesError::TooLarge {
                what: format!("{} bytes", rules.len()),
                limit: MAX_TEXT,
            });
        }
        let rules = Rule::parse_all(rules, MAX_RULES)?;
        if rules.len() > MAX_RULES {
            return Err(RulesError::TooLarge {
                what: format!("more than {MAX_RULES} rules"),
                limit: MAX_RULES,
            });
        }
        Ok(Self {
            rules: rules.into(),
            mechanism,
            default_realm: default_realm.into(),
        })
    }

    /// The local name of a principal such as `hdfs/node1.example.com@EXAMPLE.COM`, as a user of this crate.
    ///
    /// # Errors
    ///
    /// Those of [`translate`](Self::translate), and [`TranslateError::Name`] if what the rules make of it is no [`UserName`]:
    /// it is empty, or holds a control character or one of `: , / =`. Hadoop goes on with such a name.
    pub fn short_name(&self, principal: &str) -> Result<UserName, TranslateError> {
        let name = self.translate(principal)?;
        UserName::new(&name).map_err(|source| TranslateError::Name {
            principal: principal.to_owned(),
            source,
        })
    }

    /// The local name of a principal as text, which is just what Hadoop's `getShortName` gives: with [`RuleMechanism::Mit`]
    /// maybe the whole principal, and maybe empty. Use [`short_name`](Self::short_name) to know who it is.
    ///
    /// # Errors
    ///
    /// [`TranslateError`]; never [`TranslateError::Name`].
    pub fn translate<'a>(&'a self, principal: &'a str) -> Result<Cow<'a, str>, TranslateError> {
        let name = KerberosName::parse(principal)?;
        if name.is_simple() {
            return Ok(principal.into());
        }
        let mut base = Base::default();
        for rule in &*self.rules {
            match self.ask(rule, &name, &mut base) {
                Asked::Components | Asked::Realm | Asked::Filter => {}
                Asked::Name(name) => return Ok(name),
                Asked::NonSimple(name) => {
                    return Err(TranslateError::NonSimple {
                        name: name.into_owned(),
                        rule: rule.to_string(),
                    });
                }
            }
        }
        match self.mechanism {
            RuleMechanism::Hadoop => Err(TranslateError::NoMatchingRule {
                principal: principal.to_owned(),
            }),
            RuleMechanism::Mit => Ok(principal.into()),
        }
    }

    fn ask<'a>(
        &'a self,
        rule: &'a Rule,
        name: &KerberosName<'a>,
        base: &mut Base<'a>,
    ) -> Asked<'a> {
        rule.ask(name, &self.default_realm, self.mechanism, base)
    }
}

#[cfg(test)]
mod tests;
