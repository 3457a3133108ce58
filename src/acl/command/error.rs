//! What can be wrong with a command line.

use std::io;

use thiserror::Error;

use crate::acl::AclError;

/// Why a setfacl or getfacl command was not understood.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CommandError {
    /// An option that the command does not have.
    #[error("unknown option {option:?}")]
    UnknownOption {
        /// The option.
        option: String,
    },
    /// An option without the argument that it needs.
    #[error("option {option:?} is incomplete: expected {expected}")]
    Incomplete {
        /// The option.
        option: String,
        /// `an ACL spec` or `a file`.
        expected: &'static str,
    },
    /// An option with an argument that it does not take.
    #[error("option {option:?} takes no argument")]
    Argument {
        /// The option with its argument.
        option: String,
    },
    /// An option behind a path, for which it would come too late.
    #[error("option {option:?} behind a path: expected options first")]
    LateOption {
        /// The option.
        option: String,
    },
    /// Nothing to do.
    #[error("no actions specified: expected one of {expected}")]
    NoAction {
        /// The options that do something.
        expected: &'static str,
    },
    /// Several things to do, where the command does one.
    #[error("only 1 action can be specified: {actions}")]
    SeveralActions {
        /// Their options.
        actions: String,
    },
    /// No file to do it to.
    #[error("<path> is missing")]
    NoPath,
    /// More words than the command takes.
    #[error("too many arguments: {word:?} behind the path")]
    TooMany {
        /// The first word too many.
        word: String,
    },
    /// `-d`, and an entry that is in the default scope by itself.
    #[error("-d and an entry with default: in {spec:?}: expected one of the two")]
    TwiceDefault {
        /// The ACL spec, or the file.
        spec: String,
    },
    /// An ACL spec that was not understood.
    #[error(transparent)]
    Spec(#[from] AclError),
    /// A file of entries that was not understood.
    #[error("{file:?}: {source}")]
    File {
        /// The file.
        file: String,
        /// What is wrong with an entry.
        source: AclError,
    },
    /// A file of entries that was not read.
    #[error("{file:?}: {source}")]
    Unread {
        /// The file.
        file: String,
        /// Why.
        source: io::Error,
    },
}
