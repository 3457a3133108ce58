//! The time that a whole login has.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::FramedError;

/// As good as never, and no instant overflows by it.
const FAR: Duration = Duration::from_secs(30 * 365 * 24 * 3600);

#[derive(Clone, Copy)]
pub(super) struct Deadline {
    given: Duration,
    end: Instant,
}

impl Deadline {
    pub(super) fn new(given: Duration) -> Self {
        let end = Instant::now() + given.min(FAR);
        Self { given, end }
    }

    pub(super) async fn within<T>(self, work: impl Future<Output = T>) -> Result<T, FramedError> {
        let deadline = self.given;
        let timed_out = FramedError::TimedOut { deadline };
        // What is ready at once would be taken without a look at the clock.
        if Instant::now() >= self.end {
            return Err(timed_out);
        }
        timeout_at(self.end, work).await.map_err(|_| timed_out)
    }
}
