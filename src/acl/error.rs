//! What can be wrong with an entry, or an edit of an ACL.

use std::fmt;

use thiserror::Error;

use super::Mode;
use crate::identity::NameError;

/// Where an entry stands in a text, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a text is a list or lines")]
pub enum Place {
    /// Among the items between commas.
    Item(usize),
    /// In a line.
    Line(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Item(position) => write!(f, "at position {position}"),
            Self::Line(line) => write!(f, "in line {line}"),
        }
    }
}

/// Why an ACL text was not understood, or an edit was refused. A refused edit changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AclError {
    /// Not three permission characters.
    #[error("invalid permission {text:?}: expected three characters such as rw-")]
    Perm {
        /// The refused text.
        text: String,
    },
    /// An entry of an ACL spec that cannot be read.
    #[error("invalid ACL entry {entry:?} {place}: {expected}")]
    Entry {
        /// The entry as written; of a long one the beginning.
        entry: String,
        /// Where it stands.
        place: Place,
        /// What was expected instead.
        expected: &'static str,
    },
    /// An entry of an ACL spec whose user or group name is not valid.
    #[error("invalid ACL entry {entry:?} {place}: {source}")]
    Name {
        /// The entry as written; of a long one the beginning.
        entry: String,
        /// Where it stands.
        place: Place,
        /// What is wrong with the name.
        source: NameError,
    },
    /// The same scope, type and name twice.
    #[error("invalid ACL: multiple entries with same scope, type and name: {entry}")]
    Duplicate {
        /// The second entry.
        entry: String,
    },
    /// Entries of both scopes, where those of one list were expected.
    #[error("invalid ACL: entries of both scopes in one list: {entry}")]
    MixedScopes {
        /// The first entry of the other scope.
        entry: String,
    },
    /// The owner's, the owning group's or the others' entry is missing.
    #[error("invalid ACL: the entry {entry} is missing")]
    MissingBase {
        /// The missing entry, such as `default:group::`.
        entry: String,
    },
    /// A base entry cannot be removed.
    #[error("deleting base entry is not allowed: {entry}")]
    RemoveBase {
        /// The entry that was to be removed.
        entry: String,
    },
    /// Named entries need a mask.
    #[error("invalid ACL: mask is required and cannot be deleted")]
    MaskRequired,
    /// Default entries on something that is not a directory.
    #[error("invalid ACL: only directories may have a default ACL")]
    DefaultOnFile,
    /// More entries in one scope than the dialect allows.
    #[error("invalid ACL: ACL has {count} {scope} entries, which exceeds maximum of {limit}")]
    TooManyEntries {
        /// `access` or `default`.
        scope: &'static str,
        /// How many there would be.
        count: usize,
        /// The dialect's limit.
        limit: usize,
    },
    /// A mode and entries that are not of one inode, or not of the dialect that they were read in.
    #[error("invalid ACL status: the mode is {told}, but the entries make it {derived}")]
    ModeDisagrees {
        /// The mode that was given.
        told: Mode,
        /// The mode that goes with the entries.
        derived: Mode,
    },
}
