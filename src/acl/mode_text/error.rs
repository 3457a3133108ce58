//! What can be wrong with a mode or a umask in text.

use std::fmt;

use thiserror::Error;

use crate::acl::MessageForm;

/// As what a text was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModeRole {
    /// A whole mode ([`Mode::parse`](crate::acl::Mode::parse)).
    Mode,
    /// A change to a mode ([`ModeChange::parse`](crate::acl::ModeChange::parse)).
    Change,
    /// A umask ([`Mode::parse_umask`](crate::acl::Mode::parse_umask)).
    Umask,
    /// A listing ([`Mode::parse_listing`](crate::acl::Mode::parse_listing)).
    Listing,
}

impl fmt::Display for ModeRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Mode | Self::Change => "mode",
            Self::Umask => "umask",
            Self::Listing => "listing",
        })
    }
}

/// Why a mode or a umask was not understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ModeError {
    /// The text as a whole is not of the expected form.
    #[error("invalid {role} {text:?}: expected {expected}")]
    Text {
        /// As what it was read.
        role: ModeRole,
        /// The refused text.
        text: String,
        /// What was expected instead.
        expected: &'static str,
    },
    /// One clause of a symbolic mode is not of the expected form.
    #[error(
        "invalid {role} {text:?}: in clause {number} ({clause:?}), at byte {at}: expected {expected}"
    )]
    Clause {
        /// As what it was read.
        role: ModeRole,
        /// The refused text.
        text: String,
        /// Which clause, counted from 1.
        number: usize,
        /// The clause as written.
        clause: String,
        /// Where the text stops making sense, in bytes from its start.
        at: usize,
        /// What was expected there.
        expected: &'static str,
    },
    /// A set-user-id or set-group-id bit: a [`Mode`](crate::acl::Mode) has none.
    #[error(
        "invalid {role} {text:?}: at byte {at}: set-user-id and set-group-id do not exist here"
    )]
    SetId {
        /// As what it was read.
        role: ModeRole,
        /// The refused text.
        text: String,
        /// Where the `s` or the octal digit stands, in bytes from the start of the text.
        at: usize,
    },
}

impl ModeError {
    /// The message that upstream's own parser gives for the text, for services whose clients read it. Its key names are those
    /// of upstream's configuration.
    ///
    /// Alluxio: `ModeParser` and `ModeUtils`, from `ExceptionMessage`. HDFS: `FsShellPermissions`, `FsPermission`.
    #[must_use]
    pub fn message_as(&self, form: MessageForm) -> impl fmt::Display {
        Message { error: self, form }
    }

    const fn refused(&self) -> (ModeRole, &String) {
        match self {
            Self::Text { role, text, .. }
            | Self::Clause { role, text, .. }
            | Self::SetId { role, text, .. } => (*role, text),
        }
    }
}

struct Message<'a> {
    error: &'a ModeError,
    form: MessageForm,
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (role, text) = self.error.refused();
        match (self.form, role) {
            (MessageForm::Alluxio, ModeRole::Umask) => write!(
                f,
                "Invalid value {text} for configuration key alluxio.security.authorization.permission.umask"
            ),
            (MessageForm::Alluxio, _) => {
                write!(f, "Invalid mode {text}")?;
                match self.error {
                    ModeError::Clause { clause, .. } => segment(clause, f),
                    _ => Ok(()),
                }
            }
            (MessageForm::Hdfs, ModeRole::Umask) => write!(
                f,
                "Unable to parse configuration fs.permissions.umask-mode with value {text} as octal or symbolic umask."
            ),
            (MessageForm::Hdfs, ModeRole::Change) => {
                write!(
                    f,
                    "chmod : mode '{text}' does not match the expected pattern."
                )
            }
            (MessageForm::Hdfs, ModeRole::Listing) => {
                write!(f, "length != 10(unixSymbolicPermission={text})")
            }
            (MessageForm::Hdfs, ModeRole::Mode) => f.write_str(text),
        }
    }
}

/// What Alluxio finds wrong with a clause: its shape first, then its classes, then its permissions.
fn segment(clause: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, " - contains invalid segment {clause}")?;
    match clause.trim_end_matches('=').split_once('=') {
        None => Ok(()),
        Some((_, permissions)) if permissions.contains('=') => Ok(()),
        Some((classes, _)) if classes.contains(|c| !"ugoa".contains(c)) => {
            write!(f, " which has invalid targets {classes}")
        }
        Some((_, permissions)) => write!(f, " which has invalid permissions {permissions}"),
    }
}
