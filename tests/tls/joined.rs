//! What two ends agreed on: in memory, over a socket, and JSSE's word for it.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::SupportedKxGroup;
use rustls::pki_types::ServerName;
use rustls::{
    ClientConfig, ClientConnection, Error, HandshakeKind, NamedGroup, ProtocolVersion,
    ServerConfig, ServerConnection, Stream,
};

use crate::folder::Folder;
use crate::tools::missing;

/// What a handshake came to.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Joined {
    /// Protocol, cipher suite and application protocol in JSSE's words.
    pub(crate) words: String,
    pub(crate) kind: HandshakeKind,
    pub(crate) group: Option<NamedGroup>,
    /// How many certificates the server has of the client.
    pub(crate) client_chain: usize,
}

impl Joined {
    fn new(client: &ClientConnection, client_chain: usize) -> Self {
        let protocol = match client.protocol_version().unwrap() {
            ProtocolVersion::TLSv1_2 => "TLSv1.2",
            ProtocolVersion::TLSv1_3 => "TLSv1.3",
            other => panic!("{other:?}"),
        };
        let suite = format!("{:?}", client.negotiated_cipher_suite().unwrap().suite());
        let suite = suite.replace("TLS13_", "TLS_");
        let alpn = client.alpn_protocol().unwrap_or(b"-");
        let alpn = String::from_utf8_lossy(alpn);
        Self {
            words: format!("{protocol} {suite} {alpn}"),
            kind: client.handshake_kind().unwrap(),
            group: client
                .negotiated_key_exchange_group()
                .map(SupportedKxGroup::name),
            client_chain,
        }
    }
}

/// A handshake in memory, with the tickets of TLS 1.3 delivered. The error is that of the side that found it.
pub(crate) fn join(
    client: &Arc<ClientConfig>,
    server: &Arc<ServerConfig>,
    name: &str,
) -> Result<Joined, Error> {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut client = ClientConnection::new(client.clone(), name)?;
    let mut server = ServerConnection::new(server.clone())?;
    loop {
        let mut wire = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut wire).unwrap();
        }
        let mut read = wire.as_slice();
        while !read.is_empty() {
            server.read_tls(&mut read).unwrap();
            server.process_new_packets()?;
        }
        let mut answer = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut answer).unwrap();
        }
        if wire.is_empty() && answer.is_empty() {
            break;
        }
        let mut read = answer.as_slice();
        while !read.is_empty() {
            client.read_tls(&mut read).unwrap();
            client.process_new_packets()?;
        }
    }
    assert!(!client.is_handshaking() && !server.is_handshaking());
    assert_eq!(client.handshake_kind(), server.handshake_kind());
    let chain = server.peer_certificates().map_or(0, <[_]>::len);
    Ok(Joined::new(&client, chain))
}

/// Calls a server on a loopback port and waits for its answer.
pub(crate) fn call(client: &Arc<ClientConfig>, port: u16) -> Result<Joined, Error> {
    let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    socket.set_nodelay(true).unwrap();
    let patience = Some(Duration::from_secs(20));
    socket.set_read_timeout(patience).unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut connection = ClientConnection::new(client.clone(), name)?;
    let mut stream = Stream::new(&mut connection, &mut socket);
    let answer = stream
        .write_all(b"ping")
        .and_then(|()| stream.read_exact(&mut [0]));
    match answer {
        Ok(()) => Ok(Joined::new(&connection, 0)),
        // A JSSE without any protocol left closes the connection without an alert.
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            Err(Error::General("closed".to_owned()))
        }
        Err(error) => Err(error
            .downcast::<Error>()
            .unwrap_or_else(|error| panic!("no TLS error: {error}"))),
    }
}

/// A JVM that answers questions, see `Negotiation.java`.
pub(crate) struct Jsse {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Jsse {
    /// With the self-signed pair in the folder.
    pub(crate) fn new(folder: &Folder, options: &[String]) -> Self {
        let java = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/java/Negotiation.java");
        let mut command = Command::new("java");
        command
            .args(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"])
            .args(options)
            .arg(java)
            .args([&folder.text("keystore.jks"), "keypass"])
            .args([&folder.text("truststore.jks"), "trustpass"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let child = command.spawn();
        let mut child = child.unwrap_or_else(|error| panic!("{}", missing("java", &error)));
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self { child, answers }
    }

    pub(crate) fn ask(&mut self, question: &str) -> String {
        writeln!(self.child.stdin.as_ref().unwrap(), "{question}").unwrap();
        let mut answer = String::new();
        self.answers.read_line(&mut answer).unwrap();
        assert!(answer.ends_with('\n'), "no answer to {question}");
        answer.trim_end().to_owned()
    }

    pub(crate) fn serve(&mut self, rest: &str) -> u16 {
        self.ask(&format!("serve {rest}")).parse().unwrap()
    }
}

impl Drop for Jsse {
    /// Ends the JVM by ending its input.
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}
