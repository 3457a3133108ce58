//! How long a connection waits for its peer: one that stalls is dropped, one that still sends hears the answer first.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// The longest wait for a byte of a body, or for room to write one. Longer than the wait for headers.
const STALL: Duration = Duration::from_secs(60);
/// How long, and how much, is read from a peer after the last answer: closing with bytes unread would reset the connection,
/// and a client that is still sending would see the reset rather than the answer.
const LINGER: Duration = Duration::from_secs(2);
const MAX_DRAINED: usize = 4 << 20;

pub struct Patient<S> {
    stream: S,
    reading: Wait,
    writing: Wait,
    lingering: Option<Pin<Box<Sleep>>>,
    drained: usize,
}

impl<S> Patient<S> {
    pub const fn new(stream: S) -> Self {
        Self {
            stream,
            reading: Wait(None),
            writing: Wait(None),
            lingering: None,
            drained: 0,
        }
    }
}

/// The time since one direction made progress, while somebody waits for it.
struct Wait(Option<Pin<Box<Sleep>>>);

impl Wait {
    fn bound<T>(
        &mut self,
        cx: &mut Context<'_>,
        progress: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if progress.is_ready() {
            self.0 = None;
            return progress;
        }
        let limit = self.0.get_or_insert_with(|| Box::pin(sleep(STALL)));
        let expired = limit.as_mut().poll(cx);
        expired.map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let progress = Pin::new(&mut self.stream).poll_read(cx, buffer);
        self.reading.bound(cx, progress)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let progress = Pin::new(&mut self.stream).poll_write(cx, buffer);
        self.writing.bound(cx, progress)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let progress = Pin::new(&mut self.stream).poll_flush(cx);
        self.writing.bound(cx, progress)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.lingering.is_none() {
            let progress = Pin::new(&mut this.stream).poll_shutdown(cx);
            ready!(this.writing.bound(cx, progress))?;
        }
        let lingering = this
            .lingering
            .get_or_insert_with(|| Box::pin(sleep(LINGER)));
        let mut scratch = [0; 16 * 1024];
        while this.drained < MAX_DRAINED && lingering.as_mut().poll(cx).is_pending() {
            let mut buffer = ReadBuf::new(&mut scratch);
            match ready!(Pin::new(&mut this.stream).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => this.drained += buffer.filled().len(),
                _ => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}
