//! The grammar of Hadoop's rules. It is a regular expression there, with nothing escaped: a format ends at the first `]`, a
//! filter at the first `)`, and each side of `s` at the first `/`.

use super::RulesError;

/// How a rule is written.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// Where it begins in the text of all rules.
    pub(super) at: usize,
    /// The number before the colon; `DEFAULT` has none.
    pub(super) components: Option<u32>,
    pub(super) format: Part,
    pub(super) filter: Option<Part>,
    pub(super) sed: Option<(Part, Part)>,
    pub(super) global: bool,
    pub(super) lower_case: bool,
}

/// A part of a rule that is a text of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) at: usize,
    pub(super) text: String,
}

/// The text of rules, read from the left.
pub(super) struct Scan<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scan<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        // What `String.trim` of Java takes away.
        let end = text.trim_end_matches(|c| c <= ' ');
        let at = end.len() - end.trim_start_matches(|c| c <= ' ').len();
        Self { text: end, at }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest().is_empty()
    }

    /// The next rule, which has this number.
    pub(super) fn rule(&mut self, number: usize) -> Result<Source, RulesError> {
        let start = self.at;
        self.skip_blanks();
        let at = self.at;
        let (mut components, mut format) = (None, Part::default());
        let (mut filter, mut sed, mut global) = (None, None, false);
        if !self.take("DEFAULT") {
            let Some((digits, found)) = self.optional(Self::head) else {
                return Err(RulesError::Syntax {
                    rest: self.text.get(start..).unwrap_or_default().to_owned(),
                    at: start,
                });
            };
            components = Some(count(digits, number)?);
            format = found;
            filter = self.optional(Self::filter);
            sed = self.optional(Self::sed);
            global = sed.is_some() && self.take("g");
        }
        self.take("/");
        Ok(Source {
            at,
            components,
            format,
            filter,
            sed,
            global,
            lower_case: self.take("L"),
        })
    }

    /// `RULE:[n:format]`.
    fn head(&mut self) -> Option<(Part, Part)> {
        let digits = self.take("RULE:[").then(|| self.until(':'))??;
        let is_number = digits.text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then_some((digits, self.until(']')?))
    }

    /// `(filter)`.
    fn filter(&mut self) -> Option<Part> {
        self.take("(").then(|| self.until(')'))?
    }

    /// `s/pattern/replacement/`.
    fn sed(&mut self) -> Option<(Part, Part)> {
        let from = self.take("s/").then(|| self.until('/'))??;
        Some((from, self.until('/')?))
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// What `\s` of Java is.
    fn skip_blanks(&mut self) {
        let blank = |c: char| matches!(c, '\t'..='\r' | ' ');
        self.at = self.text.len() - self.rest().trim_start_matches(blank).len();
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

fn count(digits: Part, rule: usize) -> Result<u32, RulesError> {
    match digits.text.parse::<i32>() {
        Ok(count) => Ok(count.unsigned_abs()),
        Err(_) => Err(RulesError::Components {
            rule,
            at: digits.at,
            digits: digits.text,
        }),
    }
}
