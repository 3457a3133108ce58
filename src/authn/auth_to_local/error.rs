//! What can be wrong with rules, and with a principal.

use thiserror::Error;

use crate::identity::NameError;

/// Why rules were not understood. Where Hadoop has a message, the text begins with it; what follows says which rule it is,
/// counted from 1, and where in the text of all rules, as an offset in bytes. [`Syntax`](Self::Syntax) is Hadoop's message alone,
/// with all the text from there on.
///
/// Hadoop finds mistakes of [`Format`](Self::Format) and [`Replacement`](Self::Replacement) only when a principal meets the
/// rule. That would be at the first request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RulesError {
    /// Text that is no rule.
    #[error("Invalid rule: {rest}")]
    Syntax {
        /// From where it is not understood.
        rest: String,
        /// Where that is.
        at: usize,
    },
    /// The number of components is no number.
    #[error(
        "For input string: \"{digits}\" (rule {rule} at byte {at}: expected the number of components)"
    )]
    Components {
        /// Which rule.
        rule: usize,
        /// Where the digits should be.
        at: usize,
        /// What is there.
        digits: String,
    },
    /// The part in brackets asks for what a principal does not have.
    #[error("{reason} (rule {rule} at byte {at})")]
    Format {
        /// Which rule.
        rule: usize,
        /// Where the reference stands.
        at: usize,
        /// Hadoop's message.
        reason: String,
    },
    /// A pattern that Java would not compile either.
    #[error("{reason} (rule {rule} at byte {at}, pattern `{pattern}`)")]
    Pattern {
        /// Which rule.
        rule: usize,
        /// Where in the rules the mistake is.
        at: usize,
        /// The whole pattern.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A pattern that Java would compile, and that would mean something else or take too long here.
    #[error(
        "{construct} is not supported: {reason} (rule {rule} at byte {at}, pattern `{pattern}`)"
    )]
    Unsupported {
        /// Which rule.
        rule: usize,
        /// Where in the rules the construct stands.
        at: usize,
        /// The whole pattern.
        pattern: String,
        /// The construct.
        construct: String,
        /// Why, and what to write instead.
        reason: &'static str,
    },
    /// A replacement that Java would refuse at the first match.
    #[error("{reason} (rule {rule} at byte {at}, replacement `{replacement}`)")]
    Replacement {
        /// Which rule.
        rule: usize,
        /// Where the mistake is.
        at: usize,
        /// The whole replacement.
        replacement: String,
        /// Java's message.
        reason: String,
    },
    /// More text, rules or memory than rules may take.
    #[error("auth_to_local rules take {what}: the limit is {limit}")]
    TooLarge {
        /// What there is too much of.
        what: String,
        /// How much there may be.
        limit: usize,
    },
    /// Not the name of a [`RuleMechanism`](super::RuleMechanism).
    #[error("Invalid rule mechanism: {word}")]
    Mechanism {
        /// The word.
        word: String,
    },
}

/// Why a principal has no local name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TranslateError {
    /// Not of the form `service`, `service/host`, `service@REALM` or `service/host@REALM`.
    #[error("Malformed Kerberos name: {principal}")]
    Malformed {
        /// The principal.
        principal: String,
    },
    /// Longer than any principal.
    #[error("Kerberos name of {length} bytes is longer than {limit}")]
    TooLong {
        /// Its length in bytes.
        length: usize,
        /// How long it may be.
        limit: usize,
    },
    /// It holds a line feed, a carriage return, or U+0085, U+2028, U+2029. MIT Kerberos escapes them wherever it prints a
    /// principal, so this is no name that a ticket brought; and what `$` and `.` make of line ends has misled many a filter.
    #[error("Kerberos name {principal:?} holds a line terminator at byte {at}")]
    LineTerminator {
        /// The principal.
        principal: String,
        /// Where the first one stands.
        at: usize,
    },
    /// No rule applies.
    #[error("No rules applied to {principal}")]
    NoMatchingRule {
        /// The principal.
        principal: String,
    },
    /// The first rule that applies makes a name with `/` or `@` of it, which ends the search
    /// ([`RuleMechanism::Hadoop`](super::RuleMechanism::Hadoop)).
    #[error("Non-simple name {name} after auth_to_local rule {rule}")]
    NonSimple {
        /// What the rule made.
        name: String,
        /// The rule, as Hadoop prints it.
        rule: String,
    },
    /// What the rules make of it is no user name: empty, or with a `/` in it
    /// ([`RuleMechanism::Mit`](super::RuleMechanism::Mit)), say.
    #[error("local name of {principal}: {source}")]
    Name {
        /// The principal.
        principal: String,
        /// What is wrong with it.
        source: NameError,
    },
}
