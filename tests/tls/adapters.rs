//! `accept` and `connect` over real sockets, with peers that do not behave.

use std::sync::Arc;
use std::time::Duration;

use bailiwick::tls::{
    ClientAuth, ClientContext, HandshakeError, Protocols, ServerContext, accept, connect,
    ring_provider,
};
use rustls::pki_types::ServerName;
use rustls::{AlertDescription, CertificateError, ClientConfig, Error, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt, ErrorKind};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use crate::made::Made;

/// For handshakes that should succeed.
const PATIENCE: Duration = Duration::from_secs(20);
/// For those that should not.
const SHORT: Duration = Duration::from_millis(300);

fn name() -> ServerName<'static> {
    ServerName::try_from("localhost").unwrap()
}

/// A server with these clients, and a client.
struct World {
    server: Arc<ServerConfig>,
    client: Arc<ClientConfig>,
    stranger: Arc<ClientConfig>,
}

impl World {
    fn new(protocols: Protocols, client_auth: bool) -> Self {
        let [us, them, stranger] =
            ["localhost", "client", "stranger"].map(|name| Made::new(&[name], None, |_| {}));
        let provider = ring_provider();
        let mut server = ServerContext::new(&us.identity(), &provider).protocols(protocols);
        if client_auth {
            server = server.client_auth(ClientAuth::Required(them.trust()));
        }
        let client = |made: &Made| {
            let context = ClientContext::new(&us.trust(), &provider);
            Arc::new(context.identity(&made.identity()).config().unwrap())
        };
        Self {
            server: Arc::new(server.config().unwrap()),
            client: client(&them),
            stranger: client(&stranger),
        }
    }
}

/// Both ends of a connection over loopback.
async fn sockets() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
    (client.unwrap(), accepted.unwrap().0)
}

#[tokio::test]
async fn bytes_go_both_ways_and_the_end_is_marked() {
    for protocols in [Protocols::Tls12, Protocols::Tls13] {
        let world = World::new(protocols, true);
        let (client, server) = sockets().await;
        let (client, server) = tokio::join!(
            connect(world.client, name(), client, PATIENCE),
            accept(world.server, server, PATIENCE)
        );
        let (mut client, mut server) = (client.unwrap(), server.unwrap());
        assert!(server.get_ref().1.peer_certificates().is_some());
        client.write_all(b"ping").await.unwrap();
        let mut word = [0; 4];
        server.read_exact(&mut word).await.unwrap();
        assert_eq!(&word, b"ping");
        server.write_all(b"pong").await.unwrap();
        server.shutdown().await.unwrap();
        let mut all = Vec::new();
        client.read_to_end(&mut all).await.unwrap();
        assert_eq!(all, b"pong");
        // The client goes without a word: what it sent may have been cut off.
        drop(client);
        let error = server.read(&mut word).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
    }
}

#[tokio::test]
async fn who_does_not_finish_is_left_when_the_deadline_has_passed() {
    tokio::time::timeout(PATIENCE, leave_the_unfinished())
        .await
        .expect("the deadline is not kept");
}

async fn leave_the_unfinished() {
    let World { server, client, .. } = World::new(Protocols::Both, false);
    let timed_out = |error: HandshakeError| {
        assert!(
            matches!(error, HandshakeError::TimedOut { deadline } if deadline == SHORT),
            "{error:?}"
        );
        assert_eq!(error.to_string(), "no handshake within 300ms");
    };

    // A client that never speaks. It sees the end of the connection.
    let (mut silent, socket) = sockets().await;
    timed_out(accept(server.clone(), socket, SHORT).await.unwrap_err());
    assert_eq!(silent.read(&mut [0; 1]).await.unwrap(), 0);

    // One that sends a byte of a long record now and then, and would go on for ten minutes.
    let (mut slow, socket) = sockets().await;
    let drip = tokio::spawn(async move {
        slow.write_all(&[22, 3, 1, 2, 0, 1, 0, 1, 252])
            .await
            .unwrap();
        let mut sent = 0;
        while slow.write_all(&[3]).await.is_ok() {
            sent += 1;
            sleep(Duration::from_millis(20)).await;
        }
        sent
    });
    timed_out(accept(server.clone(), socket, SHORT).await.unwrap_err());
    assert!(drip.await.unwrap() > 1);

    // A server that never speaks.
    let (socket, _silent) = sockets().await;
    timed_out(connect(client, name(), socket, SHORT).await.unwrap_err());

    // Dropped before the deadline, it lets the connection go at once.
    let (mut silent, socket) = sockets().await;
    let waiting = tokio::time::timeout(SHORT, accept(server, socket, PATIENCE * 100));
    assert!(waiting.await.is_err());
    assert_eq!(silent.read(&mut [0; 1]).await.unwrap(), 0);
}

#[tokio::test]
async fn one_that_does_not_speak_tls_is_told_apart() {
    let World { server, client, .. } = World::new(Protocols::Both, false);
    let (mut plain, socket) = sockets().await;
    plain
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let error = accept(server.clone(), socket, PATIENCE).await.unwrap_err();
    assert!(matches!(error, HandshakeError::NotTls), "{error:?}");
    assert_eq!(error.to_string(), "the peer does not speak TLS");

    let (socket, mut plain) = sockets().await;
    plain
        .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        .await
        .unwrap();
    let error = connect(client, name(), socket, PATIENCE).await.unwrap_err();
    assert!(matches!(error, HandshakeError::NotTls), "{error:?}");

    // One that goes away in the middle, and one that is refused by the operating system.
    let (mut gone, socket) = sockets().await;
    gone.write_all(&[22, 3, 1, 2, 0, 1]).await.unwrap();
    drop(gone);
    let error = accept(server.clone(), socket, PATIENCE).await.unwrap_err();
    assert!(matches!(error, HandshakeError::Closed), "{error:?}");
    let (reset, socket) = sockets().await;
    reset.set_zero_linger().unwrap();
    drop(reset);
    let error = accept(server, socket, PATIENCE).await.unwrap_err();
    assert!(
        matches!(&error, HandshakeError::Io(error) if error.kind() == ErrorKind::ConnectionReset),
        "{error:?}"
    );
}

#[tokio::test]
async fn each_side_learns_who_refused_whom_and_why() {
    // The server does not trust the client's certificate.
    for protocols in [Protocols::Tls12, Protocols::Tls13] {
        let world = World::new(protocols, true);
        let (client, server) = sockets().await;
        let (client, server) = tokio::join!(
            connect(world.stranger, name(), client, PATIENCE),
            accept(world.server, server, PATIENCE)
        );
        let error = server.unwrap_err();
        let unknown = CertificateError::UnknownIssuer;
        assert!(
            matches!(&error, HandshakeError::Certificate(Error::InvalidCertificate(reason)) if *reason == unknown),
            "{error:?}"
        );
        assert_eq!(
            error.to_string(),
            "the peer is refused: invalid peer certificate: UnknownIssuer"
        );
        let error = match (protocols, client) {
            (Protocols::Tls12, Err(error)) => error,
            // It has finished before, and reads the reason.
            (Protocols::Tls13, Ok(mut stream)) => {
                HandshakeError::from(stream.read(&mut [0; 1]).await.unwrap_err())
            }
            (_, client) => panic!("{client:?}"),
        };
        let expected = AlertDescription::UnknownCA;
        assert!(
            matches!(&error, HandshakeError::Alert(Error::AlertReceived(alert)) if *alert == expected),
            "{error:?}"
        );
        assert!(error.to_string().contains("UnknownCA"), "{error}");
    }

    // The client does not trust the server's, and has none of its own where one is asked for.
    let world = World::new(Protocols::Both, true);
    let other = World::new(Protocols::Both, false);
    let (client, server) = sockets().await;
    let (client, server) = tokio::join!(
        connect(other.client, name(), client, PATIENCE),
        accept(world.server.clone(), server, PATIENCE)
    );
    let (client, server) = (client.unwrap_err(), server.unwrap_err());
    assert!(
        matches!(client, HandshakeError::Certificate(_)),
        "{client:?}"
    );
    assert!(matches!(server, HandshakeError::Alert(_)), "{server:?}");
    assert!(server.to_string().contains("UnknownCA"), "{server}");

    let mut nobody = world.client.as_ref().clone();
    nobody.client_auth_cert_resolver = Arc::new(Nobody);
    let (client, server) = sockets().await;
    let (_client, server) = tokio::join!(
        connect(Arc::new(nobody), name(), client, PATIENCE),
        accept(world.server.clone(), server, PATIENCE)
    );
    let error = server.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the peer is refused: peer sent no certificates"
    );

    // No common protocol.
    let old = World::new(Protocols::Tls12, false);
    let (client, server) = sockets().await;
    let mut new = ClientContext::new(&Made::new(&["x"], None, |_| {}).trust(), &ring_provider());
    new = new.protocols(Protocols::Tls13);
    let (client, server) = tokio::join!(
        connect(Arc::new(new.config().unwrap()), name(), client, PATIENCE),
        accept(old.server, server, PATIENCE)
    );
    let (client, server) = (client.unwrap_err(), server.unwrap_err());
    assert!(matches!(server, HandshakeError::Tls(_)), "{server:?}");
    assert!(client.to_string().contains("ProtocolVersion"), "{client}");
}

/// A client without a certificate.
#[derive(Debug)]
struct Nobody;

impl rustls::client::ResolvesClientCert for Nobody {
    fn resolve(
        &self,
        _: &[&[u8]],
        _: &[rustls::SignatureScheme],
    ) -> Option<Arc<rustls::sign::CertifiedKey>> {
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}
