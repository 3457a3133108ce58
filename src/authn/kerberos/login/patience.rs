//! Waiting for the KDC, but not for longer than a deadline.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

/// How many requests may go on after their deadline. While there are so many, nobody else begins one: the KDC does not
/// answer.
const MOST_LATE: usize = 8;

/// How long a call that may ask the KDC waits for it. Clones share the count of those that are late.
#[derive(Clone, Default)]
pub(in super::super) struct Patience {
    deadline: Option<Duration>,
    late: Arc<AtomicUsize>,
}

/// There is no answer yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Impatient {
    Deadline(Duration),
    ManyLate,
    NoThread,
}

impl fmt::Display for Impatient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Deadline(deadline) => write!(f, "the KDC does not answer within {deadline:?}"),
            Self::ManyLate => write!(
                f,
                "the KDC has not answered {MOST_LATE} earlier requests in time"
            ),
            Self::NoThread => f.write_str("the system gives no thread to ask the KDC on"),
        }
    }
}

impl Patience {
    pub(super) fn until(deadline: Duration) -> Self {
        Self {
            deadline: Some(deadline),
            late: Arc::default(),
        }
    }

    /// Does `work` here if there is no deadline. Otherwise in a thread of its own, which cannot be stopped: when it is too
    /// late it goes on until the Kerberos library gives up, counted, and what it comes to is dropped.
    pub(in super::super) fn ask<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, Impatient> {
        let Some(deadline) = self.deadline else {
            return Ok(work());
        };
        if self.late.load(Ordering::Acquire) >= MOST_LATE {
            return Err(Impatient::ManyLate);
        }
        let request = Request::default();
        let (answer, answered) = mpsc::sync_channel(1);
        let (of_thread, late) = (request.clone(), self.late.clone());
        thread::Builder::new()
            .name("kerberos-request".to_owned())
            .spawn(move || {
                let end = End(of_thread, late);
                let _ = answer.send(work());
                drop(end);
            })
            .map_err(|_| Impatient::NoThread)?;
        answered.recv_timeout(deadline).or_else(|_| {
            self.late.fetch_add(1, Ordering::AcqRel);
            if request.first() {
                return Err(Impatient::Deadline(deadline));
            }
            // The thread has ended at the same moment, and counts nothing.
            self.late.fetch_sub(1, Ordering::AcqRel);
            answered
                .try_recv()
                .map_err(|_| Impatient::Deadline(deadline))
        })
    }
}

impl fmt::Debug for Patience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.deadline, f)
    }
}

/// Which of the two was first: the end of the work, or the deadline.
#[derive(Clone, Default)]
struct Request(Arc<AtomicBool>);

impl Request {
    fn first(&self) -> bool {
        !self.0.swap(true, Ordering::AcqRel)
    }
}

/// The end of the work, even by a panic.
struct End(Request, Arc<AtomicUsize>);

impl Drop for End {
    fn drop(&mut self) {
        if !self.0.first() {
            self.1.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn an_answer_in_time_is_the_answer() {
        assert_eq!(Patience::default().ask(|| 7), Ok(7));
        let patience = Patience::until(Duration::from_secs(60));
        for n in 0..100 {
            assert_eq!(patience.ask(move || n), Ok(n));
        }
        assert_eq!(patience.late.load(Ordering::Acquire), 0);
    }

    #[test]
    fn the_late_are_bounded_and_free_their_places_when_they_end() {
        let deadline = Duration::from_millis(20);
        let patience = Patience::until(deadline);
        let (go, gone) = mpsc::channel::<()>();
        let gone = Arc::new(std::sync::Mutex::new(gone));
        for _ in 0..MOST_LATE {
            let gone = gone.clone();
            let late = patience.ask(move || gone.lock().unwrap().recv().is_ok());
            assert_eq!(late, Err(Impatient::Deadline(deadline)));
        }
        assert_eq!(patience.clone().ask(|| ()), Err(Impatient::ManyLate));
        drop(go);
        let until = Instant::now() + Duration::from_secs(60);
        while patience.ask(|| ()) != Ok(()) {
            assert!(Instant::now() < until, "no place becomes free");
        }
        while patience.late.load(Ordering::Acquire) > 0 {
            assert!(Instant::now() < until, "a place remains taken");
        }
    }

    #[test]
    fn work_that_panics_is_no_answer_and_takes_no_place() {
        let patience = Patience::until(Duration::from_secs(60));
        let answer = patience.ask(|| panic!("of the test"));
        assert!(matches!(answer, Err::<(), _>(Impatient::Deadline(_))));
        assert_eq!(patience.late.load(Ordering::Acquire), 0);
    }
}
