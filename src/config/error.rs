//! What can be wrong with a configuration.

use std::path::PathBuf;

use super::Origin;

/// Why a configuration was not understood. Every variant says in which file and line, as far as there is one. None
/// contains the value of a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The operating system refused to read a file.
    #[error("cannot read `{}`", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file is larger than any configuration.
    #[error("`{file}` is larger than {limit} bytes")]
    TooLarge {
        /// The file.
        file: String,
        /// The largest size that is read.
        limit: usize,
    },
    /// A line that does not say anything, or something that is not done here.
    #[error("{origin}: {reason}")]
    Syntax {
        /// Where.
        origin: Origin,
        /// What was expected.
        reason: String,
    },
    /// A value refers to others in a circle, too deeply, or to one that does not exist.
    #[error("{origin}: `{key}` refers to `${{{reference}}}`: {reason}")]
    Reference {
        /// Where the value stands.
        origin: Origin,
        /// Whose value it is.
        key: String,
        /// What it refers to.
        reference: String,
        /// What is wrong with that.
        reason: &'static str,
    },
    /// A key in a name space of TLS settings that does not exist there.
    #[error("{origin}: there is no setting `{key}`{}", suggestion(*nearest))]
    UnknownKey {
        /// Where it stands.
        origin: Origin,
        /// The key.
        key: String,
        /// The key that is most like it.
        nearest: Option<&'static str>,
    },
    /// A value that its key does not take.
    #[error("{origin}: `{key}`: {reason}")]
    Value {
        /// Where it stands.
        origin: Origin,
        /// The key.
        key: String,
        /// The value, unless it is a secret, and what was expected.
        reason: String,
    },
    /// Two settings that cannot both be meant, or one that means nothing without another.
    #[error("{origin}: `{key}` {reason}")]
    Contradiction {
        /// Where the first stands.
        origin: Origin,
        /// The first.
        key: String,
        /// What is wrong between it and the other.
        reason: String,
    },
    /// A password that could not be had.
    #[error("`{key}`: {reason}")]
    Credential {
        /// The key whose value it would be.
        key: String,
        /// What the credential provider said.
        reason: String,
    },
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| {
        format!(", did you mean `{nearest}`?")
    })
}
