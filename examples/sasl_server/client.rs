//! The client: logs in, sends lines, prints what comes back.

use std::error::Error;

use bailiwick::authn::framed;
use bailiwick::tls as library_tls;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::flags::Flags;
use crate::{mechanisms, tls};

const MAX_FRAME: usize = 1 << 20;

pub async fn run(flags: &Flags) -> Result<(), Box<dyn Error>> {
    let config = tls::client(flags)?;
    let socket = TcpStream::connect(flags.address)
        .await
        .map_err(|error| format!("--address {}: {error}", flags.address))?;
    socket.set_nodelay(true)?;
    match config {
        None => talk(flags, socket).await,
        Some(config) => {
            let name = ServerName::from(flags.address.ip());
            let stream = library_tls::connect(config, name, socket, flags.deadline).await?;
            talk(flags, stream).await
        }
    }
}

async fn talk(
    flags: &Flags,
    stream: impl AsyncRead + AsyncWrite + Unpin,
) -> Result<(), Box<dyn Error>> {
    let usable = mechanisms::usable(flags)?;
    let (name, exchange) = usable
        .choose(usable.names())
        .ok_or("--mechanism is missing")?;
    let mut connection = framed::connect(stream, name, exchange, flags.deadline).await?;
    eprintln!("logged in with {name}");
    // It may block: there is nothing else to do meanwhile.
    for line in std::io::stdin().lines() {
        connection.write_frame(line?.as_bytes()).await?;
        let frame = connection.read_frame(MAX_FRAME).await?;
        let frame = frame.ok_or("the server closed the connection")?;
        println!("{}", String::from_utf8_lossy(&frame));
    }
    Ok(connection.close().await?)
}
