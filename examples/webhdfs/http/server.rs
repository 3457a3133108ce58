//! Connections: accept, shake hands, serve HTTP/1.1, with every wait and every count bounded.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bailiwick::tls::{self, PeerName, Reloader};
use bailiwick::tower::Peer;
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response, header};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::Body;
use super::answers::{Answers, Counted};
use super::patient::Patient;
use super::unparsed::{MAX_HEAD, Unparsed};

const MAX_CONNECTIONS: usize = 1024;
const HANDSHAKE: Duration = Duration::from_secs(10);
const HEADERS: Duration = Duration::from_secs(20);
/// The most of an unwanted body that is read so that the client listens to the answer.
const MAX_DRAINED: usize = 1 << 20;

/// A bound port, with TLS or without.
pub struct Listener {
    tcp: TcpListener,
    tls: Option<Reloader<ServerConfig>>,
    /// Where certificates name users, if anybody wants to know.
    names: Option<Arc<PeerName>>,
}

impl Listener {
    pub async fn bind(
        address: SocketAddr,
        tls: Option<Reloader<ServerConfig>>,
        names: Option<PeerName>,
    ) -> io::Result<Self> {
        let tcp = TcpListener::bind(address).await?;
        let names = names.map(Arc::new);
        Ok(Self { tcp, tls, names })
    }

    /// The address as a client writes it: `https://127.0.0.1:9871`.
    pub fn url(&self) -> io::Result<String> {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        Ok(format!("{scheme}://{}", self.tcp.local_addr()?))
    }

    /// Serves until the task is dropped. Nothing that a peer does ends it.
    pub async fn serve<H, F>(self, handler: H)
    where
        H: Fn(Request<Incoming>, SocketAddr) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Response<Body>> + Send + 'static,
    {
        let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        loop {
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else {
                return;
            };
            let Ok((tcp, peer)) = self.tcp.accept().await else {
                // Out of file descriptors, most likely; give others time to close some.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            // What was loaded last is for whoever comes next.
            let config = self.tls.as_ref().map(Reloader::current);
            let (handler, names) = (handler.clone(), self.names.clone());
            tokio::spawn(async move {
                connection(tcp, peer, config, names, handler).await;
                drop(slot);
            });
        }
    }
}

async fn connection<H, F>(
    tcp: TcpStream,
    peer: SocketAddr,
    config: Option<Arc<ServerConfig>>,
    names: Option<Arc<PeerName>>,
    handler: H,
) where
    H: Fn(Request<Incoming>, SocketAddr) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    // Small answers must not wait for the peer's acknowledgement of the one before.
    let _ = tcp.set_nodelay(true);
    match config {
        None => requests(tcp, peer, Peer::at(peer.ip()), handler).await,
        Some(config) => match tls::accept(config, tcp, HANDSHAKE).await {
            Ok(stream) => {
                let mut known = Peer::at(peer.ip());
                match names.map(|names| names.principal(stream.get_ref().1)) {
                    None => {}
                    Some(Ok(principal)) => known = known.with_certificate(principal),
                    Some(Err(error)) => eprintln!("{peer}: {error}"),
                }
                requests(stream, peer, known, handler).await;
            }
            Err(error) => eprintln!("TLS handshake with {peer} failed: {error}"),
        },
    }
}

async fn requests<S, H, F>(stream: S, peer: SocketAddr, known: Peer, handler: H)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: Fn(Request<Incoming>, SocketAddr) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let answers = Arc::new(Answers::default());
    let stream = Unparsed::new(Patient::new(stream), Arc::clone(&answers));
    let service = service_fn(move |mut request: Request<Incoming>| {
        answers.ask();
        request.extensions_mut().insert(known.clone());
        let answers = Arc::clone(&answers);
        let has_body = !request.body().is_end_stream();
        let answer = handler(request, peer);
        async move {
            let mut response = answer.await;
            let status = response.status();
            if has_body && (status.is_client_error() || status.is_server_error()) {
                // A refusal may leave the body unread, and then hyper closes: the client should know.
                let close = header::HeaderValue::from_static("close");
                response.headers_mut().insert(header::CONNECTION, close);
            }
            Ok::<_, Infallible>(response.map(|body| Counted { body, answers }))
        }
    });
    // A peer that breaks off is no news; one that cannot speak HTTP has been told so.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_buf_size(MAX_HEAD)
        .half_close(true)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// Reads away a body that the answer does not need. A client that waits for `100 Continue` sends none.
pub async fn drain(headers: &HeaderMap, mut body: Incoming) -> bool {
    if body.is_end_stream() {
        return true;
    }
    if headers.contains_key(header::EXPECT) {
        return false;
    }
    let mut left = MAX_DRAINED;
    let read = async {
        while let Some(Ok(frame)) = body.frame().await {
            left = left.saturating_sub(frame.data_ref().map_or(0, hyper::body::Bytes::len));
            if left == 0 {
                return false;
            }
        }
        true
    };
    timeout(HANDSHAKE, read).await.unwrap_or(false)
}
