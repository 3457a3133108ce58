//! The client's side of a login.

use std::ops::ControlFlow;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use zeroize::Zeroizing;

use super::deadline::Deadline;
use super::frame::{Frame, Status, give_up};
use super::{Connection, FramedError, step};
use crate::authn::{AuthnError, Connected, Exchange};

/// Logs in at a server with the mechanism of that name, such as one that
/// [`Mechanisms::choose`](crate::authn::Mechanisms::choose) gives: a server of this protocol does not tell what it offers.
///
/// `deadline` is for all of the login. The server has let this client in when it returns.
///
/// # Errors
/// [`FramedError`]; [`FramedError::Peer`] if the server refuses.
///
/// # Panics
/// As [`accept`](super::accept).
pub async fn connect<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    mechanism: &str,
    exchange: Exchange<Connected>,
    deadline: Duration,
) -> Result<Connection<S>, FramedError> {
    let end = Deadline::new(deadline);
    match end.within(login(&mut stream, mechanism, exchange)).await? {
        Ok(connected) => Ok(Connection::new(stream, connected.layer, connected.server)),
        Err(error) => {
            give_up(&mut stream, &error, end).await;
            Err(error)
        }
    }
}

async fn login<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    mechanism: &str,
    exchange: Exchange<Connected>,
) -> Result<Connected, FramedError> {
    let (mut stepped, mut reply) = step(exchange, Zeroizing::default()).await?;
    let mut start = Some((Status::Start, mechanism.as_bytes()));
    loop {
        let (status, limit) = match &stepped {
            ControlFlow::Continue(next) => (Status::Ok, next.limits().input),
            // Nothing is left to say.
            ControlFlow::Break(_) => (Status::Complete, 0),
        };
        let frames = start.take().into_iter().chain([(status, reply.as_slice())]);
        Frame::write(stream, &frames.collect::<Vec<_>>()).await?;
        let expected: &'static [Status] = match status {
            Status::Complete => &[Status::Complete],
            _ => &[Status::Ok, Status::Complete],
        };
        let frame = Frame::read(stream, expected, limit).await?;
        let next = match stepped {
            ControlFlow::Break(connected) => return Ok(connected),
            ControlFlow::Continue(next) => next,
        };
        (stepped, reply) = step(next, frame.payload).await?;
        if frame.status == Status::Complete {
            // What the server has proved counts when this side has seen all of it.
            return match stepped {
                ControlFlow::Break(connected) if reply.is_empty() => Ok(connected),
                _ => Err(unfinished().into()),
            };
        }
    }
}

const fn unfinished() -> AuthnError {
    AuthnError::Malformed {
        mechanism: "SASL",
        reason: std::borrow::Cow::Borrowed("the server ends it before its time"),
    }
}
