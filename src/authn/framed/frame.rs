//! One frame of the negotiation: a status, a length, a payload.

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use zeroize::Zeroizing;

use super::FramedError;
use super::deadline::Deadline;
use crate::authn::AuthnError;

/// `TSaslTransport.NegotiationStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Status {
    Start = 1,
    Ok = 2,
    Bad = 3,
    Error = 4,
    Complete = 5,
}

impl Status {
    const ALL: [Self; 5] = [
        Self::Start,
        Self::Ok,
        Self::Bad,
        Self::Error,
        Self::Complete,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Start => "START",
            Self::Ok => "OK",
            Self::Bad => "BAD",
            Self::Error => "ERROR",
            Self::Complete => "COMPLETE",
        }
    }
}

/// How much of a peer's last words is kept.
const MAX_TEXT: usize = 4096;

pub(super) struct Frame {
    pub(super) status: Status,
    /// Wiped when dropped, for it may hold a password.
    pub(super) payload: Zeroizing<Vec<u8>>,
}

impl Frame {
    /// Reads a frame with one of these statuses and a payload of at most so many bytes.
    pub(super) async fn read(
        stream: &mut (impl AsyncRead + Unpin),
        expected: &'static [Status],
        limit: usize,
    ) -> Result<Self, FramedError> {
        let byte = stream.read_u8().await?;
        let status = Status::ALL.into_iter().find(|status| *status as u8 == byte);
        match status {
            Some(status) if expected.contains(&status) => Ok(Self {
                status,
                payload: payload(stream, limit).await?,
            }),
            Some(status @ (Status::Bad | Status::Error)) => {
                let text = payload(stream, MAX_TEXT).await?;
                Err(FramedError::Peer {
                    failed: status == Status::Error,
                    text: readable(&text).to_owned(),
                })
            }
            other => Err(FramedError::Protocol {
                found: other.map_or_else(
                    || format!("the status {byte}"),
                    |status| status.name().to_owned(),
                ),
                expected: expected.first().map_or("nothing", |status| status.name()),
            }),
        }
    }

    pub(super) async fn write(
        stream: &mut (impl AsyncWrite + Unpin),
        frames: &[(Status, &[u8])],
    ) -> Result<(), FramedError> {
        // All in one piece of the right size: growing would leave copies of a password behind.
        let sizes = frames.iter().map(|(_, payload)| 5 + payload.len());
        let mut bytes = Zeroizing::new(Vec::with_capacity(sizes.sum()));
        for (status, payload) in frames {
            bytes.push(*status as u8);
            bytes.extend(length(payload)?);
            bytes.extend_from_slice(payload);
        }
        stream.write_all(&bytes).await?;
        Ok(stream.flush().await?)
    }
}

/// A text to be read by people. Anything else is not even printed: the messages of mechanisms hold control characters, and
/// one of them that comes here may hold a password.
fn readable(bytes: &[u8]) -> &str {
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    let text = std::str::from_utf8(bytes).ok();
    text.filter(|text| !text.contains(odd)).unwrap_or_default()
}

/// What the peer is told about a failure of this side, if it is its business: of a reason never more than the public text.
const fn last_words(error: &FramedError) -> Option<(Status, &'static str)> {
    match error {
        FramedError::Authn(error) if error.is_unavailable() => {
            Some((Status::Error, error.public()))
        }
        FramedError::Authn(error) => Some((Status::Bad, error.public())),
        FramedError::UnknownMechanism { .. } => Some((Status::Bad, AuthnError::FAILED)),
        FramedError::Protocol { .. } | FramedError::TooLong { .. } => {
            Some((Status::Error, AuthnError::FAILED))
        }
        _ => None,
    }
}

/// Tells the peer that this side has failed. Whether it hears that or not, it has.
pub(super) async fn give_up(
    stream: &mut (impl AsyncWrite + Unpin),
    error: &FramedError,
    end: Deadline,
) {
    if let Some((status, text)) = last_words(error) {
        let _ = end.within(say(stream, status, text)).await;
    }
}

/// Ends the negotiation, and the connection.
pub(super) async fn say(
    stream: &mut (impl AsyncWrite + Unpin),
    status: Status,
    text: &str,
) -> Result<(), FramedError> {
    Frame::write(stream, &[(status, text.as_bytes())]).await?;
    Ok(stream.shutdown().await?)
}

/// The four bytes of its length. Java reads them as a signed number.
pub(super) fn length(payload: &[u8]) -> Result<[u8; 4], FramedError> {
    let length = i32::try_from(payload.len()).map_err(|_| FramedError::TooLong {
        length: payload.len(),
        limit: usize::try_from(i32::MAX).unwrap_or(usize::MAX),
    })?;
    Ok(length.to_be_bytes())
}

/// Four bytes of length, and that many.
async fn payload(
    stream: &mut (impl AsyncRead + Unpin),
    limit: usize,
) -> Result<Zeroizing<Vec<u8>>, FramedError> {
    let first = [stream.read_u8().await?];
    rest(stream, first, limit).await
}

/// What follows the first byte of a length. Nothing is allocated before it is known that so much may come.
pub(super) async fn rest(
    stream: &mut (impl AsyncRead + Unpin),
    [first]: [u8; 1],
    limit: usize,
) -> Result<Zeroizing<Vec<u8>>, FramedError> {
    let mut length = [first, 0, 0, 0];
    let [_, others @ ..] = &mut length;
    stream.read_exact(others).await?;
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > limit {
        return Err(FramedError::TooLong { length, limit });
    }
    let mut payload = Zeroizing::new(vec![0; length]);
    stream.read_exact(&mut payload).await?;
    Ok(payload)
}
