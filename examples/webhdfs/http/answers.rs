//! Which answers of a connection are still on their way: asked of the service, and read by hyper to the end.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};

use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};

use super::Body;

/// Shared by a connection and its service, which run in one task.
#[derive(Default)]
pub struct Answers {
    asked: AtomicUsize,
    complete: AtomicUsize,
}

impl Answers {
    pub fn ask(&self) {
        self.asked.fetch_add(1, Relaxed);
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Relaxed)
    }

    pub fn complete(&self) -> usize {
        self.complete.load(Relaxed)
    }
}

/// The body of an answer, which is complete when hyper drops it.
pub struct Counted {
    pub body: Body,
    pub answers: Arc<Answers>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.answers.complete.fetch_add(1, Relaxed);
    }
}

impl HttpBody for Counted {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
