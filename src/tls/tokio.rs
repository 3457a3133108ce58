//! Handshakes over the streams of tokio, with a deadline and with errors that say whose fault it was.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, Error, InvalidMessage, ServerConfig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_rustls::{TlsAcceptor, TlsConnector, client, server};

/// Why there was no handshake.
///
/// With TLS 1.3 a client has finished before the server has looked at its certificate: the refusal comes with the first
/// read. `HandshakeError::from` makes the same sense of that error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HandshakeError {
    /// The deadline passed. The peer is slow, silent, or does not speak TLS and waits for an answer.
    #[error("no handshake within {deadline:?}")]
    TimedOut {
        /// The time that was given.
        deadline: Duration,
    },
    /// The certificate of the peer is refused here, or there is none; the peer was told. The error says why.
    #[error("the peer is refused: {0}")]
    Certificate(Error),
    /// The peer refuses. The error names its alert (RFC 8446 §6.2): such as `BadCertificate` for a certificate of this
    /// side that it does not trust.
    #[error("the peer refuses: {0}")]
    Alert(Error),
    /// What came is not TLS.
    #[error("the peer does not speak TLS")]
    NotTls,
    /// The peer speaks TLS, but no common language was found, or it breaks the rules.
    #[error("no handshake is possible: {0}")]
    Tls(Error),
    /// The peer closed the connection without a word.
    #[error("the peer closed the connection during the handshake")]
    Closed,
    /// The connection failed.
    #[error("the connection failed during the handshake: {0}")]
    Io(io::Error),
}

impl From<io::Error> for HandshakeError {
    fn from(error: io::Error) -> Self {
        match error.downcast::<Error>() {
            Ok(error @ (Error::InvalidCertificate(_) | Error::NoCertificatesPresented)) => {
                Self::Certificate(error)
            }
            Ok(error @ Error::AlertReceived(_)) => Self::Alert(error),
            Ok(Error::InvalidMessage(InvalidMessage::InvalidContentType)) => Self::NotTls,
            Ok(error) => Self::Tls(error),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Self::Closed,
            Err(error) => Self::Io(error),
        }
    }
}

/// Answers a client: a server's handshake over any stream, usually one that was just accepted.
///
/// `deadline` is for all of the handshake, so a client that sends a byte now and then gains nothing by it: Flink's
/// `security.ssl.internal.handshake-timeout` (milliseconds; -1 is 10 s there). The connection is closed when it has
/// passed, and also if the future is dropped; nothing is left behind in the background. Run it in a task of its own, so
/// that a slow client does not keep others waiting.
///
/// End the stream with `shutdown()`, which sends `close_notify`, under a deadline of its own
/// (`security.ssl.internal.close-notify-flush-timeout`). A peer that does not is noticed: reading ends with
/// [`UnexpectedEof`](io::ErrorKind::UnexpectedEof), because what it has sent may have been cut off.
///
/// # Errors
/// [`HandshakeError`].
///
/// # Panics
/// As any use of tokio's clock: outside of a runtime, or in one without `enable_time`.
///
/// ```no_run
/// # use std::{sync::Arc, time::Duration};
/// # use bailiwick::tls;
/// # async fn serve(current: impl Fn() -> Arc<rustls::ServerConfig>) -> std::io::Result<()> {
/// let listener = tokio::net::TcpListener::bind("[::]:9999").await?;
/// loop {
///     let (socket, peer) = listener.accept().await?;
///     // What was loaded last is for whoever comes next.
///     let config = current();
///     tokio::spawn(async move {
///         match tls::accept(config, socket, Duration::from_secs(10)).await {
///             Ok(stream) => { /* serve it */ }
///             Err(error) => eprintln!("{peer}: {error}"),
///         }
///     });
/// }
/// # }
/// ```
pub async fn accept<S: AsyncRead + AsyncWrite + Unpin>(
    config: Arc<ServerConfig>,
    stream: S,
    deadline: Duration,
) -> Result<server::TlsStream<S>, HandshakeError> {
    within(deadline, TlsAcceptor::from(config).accept(stream)).await
}

/// Speaks to a server: a client's handshake over any stream, usually one that was just connected.
///
/// `name` is who was called, and what the certificate of the server has to say. For deadline and ending see [`accept`].
///
/// # Errors
/// [`HandshakeError`].
///
/// # Panics
/// As [`accept`].
pub async fn connect<S: AsyncRead + AsyncWrite + Unpin>(
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
    stream: S,
    deadline: Duration,
) -> Result<client::TlsStream<S>, HandshakeError> {
    within(deadline, TlsConnector::from(config).connect(name, stream)).await
}

async fn within<T>(
    deadline: Duration,
    handshake: impl Future<Output = io::Result<T>>,
) -> Result<T, HandshakeError> {
    match timeout(deadline, handshake).await {
        Ok(result) => result.map_err(HandshakeError::from),
        Err(_) => Err(HandshakeError::TimedOut { deadline }),
    }
}
