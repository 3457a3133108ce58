//! Where records go.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use super::{Format, Record};

/// Takes audit records; one of the library's extension points.
///
/// Called once for each decision, on the thread that decided. A record that is lost is a decision nobody can prove; whether
/// the request then goes on is the service's choice.
pub trait Sink: Send + Sync {
    /// Writes one record down.
    ///
    /// # Errors
    ///
    /// Whatever the medium says.
    fn write(&self, record: &Record<'_>) -> io::Result<()>;
}

/// Writes each record as one line, whole: lines of several threads do not mix.
pub struct Lines<W> {
    format: Format,
    out: Mutex<W>,
}

impl<W: Write + Send> Lines<W> {
    /// Lines of `format` into `out`, each with one `write` call.
    #[must_use]
    pub const fn new(format: Format, out: W) -> Self {
        Self {
            format,
            out: Mutex::new(out),
        }
    }
}

impl<W: Write + Send> Sink for Lines<W> {
    fn write(&self, record: &Record<'_>) -> io::Result<()> {
        let line = format!("{}\n", record.line(self.format));
        // A thread that died while writing leaves at worst a torn line behind it; going on beats losing the log.
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.write_all(line.as_bytes())?;
        out.flush()
    }
}

impl<W> fmt::Debug for Lines<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines")
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}
