//! The server's side of a login.

use std::fmt;
use std::ops::ControlFlow;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};
use zeroize::Zeroizing;

use super::deadline::Deadline;
use super::frame::{Frame, Status, give_up, say};
use super::{Connection, FramedError, step};
use crate::authn::{AuthnError, Exchange, Limits, Login, Mechanisms};

/// The longest name of a mechanism (RFC 4422 §3.1).
const MAX_NAME: usize = 20;

/// Answers a client that logs in with one of these mechanisms, up to the point where the server has to decide.
///
/// `deadline` is for all of the login, so a client that sends a byte now and then gains nothing by it; the decision and
/// [`Pending::complete`] count. Before it is known who it is, a client takes no more memory than the
/// [`Limits`] of its exchange. Run it in a task of its own, so that a slow client does not keep others waiting.
///
/// A client that fails is told [`AuthnError::public`], and the connection is closed.
///
/// # Errors
/// [`FramedError`].
///
/// # Panics
/// Outside of a runtime of tokio, or in one without `enable_time`.
pub async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    mechanisms: &Mechanisms,
    deadline: Duration,
) -> Result<Pending<S>, FramedError> {
    let end = Deadline::new(deadline);
    let login = end.within(login(&mut stream, mechanisms)).await?;
    let (login, reply) = match login {
        Ok(login) => login,
        Err(error) => {
            give_up(&mut stream, &error, end).await;
            return Err(error);
        }
    };
    Ok(Pending {
        stream,
        login,
        reply,
        deadline: end,
    })
}

/// A client that has proved who it is and does not know yet whether it is let in: the moment to ask
/// [`Resolver::resolve`](crate::authz::Resolver::resolve) whether it may act for whom it wants to.
///
/// Dropping it closes the connection without a word.
#[must_use]
pub struct Pending<S> {
    stream: S,
    login: Login,
    reply: Zeroizing<Vec<u8>>,
    deadline: Deadline,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Pending<S> {
    /// Who it is, and for whom it wants to act.
    #[must_use]
    pub const fn login(&self) -> &Login {
        &self.login
    }

    /// Lets the client in.
    ///
    /// # Errors
    /// [`FramedError`], also if the time for the login is over.
    pub async fn complete(mut self) -> Result<Connection<S>, FramedError> {
        let complete = [(Status::Complete, self.reply.as_slice())];
        let sent = Frame::write(&mut self.stream, &complete);
        self.deadline.within(sent).await??;
        Ok(Connection::new(self.stream, self.login.layer, None))
    }

    /// Turns the client away. It reads `text`, so that must not help anybody guess; upstream tells what a refused
    /// impersonation was about.
    ///
    /// # Errors
    /// [`FramedError`] if it could not be told.
    pub async fn refuse(mut self, text: &str) -> Result<(), FramedError> {
        let told = say(&mut self.stream, Status::Bad, text);
        self.deadline.within(told).await?
    }

    /// Tells the client to try again later: what has to be asked about it does not answer.
    ///
    /// # Errors
    /// [`FramedError`] if it could not be told.
    pub async fn unavailable(mut self) -> Result<(), FramedError> {
        let told = say(&mut self.stream, Status::Error, AuthnError::UNAVAILABLE);
        self.deadline.within(told).await?
    }
}

impl<S> fmt::Debug for Pending<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending")
            .field("login", &self.login)
            .finish_non_exhaustive()
    }
}

async fn login<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    mechanisms: &Mechanisms,
) -> Result<(Login, Zeroizing<Vec<u8>>), FramedError> {
    let start = Frame::read(stream, &[Status::Start], MAX_NAME).await?;
    let name = mechanism(&start.payload)?;
    let exchange = mechanisms.begin(&name);
    let limits = exchange.as_ref().map(Exchange::limits);
    // It has sent its first message along with the name. What is left unread when the connection is closed could take our
    // answer with it.
    let mut frame = read(stream, limits.unwrap_or_default()).await?;
    let mut exchange = exchange.ok_or(FramedError::UnknownMechanism { name })?;
    loop {
        let (stepped, reply) = step(exchange, frame.payload).await?;
        match stepped {
            ControlFlow::Break(login) => return Ok((login, reply)),
            ControlFlow::Continue(next) => exchange = next,
        }
        Frame::write(stream, &[(Status::Ok, &reply)]).await?;
        frame = read(stream, exchange.limits()).await?;
    }
}

/// A name that can be one. Anything else is not even printed: it may be a message that came too early, with a password.
fn mechanism(name: &[u8]) -> Result<String, FramedError> {
    let may_be = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    match std::str::from_utf8(name) {
        Ok(name) if !name.is_empty() && name.bytes().all(may_be) => Ok(name.to_owned()),
        _ => Err(FramedError::Protocol {
            found: "START without a name".to_owned(),
            expected: "the name of a mechanism",
        }),
    }
}

/// The next message of the client: `COMPLETE` says that it is its last.
async fn read(stream: &mut (impl AsyncRead + Unpin), limits: Limits) -> Result<Frame, FramedError> {
    Frame::read(stream, &[Status::Ok, Status::Complete], limits.input).await
}
