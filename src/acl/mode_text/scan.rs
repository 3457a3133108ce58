//! A text of clauses being read, from left to right.

use super::{ModeError, ModeRole, Op};

pub(super) struct Scan<'a> {
    role: ModeRole,
    text: &'a str,
    rest: &'a str,
    /// The clause that is being read, counted from 1, and where it starts.
    number: usize,
    start: usize,
}

impl<'a> Scan<'a> {
    pub(super) const fn new(text: &'a str, role: ModeRole) -> Self {
        Self {
            role,
            text,
            rest: text,
            number: 1,
            start: 0,
        }
    }

    pub(super) const fn rest(&self) -> &'a str {
        self.rest
    }

    /// As many of the characters of `set` as come next.
    pub(super) fn take_any(&mut self, set: &str) -> &'a str {
        let rest = self.rest.trim_start_matches(|c| set.contains(c));
        let taken = self.rest.strip_suffix(rest).unwrap_or_default();
        self.rest = rest;
        taken
    }

    /// Whether `wanted` comes next; it is taken.
    pub(super) fn take(&mut self, wanted: char) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// The operator that comes next.
    pub(super) fn take_op(&mut self) -> Option<Op> {
        let mut rest = self.rest.chars();
        let op = rest.next().and_then(Op::of)?;
        self.rest = rest.as_str();
        Some(op)
    }

    /// What comes next is another clause.
    pub(super) const fn next_clause(&mut self) {
        self.number += 1;
        self.start = self.at();
    }

    pub(super) fn expected(&self, expected: &'static str) -> ModeError {
        let clauses = self.text.get(self.start..).unwrap_or_default();
        let clause = clauses.split(',').next().unwrap_or_default();
        ModeError::Clause {
            role: self.role,
            text: self.text.to_owned(),
            number: self.number,
            clause: clause.to_owned(),
            at: self.at(),
            expected,
        }
    }

    pub(super) fn set_id(&self) -> ModeError {
        ModeError::SetId {
            role: self.role,
            text: self.text.to_owned(),
            at: self.at(),
        }
    }

    /// How many bytes were read.
    pub(super) const fn at(&self) -> usize {
        self.text.len() - self.rest.len()
    }
}
