//! Where a setting was written.

use std::fmt;
use std::sync::Arc;

/// The place of a setting or of a mistake: a file and a line of it. Displays as `file:line`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    file: Arc<str>,
    line: usize,
}

impl Origin {
    pub(super) fn new(file: &Arc<str>, line: usize) -> Self {
        Self {
            file: file.clone(),
            line,
        }
    }

    /// The file, as it was called when it was read.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line, counted from 1; 0 for a setting that was not read from a file.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        match self.line {
            0 => Ok(()),
            line => write!(f, ":{line}"),
        }
    }
}
