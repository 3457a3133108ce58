//! Frames after the login.

use std::fmt;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::FramedError;
use super::frame::{length, rest};
use crate::authn::SecurityLayer;

/// By how much a wrapped message may be longer than what is in it. Kerberos needs less than 100 bytes.
const WRAPPING: usize = 256;

/// A stream after the login: frames both ways, protected as negotiated.
pub struct Connection<S> {
    stream: S,
    layer: Option<SecurityLayer>,
    server: Option<String>,
}

impl<S> Connection<S> {
    pub(super) const fn new(
        stream: S,
        layer: Option<SecurityLayer>,
        server: Option<String>,
    ) -> Self {
        Self {
            stream,
            layer,
            server,
        }
    }

    /// Who the server has proved to be, on the client's side and where the mechanism proves it.
    #[must_use]
    pub fn server(&self) -> Option<&str> {
        self.server.as_deref()
    }

    /// What protects the frames, if that was negotiated.
    #[must_use]
    pub const fn layer(&self) -> Option<&SecurityLayer> {
        self.layer.as_ref()
    }

    /// The stream itself: for its address, its certificates. What is read from it or written to it here is missing in the
    /// frames.
    #[must_use]
    pub const fn stream(&self) -> &S {
        &self.stream
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// The next frame, of at most `limit` bytes; none if the peer has ended the connection after the last one.
    ///
    /// Memory is taken once it is known how long a frame is. A future that is dropped may have taken a part of a frame with
    /// it: the connection is of no more use then, unless the part was none.
    ///
    /// # Errors
    /// [`FramedError`]; the connection is of no more use.
    pub async fn read_frame(&mut self, limit: usize) -> Result<Option<Vec<u8>>, FramedError> {
        let mut first = [0];
        if self.stream.read(&mut first).await? == 0 {
            return Ok(None);
        }
        let Some(layer) = &mut self.layer else {
            let mut frame = rest(&mut self.stream, first, limit).await?;
            return Ok(Some(std::mem::take(&mut *frame)));
        };
        let wrapped = rest(&mut self.stream, first, limit.saturating_add(WRAPPING)).await?;
        let frame = layer.unwrap(&wrapped)?;
        if frame.len() > limit {
            let length = frame.len();
            return Err(FramedError::TooLong { length, limit });
        }
        Ok(Some(frame))
    }

    /// Sends a frame, and has it on its way before it returns. Under a security layer it may be no longer than
    /// [`SecurityLayer::max_message`].
    ///
    /// # Errors
    /// [`FramedError`]. After [`LayerError::TooLong`](crate::authn::LayerError::TooLong) nothing was sent and the connection can go on.
    pub async fn write_frame(&mut self, frame: &[u8]) -> Result<(), FramedError> {
        match &mut self.layer {
            None => send(&mut self.stream, frame).await,
            Some(layer) => send(&mut self.stream, &layer.wrap(frame)?).await,
        }
    }

    /// Ends the connection, so that the peer knows that nothing was cut off.
    ///
    /// # Errors
    /// [`FramedError`].
    pub async fn close(mut self) -> Result<(), FramedError> {
        Ok(self.stream.shutdown().await?)
    }
}

/// In one piece: a length in a packet of its own costs as much as the frame.
async fn send(stream: &mut (impl AsyncWrite + Unpin), frame: &[u8]) -> Result<(), FramedError> {
    stream.write_all(&[&length(frame)?, frame].concat()).await?;
    Ok(stream.flush().await?)
}

impl<S> fmt::Debug for Connection<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("server", &self.server)
            .field("layer", &self.layer)
            .finish_non_exhaustive()
    }
}
