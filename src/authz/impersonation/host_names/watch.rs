//! A thread that resolves host names again and again.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A thread that refreshes the host names of a [`Resolver`](crate::authz::Resolver)'s rules until this is dropped.
///
/// Dropping waits for the thread, which is as long as the deadline of a round.
#[must_use = "the host names are refreshed until this is dropped"]
pub struct HostWatch {
    stop: Option<mpsc::Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl HostWatch {
    /// Shorter intervals are taken for this one.
    const SHORTEST: Duration = Duration::from_millis(1);

    pub(in crate::authz) fn start(
        interval: Duration,
        refresh: impl Fn(Instant) + Send + 'static,
    ) -> io::Result<Self> {
        let (stop, stopped) = mpsc::channel::<Infallible>();
        let interval = interval.max(Self::SHORTEST);
        let thread = thread::Builder::new()
            .name("host-watch".to_owned())
            .spawn(move || {
                while stopped.recv_timeout(interval) == Err(RecvTimeoutError::Timeout) {
                    // Only what the user does with the news can panic here, and nothing is locked meanwhile.
                    let _ = catch_unwind(AssertUnwindSafe(|| refresh(Instant::now())));
                }
            })?;
        Ok(Self {
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for HostWatch {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            // Dropped by a closure that it runs itself, it cannot wait for its own end.
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for HostWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostWatch").finish_non_exhaustive()
    }
}
