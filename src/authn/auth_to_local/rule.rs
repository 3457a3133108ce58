//! One rule: what it does with a principal.

use std::borrow::Cow;
use std::fmt;

use regex_syntax::hir::Hir;

use super::filter::{Filter, TooLarge};
use super::format::Format;
use super::grammar::{Part, Scan, Source};
use super::java::{Pattern, PatternError, Piece, replacement};
use super::name::KerberosName;
use super::sed::Sed;
use super::{RuleMechanism, RulesError};

#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) source: Source,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Default,
    /// For as many components as no principal has.
    Never,
    Named(Named),
}

/// `RULE`, with a number of components that there may be.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) components: u32,
    pub(super) format: Format,
    pub(super) filter: Option<Filter>,
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

impl<'a> Asked<'a> {
    /// What the rule makes of the principal, a name or none: no other rule is asked then.
    pub(super) fn made(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Name(name) | Self::NonSimple(name) => Some(name),
            Self::Components | Self::Realm | Self::Filter => None,
        }
    }
}

/// What the last format made of the principal: the rules of a set mostly have one.
#[derive(Debug, Default)]
pub(super) struct Base<'a> {
    format: Option<&'a Format>,
    pub(super) text: Cow<'a, str>,
}

impl<'a> Base<'a> {
    fn set(&mut self, format: &'a Format, name: &KerberosName<'a>) {
        if !self.format.is_some_and(|last| last.makes_the_same(format)) {
            self.text = format.text(name);
            self.format = Some(format);
        }
    }
}

impl Rule {
    /// Reads the rules of a text; at most `limit`, and one more.
    pub(super) fn parse_all(text: &str, limit: usize) -> Result<Vec<Self>, RulesError> {
        let mut scan = Scan::new(text);
        let mut rules = Vec::new();
        while !scan.is_at_end() && rules.len() <= limit {
            let number = rules.len() + 1;
            let source = scan.rule(number)?;
            let kind = Kind::compile(&source, number)?;
            rules.push(Self { source, kind });
        }
        Ok(rules)
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

    pub(super) const fn named(&self) -> Option<&Named> {
        match &self.kind {
            Kind::Named(rule) => Some(rule),
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
}

impl Kind {
    fn compile(source: &Source, rule: usize) -> Result<Self, RulesError> {
        let Some(components) = source.components else {
            return Ok(Self::Default);
        };
        let filter = match &source.filter {
            None => None,
            Some(part) => {
                let pattern = pattern(part, rule)?;
                Some(Filter::new(&pattern.hir).map_err(|TooLarge| too_large(part, rule))?)
            }
        };
        let from = match &source.sed {
            None => None,
            Some((from, _)) => Some(pattern(from, rule)?),
        };
        // Hadoop looks at the rest when it needs it, which is never.
        if !matches!(components, 1 | 2) {
            return Ok(Self::Never);
        }
        let format = Format::parse(&source.format.text, components);
        let format = format.map_err(|(offset, reason)| RulesError::Format {
            rule,
            at: source.format.at + offset,
            reason,
        })?;
        let sed = match (&source.sed, from) {
            (Some((part, to)), Some(from)) => {
                let replacement = replacement(&to.text, &from.groups);
                let replacement =
                    replacement.map_err(|(offset, reason)| RulesError::Replacement {
                        rule,
                        at: to.at + offset,
                        replacement: to.text.clone(),
                        reason,
                    })?;
                let asks = |piece: &Piece| matches!(piece, Piece::Group(1..));
                if let Some(error) = from.unlike_java
                    && replacement.iter().any(asks)
                {
                    return Err(in_rule(error, part, rule));
                }
                let sed = Sed::new(&from.hir, replacement, source.global);
                Some(sed.map_err(|TooLarge| too_large(part, rule))?)
            }
            _ => None,
        };
        Ok(Self::Named(Named {
            components,
            format,
            filter,
            sed,
            lower_case: source.lower_case,
        }))
    }
}

fn pattern(part: &Part, rule: usize) -> Result<Pattern, RulesError> {
    Pattern::parse(&part.text).map_err(|error| in_rule(error, part, rule))
}

fn in_rule(error: PatternError, part: &Part, rule: usize) -> RulesError {
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
        write!(f, "RULE:[{components}:{}]", source.format.text)?;
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
