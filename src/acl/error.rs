//! What can be wrong with an entry, or an edit of an ACL.

use std::fmt;

use thiserror::Error;

use super::{MessageForm, Mode};
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
    /// An entry of the user without a name, which would read as the owner's.
    #[error("invalid ACL: a named entry without a name: {entry}")]
    Unnamed {
        /// The entry.
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

impl AclError {
    /// The refusal in upstream's words, for services whose clients read them: HDFS's `AclTransformation` and
    /// `FSDirAclOp`, which adds ` Path: ` and the path; Alluxio's `AccessControlList` and `DefaultFileSystemMaster`. What
    /// upstream words otherwise for each place, or does not refuse, is in ours.
    #[must_use]
    pub fn message_as(&self, form: MessageForm) -> impl fmt::Display {
        Message { error: self, form }
    }
}

struct Message<'a> {
    error: &'a AclError,
    form: MessageForm,
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use MessageForm::{Alluxio, Hdfs};
        match (self.form, self.error) {
            (Hdfs, AclError::Duplicate { .. }) => {
                f.write_str("Invalid ACL: multiple entries with same scope, type and name.")
            }
            (Hdfs, AclError::MissingBase { .. }) => {
                f.write_str("Invalid ACL: the user, group and other entries are required.")
            }
            (Hdfs, AclError::MaskRequired) => {
                f.write_str("Invalid ACL: mask is required and cannot be deleted.")
            }
            (Hdfs, AclError::DefaultOnFile) => {
                f.write_str("Invalid ACL: only directories may have a default ACL.")
            }
            (
                Hdfs,
                AclError::TooManyEntries {
                    scope,
                    count,
                    limit,
                },
            ) => write!(
                f,
                "Invalid ACL: ACL has {count} {scope} entries, which exceeds maximum of {limit}."
            ),
            (Alluxio, AclError::MissingBase { entry }) => write!(
                f,
                "Replacing ACL entries must include the base entries for 'user', 'group', and 'other'. missing: {entry}"
            ),
            (Alluxio, AclError::RemoveBase { .. }) => {
                f.write_str("Deleting base entry is not allowed.")
            }
            (Alluxio, AclError::MaskRequired) => {
                f.write_str("Deleting the mask for an extended ACL is not allowed.")
            }
            (Alluxio, AclError::DefaultOnFile) => f.write_str("Can not set default ACL for a file"),
            (Hdfs | Alluxio, error) => error.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_in_upstreams_words() {
        let many = AclError::TooManyEntries {
            scope: "access",
            count: 33,
            limit: 32,
        };
        for (error, hdfs, alluxio) in [
            (
                AclError::MaskRequired,
                "Invalid ACL: mask is required and cannot be deleted.",
                "Deleting the mask for an extended ACL is not allowed.",
            ),
            (
                AclError::DefaultOnFile,
                "Invalid ACL: only directories may have a default ACL.",
                "Can not set default ACL for a file",
            ),
            (
                many,
                "Invalid ACL: ACL has 33 access entries, which exceeds maximum of 32.",
                "invalid ACL: ACL has 33 access entries, which exceeds maximum of 32",
            ),
        ] {
            let said = |form| error.message_as(form).to_string();
            assert_eq!(said(MessageForm::Hdfs), hdfs);
            assert_eq!(said(MessageForm::Alluxio), alluxio);
        }
    }
}
