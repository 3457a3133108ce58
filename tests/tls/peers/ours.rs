//! Our end of a connection.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread::spawn;
use std::time::Duration;

use base64ct::{Base64, Encoding};
use rustls::pki_types::ServerName;
use rustls::{
    CertificateError, ClientConfig, ClientConnection, Connection, Error, HandshakeKind,
    ServerConfig, ServerConnection,
};

use super::{Facts, Outcome, alert_name};

const DEADLINE: Duration = Duration::from_secs(20);

/// Calls a server on this machine by this name.
pub(crate) fn call(config: &Arc<ClientConfig>, port: u16, host: &str) -> Outcome {
    let host = ServerName::try_from(host.to_owned()).unwrap();
    let connection = ClientConnection::new(config.clone(), host).unwrap();
    let socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    talk(&mut connection.into(), &socket)
}

/// Our server, and what comes of its connections.
pub(crate) struct Serving {
    pub(crate) port: u16,
    outcomes: Receiver<Outcome>,
    connections: usize,
}

/// One connection with each of these, one after the other.
pub(crate) fn serve(configs: Vec<Arc<ServerConfig>>) -> Serving {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = configs.len();
    let (sender, outcomes) = channel();
    spawn(move || {
        for config in configs {
            let (socket, _) = listener.accept().unwrap();
            let connection = ServerConnection::new(config).unwrap();
            let _ = sender.send(talk(&mut connection.into(), &socket));
        }
    });
    Serving {
        port,
        outcomes,
        connections,
    }
}

impl Serving {
    /// After the peer is done.
    pub(crate) fn outcomes(&self) -> Vec<Outcome> {
        let next = || {
            let outcome = self.outcomes.recv_timeout(DEADLINE);
            outcome.unwrap_or_else(|_| Err("nobody called".into()))
        };
        (0..self.connections).map(|_| next()).collect()
    }
}

/// Says hello and goodbye, and waits for a goodbye.
fn talk(connection: &mut Connection, mut socket: &TcpStream) -> Outcome {
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    socket.set_write_timeout(Some(DEADLINE)).unwrap();
    let (mut said, mut heard) = (false, Vec::new());
    loop {
        if !said && !connection.is_handshaking() {
            connection.writer().write_all(b"hello\n").unwrap();
            connection.send_close_notify();
            said = true;
        }
        // Who has refused us may have closed the connection already: its alert can be read all the same.
        while connection.wants_write() && connection.write_tls(&mut socket).is_ok() {}
        match connection.read_tls(&mut socket) {
            Ok(0) => return Err("closed without a word".into()),
            Ok(_) => {}
            Err(error) => return Err(format!("{:?}", error.kind())),
        }
        let closed = match connection.process_new_packets() {
            Ok(state) => state.peer_has_closed(),
            Err(error) => {
                while connection.wants_write() && connection.write_tls(&mut socket).is_ok() {}
                // What the other side still sends would reset the connection before it reads our alert.
                let _ = socket.shutdown(std::net::Shutdown::Write);
                let _ = socket.read_to_end(&mut Vec::new());
                return Err(reason(&error));
            }
        };
        let _ = connection.reader().read_to_end(&mut heard);
        if closed {
            return Ok(facts(connection, &heard));
        }
    }
}

fn facts(connection: &Connection, heard: &[u8]) -> Facts {
    let debug = |value: &dyn std::fmt::Debug| format!("{value:?}");
    Facts {
        version: debug(&connection.protocol_version().unwrap()).replace("TLSv1_", "TLSv1."),
        suite: debug(&connection.negotiated_cipher_suite().unwrap().suite())
            .replace("TLS13_", "TLS_"),
        alpn: connection
            .alpn_protocol()
            .map(|name| String::from_utf8(name.to_vec()).unwrap()),
        resumed: connection.handshake_kind() == Some(HandshakeKind::Resumed),
        peer: connection
            .peer_certificates()
            .map(|chain| Base64::encode_string(&chain[0])),
        heard: String::from_utf8_lossy(heard).trim().to_owned(),
    }
}

/// Why we refused, or by which alert we were refused.
pub(crate) fn reason(error: &Error) -> String {
    match error {
        Error::AlertReceived(alert) => format!("alert {}", alert_name(u8::from(*alert))),
        Error::InvalidCertificate(error) => match error {
            CertificateError::NotValidForNameContext { .. } => "NotValidForName".into(),
            CertificateError::ExpiredContext { .. } => "Expired".into(),
            CertificateError::NotValidYetContext { .. } => "NotValidYet".into(),
            CertificateError::InvalidPurposeContext { .. } => "InvalidPurpose".into(),
            CertificateError::ExpiredRevocationListContext { .. } => "ExpiredRevocationList".into(),
            error => format!("{error:?}"),
        },
        error => format!("{error:?}"),
    }
}
