//! One rule: its grammar, and what it does with a principal.

use std::borrow::Cow;
use std::fmt;

use regex_syntax::hir::Hir;

use super::filter::{Filter, TooLarge};
use super::format::Format;
use super::java::{Pattern, PatternError, replacement};
use super::name::KerberosName;
use super::sed::Sed;
use super::{RuleMechanism, RulesError};

#[derive(Debug, Clone)]
pub(super) struct Rule {
    /// Where it begins in the text of all rules.
    pub(super) at: usize,
    pub(super) source: Source,
    kind: Kind,
}

/// How a rule is written.
#[derive(Debug, Clone, Default)]
pub(super) struct Source {
    /// The number before the colon; `DEFAULT` has none.
    pub(super) components: Option<u32>,
    pub(super) format: String,
    pub(super) filter: Option<Part>,
    pub(super) sed: Option<(Part, Part)>,
    pub(super) global: bool,
    pub(super) lower_case: bool,
}

/// A part of a rule that is a text of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) at: usize,
    pub(super) text: String,
}

#[derive(Debug, Clone)]
enum Kind {
    Default,
    /// For as many components as no principal has.
    Never,
    Named(Named),
}

#[derive(Debug, Clone)]
struct Named {
    components: u32,
    format: Format,
    filter: Option<Filter>,
    sed: Option<Sed>,
    lower_case: bool,
}

/// What a rule says to a principal.
#[derive(Debug)]
pub(super) enum Asked<'a> {
    /// It is for another number of components.
    Components,
    /// The principal is of another realm.
    Realm,
    /// The filter does not match the text.
    Filter,
    /// The name that it gives.
    Name(Cow<'a, str>),
    /// A name that is none.
    NonSimple(Cow<'a, str>),
}

/// What the last format made of the principal: the rules of a set mostly have one.
#[derive(Debug, Default)]
pub(super) struct Base<'a> {
    format: Option<&'a Format>,
    pub(super) text: Cow<'a, str>,
}

impl<'a> Base<'a> {
    fn set(&mut self, format: &'a Format, name: &KerberosName<'a>) {
        if !format.is_built() || self.format != Some(format) {
            self.text = format.text(name);
            self.format = Some(format);
        }
    }
}

/// The text of rules, read from the left.
struct Scan<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scan<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn take(&mut self, wanted: &str) -> bool {
        let found = self.rest().starts_with(wanted);
        self.at += if found { wanted.len() } else { 0 };
        found
    }

    /// What comes before `end`, which is taken as well; nothing is taken if there is no such end.
    fn until(&mut self, end: char) -> Option<Part> {
        let (text, _) = self.rest().split_once(end)?;
        let part = Part {
            at: self.at,
            text: text.to_owned(),
        };
        self.at += text.len() + end.len_utf8();
        Some(part)
    }

    /// What `take` takes, or nothing if that is nothing.
    fn optional<T>(&mut self, take: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let start = self.at;
        let taken = take(self);
        if taken.is_none() {
            self.at = start;
        }
        taken
    }
}

impl Rule {
    /// Reads the rules of a text; at most `limit`, and one more.
    pub(super) fn parse_all(text: &str, limit: usize) -> Result<Vec<Self>, RulesError> {
        // What `String.trim` of Java takes away.
        let end = text.trim_end_matches(|c| c <= ' ');
        let start = end.len() - end.trim_start_matches(|c| c <= ' ').len();
        let mut scan = Scan {
            text: end,
            at: start,
        };
        let mut rules = Vec::new();
        while !scan.rest().is_empty() && rules.len() <= limit {
            rules.push(Self::parse(&mut scan, rules.len() + 1)?);
        }
        Ok(rules)
    }

    fn parse(scan: &mut Scan<'_>, number: usize) -> Result<Self, RulesError> {
        let syntax = RulesError::Syntax {
            rest: scan.rest().to_owned(),
            at: scan.at,
        };
        let blank = |c: char| matches!(c, '\t'..='\r' | ' ');
        let after = scan.rest().trim_start_matches(blank);
        scan.at = scan.text.len() - after.len();
        let at = scan.at;
        let mut source = Source::default();
        let digits = if scan.take("DEFAULT") {
            None
        } else {
            let Some((digits, format)) = scan.optional(Self::head) else {
                return Err(syntax);
            };
            source.format = format.text;
            let format_at = format.at;
            source.filter = scan.optional(|scan| match scan.take("(") {
                true => scan.until(')'),
                false => None,
            });
            source.sed = scan.optional(|scan| {
                let from = if scan.take("s/") {
                    scan.until('/')
                } else {
                    None
                };
                Some((from?, scan.until('/')?))
            });
            source.global = source.sed.is_some() && scan.take("g");
            Some((digits, format_at))
        };
        scan.take("/");
        source.lower_case = scan.take("L");
        let kind = match digits {
            None => Kind::Default,
            Some((digits, format_at)) => {
                let components: u32 = match digits.text.parse::<i32>() {
                    Ok(number) => number.unsigned_abs(),
                    Err(_) => {
                        return Err(RulesError::Components {
                            rule: number,
                            at: digits.at,
                            digits: digits.text,
                        });
                    }
                };
                source.components = Some(components);
                compile(&source, components, number, format_at)?
            }
        };
        Ok(Self { at, source, kind })
    }

    /// `RULE:[n:format]`.
    fn head(scan: &mut Scan<'_>) -> Option<(Part, Part)> {
        if !scan.take("RULE:[") {
            return None;
        }
        let digits = scan.until(':')?;
        let is_number = digits.text.bytes().all(|byte| byte.is_ascii_digit());
        Some((digits, scan.until(']')?)).filter(|_| is_number)
    }

    /// Asks for the local name. The text that the format made stays in `base`.
    pub(super) fn ask<'a>(
        &'a self,
        name: &KerberosName<'a>,
        default_realm: &str,
        mechanism: RuleMechanism,
        base: &mut Base<'a>,
    ) -> Asked<'a> {
        let rule = match &self.kind {
            Kind::Never => return Asked::Components,
            Kind::Default if name.realm() == Some(default_realm) => {
                return Asked::Name(name.service().into());
            }
            Kind::Default => return Asked::Realm,
            Kind::Named(rule) if rule.components != name.components() => return Asked::Components,
            Kind::Named(rule) => rule,
        };
        base.set(&rule.format, name);
        if rule
            .filter
            .as_ref()
            .is_some_and(|filter| !filter.matches(&base.text))
        {
            return Asked::Filter;
        }
        // The search ends here, whatever comes of it: nobody needs the text any more.
        let text = std::mem::take(&mut base.text);
        base.format = None;
        let text = match &rule.sed {
            Some(sed) => sed.rewrite(text),
            None => text,
        };
        if mechanism == RuleMechanism::Hadoop && text.contains(['/', '@']) {
            return Asked::NonSimple(text);
        }
        if rule.lower_case
            && !text
                .bytes()
                .all(|b| b.is_ascii() && !b.is_ascii_uppercase())
        {
            return Asked::Name(text.to_lowercase().into());
        }
        Asked::Name(text)
    }

    pub(super) const fn is_default(&self) -> bool {
        matches!(self.kind, Kind::Default)
    }

    /// Whether it can apply to a principal with so many components.
    pub(super) const fn is_for(&self, components: u32) -> bool {
        match &self.kind {
            Kind::Default => true,
            Kind::Never => false,
            Kind::Named(rule) => rule.components == components,
        }
    }

    /// Whether it applies to whatever has its number of components.
    pub(super) const fn takes_all(&self) -> bool {
        matches!(
            &self.kind,
            Kind::Named(Named {
                filter: None | Some(Filter::Anything),
                ..
            })
        )
    }

    /// Whether its filter matches one text only.
    pub(super) const fn is_for_one_text(&self) -> bool {
        matches!(
            &self.kind,
            Kind::Named(Named {
                filter: Some(Filter::Exactly(_)),
                ..
            })
        )
    }

    pub(super) const fn format(&self) -> Option<&Format> {
        match &self.kind {
            Kind::Named(rule) => Some(&rule.format),
            _ => None,
        }
    }

    /// The same rule without `g`.
    pub(super) fn once(&self) -> Self {
        let mut rule = self.clone();
        if let Kind::Named(Named { sed: Some(sed), .. }) = &mut rule.kind {
            *sed = sed.once();
        }
        rule
    }

    pub(super) fn is_global(&self) -> bool {
        matches!(&self.kind, Kind::Named(Named { sed: Some(sed), .. }) if sed.is_global())
    }
}

fn compile(
    source: &Source,
    components: u32,
    rule: usize,
    format_at: usize,
) -> Result<Kind, RulesError> {
    let filter = source
        .filter
        .as_ref()
        .map(|part| {
            let pattern = pattern(part, rule)?;
            Filter::new(&pattern.hir).map_err(|TooLarge| too_large(part, rule))
        })
        .transpose()?;
    let from = source
        .sed
        .as_ref()
        .map(|(from, _)| pattern(from, rule))
        .transpose()?;
    // Hadoop looks at the rest when it needs it, which is never.
    if !matches!(components, 1 | 2) {
        return Ok(Kind::Never);
    }
    let format = Format::parse(&source.format, components).map_err(|(offset, reason)| {
        let at = format_at + offset;
        RulesError::Format { rule, at, reason }
    })?;
    let sed = match (&source.sed, from) {
        (Some((part, to)), Some(from)) => {
            let replacement = replacement(&to.text, &from.groups).map_err(|(offset, reason)| {
                RulesError::Replacement {
                    rule,
                    at: to.at + offset,
                    replacement: to.text.clone(),
                    reason,
                }
            })?;
            let sed = Sed::new(&from.hir, replacement, source.global);
            Some(sed.map_err(|TooLarge| too_large(part, rule))?)
        }
        _ => None,
    };
    Ok(Kind::Named(Named {
        components,
        format,
        filter,
        sed,
        lower_case: source.lower_case,
    }))
}

fn pattern(part: &Part, rule: usize) -> Result<Pattern, RulesError> {
    Pattern::parse(&part.text).map_err(|error| {
        let pattern = part.text.clone();
        match error {
            PatternError::Malformed { at, reason } => RulesError::Pattern {
                rule,
                at: part.at + at,
                pattern,
                reason,
            },
            PatternError::Unsupported {
                at,
                construct,
                reason,
            } => RulesError::Unsupported {
                rule,
                at: part.at + at,
                pattern,
                construct,
                reason,
            },
        }
    })
}

fn too_large(part: &Part, rule: usize) -> RulesError {
    let Part { at, text } = part;
    RulesError::TooLarge {
        what: format!("too much memory for the pattern `{text}` of rule {rule} at byte {at}"),
        limit: TooLarge::LIMIT,
    }
}

impl Part {
    /// Its syntax, once more: it was read when the rule was.
    pub(super) fn hir(&self) -> Option<Hir> {
        Pattern::parse(&self.text).ok().map(|pattern| pattern.hir)
    }
}

/// As Hadoop prints a rule.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = &self.source;
        let Some(components) = source.components else {
            return f.write_str("DEFAULT");
        };
        write!(f, "RULE:[{components}:{}]", source.format)?;
        if let Some(filter) = &source.filter {
            write!(f, "({})", filter.text)?;
        }
        if let Some((from, to)) = &source.sed {
            let global = if source.global { "g" } else { "" };
            write!(f, "s/{}/{}/{global}", from.text, to.text)?;
        }
        f.write_str(if source.lower_case { "/L" } else { "" })
    }
}
