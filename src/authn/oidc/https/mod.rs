//! GET over HTTPS, and no more of HTTP than a key set needs.

mod address;
mod answer;
mod connection;

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::Fetched;
use address::Address;
use connection::{Timed, first_of};

/// Longer times to wait are taken for this, so that no date overflows.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// Gets documents of a provider over HTTPS, for [`Jwks`](super::Jwks). Blocks.
///
/// It trusts whom the given configuration trusts, follows no redirect, reads no environment, uses no proxy and keeps no
/// connection. A document is at most 256 KiB long. For anything else, write a function of your own.
#[derive(Clone)]
pub struct Https {
    tls: Arc<dyn Fn() -> Arc<ClientConfig> + Send + Sync>,
    timeout: Duration,
    loopback: bool,
}

impl Https {
    /// With that configuration, such as one of [`tls::ClientContext`](crate::tls::ClientContext). It must not offer other
    /// protocols than HTTP/1.1.
    #[must_use]
    pub fn new(tls: Arc<ClientConfig>) -> Self {
        Self::following(move || tls.clone())
    }

    /// With the configuration that the function then gives: [`Reloader::current`](crate::tls::Reloader::current).
    #[must_use]
    pub fn following(tls: impl Fn() -> Arc<ClientConfig> + Send + Sync + 'static) -> Self {
        Self {
            tls: Arc::new(tls),
            timeout: Duration::from_secs(10),
            loopback: false,
        }
    }

    /// How long one document may take, without looking up the name of the host. Without this call, ten seconds. If the host
    /// has several addresses, each may take an equal share of what is left to connect.
    #[must_use]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Takes `http://` where the host is this machine. Whoever can open a port here can then make keys, and with them
    /// everybody's tokens.
    #[must_use]
    pub const fn dangerously_allow_http_on_loopback(mut self) -> Self {
        self.loopback = true;
        self
    }

    /// Gets what is at an address.
    ///
    /// # Errors
    ///
    /// A text for the log that begins with the address: it is not one of those that are allowed, there is no answer in
    /// time, it is not 200, or it is too long.
    pub fn get(&self, url: &str) -> Result<Fetched, String> {
        let address = Address::parse(url).map_err(|problem| format!("{url:?}: {problem}"))?;
        self.get_from(&address)
            .map_err(|error| format!("{url}: {error}"))
    }

    fn get_from(&self, address: &Address<'_>) -> io::Result<Fetched> {
        if !address.tls && !self.loopback {
            return Err(other("only https:// is fetched"));
        }
        let mut places: Vec<_> = (address.name(), address.port).to_socket_addrs()?.collect();
        if !address.tls {
            places.retain(|place| place.ip().is_loopback());
            if places.is_empty() {
                return Err(other("only https:// is fetched from other machines"));
            }
        }
        let until = Instant::now() + self.timeout.min(LONGEST);
        let stream = first_of(&places, until, TcpStream::connect_timeout)?;
        stream.set_nodelay(true)?;
        let stream = Timed::new(stream, until);
        if !address.tls {
            return exchange(stream, address);
        }
        let name = ServerName::try_from(address.name().to_owned()).map_err(io::Error::other)?;
        let tls = ClientConnection::new((self.tls)(), name).map_err(io::Error::other)?;
        exchange(StreamOwned::new(tls, stream), address)
    }
}

impl fmt::Debug for Https {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Https")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

fn exchange(mut stream: impl Read + Write, address: &Address<'_>) -> io::Result<Fetched> {
    let Address {
        authority, path, ..
    } = address;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {authority}\r\nAccept: application/json\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    stream.flush()?;
    answer::read(stream)
}

fn other(problem: &'static str) -> io::Error {
    io::Error::other(problem)
}
