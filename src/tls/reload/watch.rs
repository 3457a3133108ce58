//! A thread that polls reloaders.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use super::{Polled, Reloader};

/// A thread that polls one or more [`Reloader`]s until this is dropped.
///
/// Dropping waits for the thread, which is as long as a load that it is just doing.
///
/// The thread outlives a panic: one of the closure that loads is caught by [`Reloader::poll`] and reported like an error,
/// one of the closure given to [`Reloader::on_change`] ends with that call. A program that is built with
/// `panic = "abort"` has neither.
#[must_use = "the files are watched until this is dropped"]
pub struct Watch {
    stop: Option<mpsc::Sender<Infallible>>,
    polls: Arc<Mutex<Vec<Arc<Poll>>>>,
    thread: Option<JoinHandle<()>>,
}

/// Whether the files are to be looked at again soon.
type Poll = dyn Fn(SystemTime) -> bool + Send + Sync;

impl Watch {
    /// How long after a change was seen the files are looked at again, unless the interval is shorter: what has the same
    /// content at both times is taken. A writer that pauses longer in the middle of a PEM file can be taken to be done,
    /// until the rest follows. A writer that renames is never misunderstood.
    pub const QUIET: Duration = Duration::from_secs(1);

    /// Shorter intervals are taken for this one.
    const SHORTEST: Duration = Duration::from_millis(1);

    pub(super) fn start<T: Send + Sync + 'static>(
        reloader: &Reloader<T>,
        interval: Duration,
    ) -> io::Result<Self> {
        let (stop, stopped) = mpsc::channel::<Infallible>();
        let polls = Arc::new(Mutex::new(vec![poll(reloader)]));
        let interval = interval.max(Self::SHORTEST);
        let of_thread = polls.clone();
        let thread = thread::Builder::new()
            .name("tls-reload".to_owned())
            .spawn(move || {
                let mut wait = interval;
                while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                    let polls = of_thread
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .clone();
                    let mut soon = false;
                    for poll in polls {
                        let now = SystemTime::now();
                        // Only what the user does with the news can panic here, and nothing is locked meanwhile.
                        soon |= catch_unwind(AssertUnwindSafe(|| poll(now))).unwrap_or(false);
                    }
                    wait = if soon {
                        interval.min(Self::QUIET)
                    } else {
                        interval
                    };
                }
            })?;
        Ok(Self {
            stop: Some(stop),
            polls,
            thread: Some(thread),
        })
    }

    /// Polls another reloader as well, at the same times.
    pub fn also<T: Send + Sync + 'static>(self, reloader: &Reloader<T>) -> Self {
        self.polls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(poll(reloader));
        self
    }
}

fn poll<T: Send + Sync + 'static>(reloader: &Reloader<T>) -> Arc<Poll> {
    let reloader = reloader.clone();
    Arc::new(move |now| matches!(reloader.poll(now), Ok(Polled::Unsettled)))
}

impl Drop for Watch {
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

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}
