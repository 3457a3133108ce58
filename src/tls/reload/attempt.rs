//! One run of the closure, with what it read.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::SystemTime;

use super::super::files::Expiry;
use super::super::{Files, TlsError};
use super::MAX_UNSETTLED;
use super::looks::Looks;

/// One run of the closure.
pub(super) struct Attempt<T> {
    pub(super) result: Result<T, TlsError>,
    pub(super) expiry: Expiry,
    pub(super) read: Looks,
    /// What was found under the same paths after it.
    pub(super) after: Looks,
}

impl<T> Attempt<T> {
    /// Was every file the same after the last one had been read as when it was read itself? Then there was a moment at which
    /// all were so.
    pub(super) fn stood_still(&self) -> bool {
        self.after == self.read
    }
}

pub(super) fn attempt<T>(
    load: &impl Fn(&mut Files) -> Result<T, TlsError>,
    now: SystemTime,
) -> Attempt<T> {
    let mut files = Files::new(now);
    // What the closure leaves half done is its own affair: of ours it has only `files`, of which the paths are read, and
    // it runs again from the start.
    let result = catch_unwind(AssertUnwindSafe(|| load(&mut files)))
        .unwrap_or_else(|panic| Err(panicked(panic.as_ref())));
    let (read, expiry) = (Looks::of(&files), files.expiry);
    // No secret remains for longer than it is needed.
    drop(files);
    let after = read.again();
    Attempt {
        result,
        expiry,
        read,
        after,
    }
}

/// Attempts until the files stand still meanwhile.
pub(super) fn settled<T>(
    load: &impl Fn(&mut Files) -> Result<T, TlsError>,
    now: SystemTime,
) -> Result<Attempt<T>, TlsError> {
    let mut changing = None;
    for _ in 0..MAX_UNSETTLED {
        let attempt = attempt(load, now);
        if attempt.stood_still() {
            return Ok(attempt);
        }
        changing = attempt
            .after
            .first_unlike(&attempt.read)
            .map(ToOwned::to_owned);
    }
    let path = changing.unwrap_or_default();
    Err(TlsError::Changing { path })
}

fn panicked(panic: &(dyn Any + Send)) -> TlsError {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    TlsError::Panicked {
        reason: text.unwrap_or("without a word").to_owned(),
    }
}
