//! What the TLS tests need around the library: real tools, two ends of a connection, certificates made to measure.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, ServerConfig, ServerConnection, Stream};

/// The output of a program, or a failure that says what to install.
pub(crate) fn output(command: &mut Command) -> Output {
    let program = command.get_program().to_string_lossy().into_owned();
    command
        .output()
        .unwrap_or_else(|error| panic!("{}", missing(&program, &error)))
}

pub(crate) fn missing(program: &str, error: &std::io::Error) -> String {
    let package = match program {
        "java" | "keytool" => "openjdk-17-jdk-headless",
        other => other,
    };
    match error.kind() {
        ErrorKind::NotFound => format!("`{program}` is not installed: apt-get install {package}"),
        _ => format!("`{program}`: {error}"),
    }
}

/// Runs a script in a folder and returns what it printed. With `jks`, keytool is told to write the old format.
pub(crate) fn shell(folder: &Path, script: &str, jks: bool) -> String {
    // The shell would only say 127.
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        output(Command::new("keytool").arg("-help"));
        output(Command::new("openssl").arg("version"));
    });
    let store_type = if jks { "-storetype JKS" } else { "" };
    let script = format!(
        "keytool() {{ command keytool \"$@\" {store_type} -J-XX:TieredStopAtLevel=1; }}\n{script}"
    );
    let output = output(
        Command::new("bash")
            .args(["-euc", &script])
            .current_dir(folder),
    );
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{script}\n{errors}{}",
        String::from_utf8_lossy(&output.stdout)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// A server on a loopback port that answers every connection, until the test ends.
pub(crate) fn serve(config: ServerConfig) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = Arc::new(config);
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            socket
                .set_read_timeout(Some(Duration::from_secs(20)))
                .unwrap();
            let mut connection = ServerConnection::new(config.clone()).unwrap();
            let mut stream = Stream::new(&mut connection, &mut socket);
            // A refused client shows up as an error here: the client reports it.
            if matches!(stream.read(&mut [0; 1024]), Ok(1..)) {
                let _ = stream.write_all(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi");
                connection.send_close_notify();
                let _ = connection.write_tls(&mut socket);
            }
        }
    });
    port
}

/// A handshake in memory: what the client and what the server thinks of it.
pub(crate) fn handshake(
    client: &ClientConfig,
    server: &ServerConfig,
    name: &str,
) -> (Result<(), rustls::Error>, Result<(), rustls::Error>) {
    let ((_, client), (_, server)) = meet(client, server, name);
    (client, server)
}

/// One end of a connection, and what it thinks of it.
type End<C> = (C, Result<(), rustls::Error>);

/// The two ends of a handshake in memory.
pub(crate) fn meet(
    client: &ClientConfig,
    server: &ServerConfig,
    name: &str,
) -> (End<ClientConnection>, End<ServerConnection>) {
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut client = ClientConnection::new(Arc::new(client.clone()), name).unwrap();
    let mut server = ServerConnection::new(Arc::new(server.clone())).unwrap();
    let (mut client_result, mut server_result) = (Ok(()), Ok(()));
    while client.wants_write() || server.wants_write() {
        let mut wire = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut wire).unwrap();
        }
        let mut wire = wire.as_slice();
        while server_result.is_ok() && !wire.is_empty() {
            server.read_tls(&mut wire).unwrap();
            server_result = server.process_new_packets().map(drop);
        }
        let mut wire = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut wire).unwrap();
        }
        let mut wire = wire.as_slice();
        while client_result.is_ok() && !wire.is_empty() {
            client.read_tls(&mut wire).unwrap();
            client_result = client.process_new_packets().map(drop);
        }
    }
    ((client, client_result), (server, server_result))
}
