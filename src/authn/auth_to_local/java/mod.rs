//! Java's regular expressions, as far as an engine of linear time means the same by them.
//!
//! A pattern becomes a syntax tree of `regex-syntax`, not the text of another dialect. No text that is searched has a line
//! terminator in it ([`TranslateError::LineTerminator`](super::TranslateError::LineTerminator)), so that `.` is any
//! character, and `$` and `\Z` are the end.

mod class;
mod pattern;
mod quantifier;
mod replacement;

pub(super) use pattern::{MAX_GROUPS, Pattern, any};
pub(super) use replacement::{Piece, replacement};

/// What is wrong with a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PatternError {
    /// It is no pattern in Java either.
    Malformed { at: usize, reason: String },
    /// It is one in Java.
    Unsupported {
        at: usize,
        construct: String,
        reason: &'static str,
    },
}

impl PatternError {
    fn malformed(at: usize, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self::Malformed { at, reason }
    }

    fn unsupported(at: usize, construct: impl Into<String>, reason: &'static str) -> Self {
        let construct = construct.into();
        Self::Unsupported {
            at,
            construct,
            reason,
        }
    }
}
