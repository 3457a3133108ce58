//! Gives a body to the answers that hyper makes by itself.
//!
//! hyper answers what it cannot parse (a request line over 64 KiB, a malformed `Content-Length`) with a bare 4xx before any
//! service is asked. Clients of WebHDFS expect a `RemoteException`. This wrapper round a connection knows which answers were
//! asked of the service; what hyper writes when all of them have been sent is its own, and is replaced.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use hyper::StatusCode;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::RemoteException;
use super::answers::Answers;

/// The most that hyper keeps of a request line with its headers.
pub const MAX_HEAD: usize = 128 * 1024;
/// The longest request target that hyper's `Uri` holds.
const MAX_TARGET: u16 = u16::MAX - 1;

pub struct Unparsed<S> {
    stream: S,
    answers: Arc<Answers>,
    /// How many of the answers have left hyper's buffers.
    sent: usize,
    /// What is left to write of the answer that replaces hyper's.
    replacement: Option<Vec<u8>>,
}

impl<S> Unparsed<S> {
    pub const fn new(stream: S, answers: Arc<Answers>) -> Self {
        Self {
            stream,
            answers,
            sent: 0,
            replacement: None,
        }
    }
}

/// hyper's answer, told as an exception.
fn replacement(answer: &[u8]) -> Option<Vec<u8>> {
    let status = StatusCode::from_bytes(answer.strip_prefix(b"HTTP/1.1 ")?.get(..3)?).ok()?;
    let why = match status {
        StatusCode::URI_TOO_LONG => format!(
            "Invalid value for webhdfs parameter \"query\": the request line is longer than {MAX_TARGET} bytes"
        ),
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE => format!(
            "Invalid value for webhdfs parameter \"query\", or for a header: together they are longer than {MAX_HEAD} bytes or too many"
        ),
        _ => "malformed HTTP request line or header, such as Content-Length".to_owned(),
    };
    let body = RemoteException::illegal_argument(why).json().to_string();
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    Some(answer.into_bytes())
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

impl<S: AsyncWrite + Unpin> AsyncWrite for Unparsed<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        if this.replacement.is_none() && this.answers.asked() == this.sent {
            this.replacement = replacement(buffer);
        }
        let Some(rest) = &mut this.replacement else {
            return Pin::new(&mut this.stream).poll_write(cx, buffer);
        };
        while !rest.is_empty() {
            let written = ready!(Pin::new(&mut this.stream).poll_write(cx, rest))?;
            rest.drain(..written);
        }
        Poll::Ready(Ok(buffer.len()))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        // hyper flushes when its own buffers are empty, so what is complete is sent.
        self.sent = self.answers.complete();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
