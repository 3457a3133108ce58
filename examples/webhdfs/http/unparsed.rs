//! Gives a body to the answers that hyper makes by itself.
//!
//! hyper answers what it cannot parse (a request line over 64 KiB, a malformed `Content-Length`) with a bare 4xx before any
//! service is asked. Clients of WebHDFS expect a `RemoteException`. This wrapper round a connection counts the answers that
//! the service has made; a status line that the service did not make is hyper's own, and is replaced.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::RemoteException;

/// How much, and for how long, is read after a replaced answer, so that the client reads it rather than a reset.
const MAX_DRAINED: usize = 4 << 20;
const DRAIN: Duration = Duration::from_secs(2);

pub struct Unparsed<S> {
    stream: S,
    /// Answers that the service has made and hyper has not begun to write.
    answers: Arc<AtomicUsize>,
    replacement: Option<Replacement>,
}

struct Replacement {
    bytes: Vec<u8>,
    written: usize,
    drained: usize,
    deadline: Pin<Box<Sleep>>,
}

impl<S> Unparsed<S> {
    pub const fn new(stream: S, answers: Arc<AtomicUsize>) -> Self {
        Self {
            stream,
            answers,
            replacement: None,
        }
    }

    /// Looks whether a buffer begins an answer, and whether it is the service's.
    fn inspect(&mut self, buffer: &[u8]) {
        let status = buffer
            .strip_prefix(b"HTTP/1.")
            .and_then(|rest| rest.get(2..5));
        let Some(status) = status.and_then(|digits| std::str::from_utf8(digits).ok()) else {
            return; // somewhere within a body
        };
        if status.starts_with('1') {
            return; // 100 Continue, before the service's answer
        }
        let made = self
            .answers
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |answers| {
                answers.checked_sub(1)
            });
        if made.is_err() && status.starts_with('4') {
            self.replacement = Some(Replacement::of(status));
        }
    }
}

impl Replacement {
    fn of(status: &str) -> Self {
        let why = match status {
            "414" | "431" => {
                "Invalid value for webhdfs parameter \"query\": the request line or a header is too long"
            }
            _ => "malformed HTTP request line or header, such as Content-Length",
        };
        let body = RemoteException::illegal_argument(why.to_owned())
            .json()
            .to_string();
        let answer = format!(
            "HTTP/1.1 {status} Bad Request\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        Self {
            bytes: answer.into_bytes(),
            written: 0,
            drained: 0,
            deadline: Box::pin(sleep(DRAIN)),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Unparsed<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Unparsed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.replacement.is_none() {
            this.inspect(buffer);
        }
        let Some(replacement) = &mut this.replacement else {
            let written = ready!(Pin::new(&mut this.stream).poll_write(cx, buffer));
            return Poll::Ready(written);
        };
        while let Some(rest @ [_, ..]) = replacement.bytes.get(replacement.written..) {
            replacement.written += ready!(Pin::new(&mut this.stream).poll_write(cx, rest))?;
        }
        Poll::Ready(Ok(buffer.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
        let Some(replacement) = &mut this.replacement else {
            return Poll::Ready(Ok(()));
        };
        let mut scratch = [0; 16 * 1024];
        while replacement.drained < MAX_DRAINED
            && replacement.deadline.as_mut().poll(cx).is_pending()
        {
            let mut buffer = ReadBuf::new(&mut scratch);
            match ready!(Pin::new(&mut this.stream).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => {
                    replacement.drained += buffer.filled().len();
                }
                _ => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}
