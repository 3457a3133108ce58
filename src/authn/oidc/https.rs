//! GET over HTTPS, and no more of HTTP than a key set needs.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};

use super::Fetched;
use super::key::MAX_KEY_SET;

/// Status line and headers.
const MAX_HEAD: usize = 16 * 1024;
const MAX_HEADERS: usize = 64;
/// What chunks may take beside the body.
const MAX_ANSWER: usize = MAX_HEAD + 2 * MAX_KEY_SET;

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

    /// How long one document may take, without looking up the name of the host. Without this call, ten seconds.
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
        let places = (address.name(), address.port).to_socket_addrs()?;
        let until = Instant::now() + self.timeout.min(LONGEST);
        let mut failed = other("the host has no address");
        for place in places {
            if !address.tls && !place.ip().is_loopback() {
                failed = other("only https:// is fetched from other machines");
                continue;
            }
            match TcpStream::connect_timeout(&place, left(until)?) {
                Ok(stream) => return self.over(Timed { stream, until }, address),
                Err(error) => failed = error,
            }
        }
        Err(failed)
    }

    fn over(&self, stream: Timed, address: &Address<'_>) -> io::Result<Fetched> {
        stream.stream.set_nodelay(true)?;
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

fn other(problem: &'static str) -> io::Error {
    io::Error::other(problem)
}

fn left(until: Instant) -> io::Result<Duration> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(io::Error::new(io::ErrorKind::TimedOut, "no answer in time"));
    }
    Ok(left)
}

/// A stream of which all reads and writes together end at one time.
struct Timed {
    stream: TcpStream,
    until: Instant,
}

impl Timed {
    /// A socket says "would block" when its time is up.
    fn in_time<T>(result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => {
                io::Error::new(io::ErrorKind::TimedOut, "no answer in time")
            }
            _ => error,
        })
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(left(self.until)?))?;
        Self::in_time(self.stream.read(buffer))
    }
}

impl Write for Timed {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(left(self.until)?))?;
        Self::in_time(self.stream.write(buffer))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
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
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = stream.read(&mut buffer)?;
        answer.extend_from_slice(buffer.get(..read).unwrap_or_default());
        if let Some(fetched) = read_answer(&answer, read == 0)? {
            return Ok(fetched);
        }
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if answer.len() > MAX_ANSWER {
            return Err(other("the answer is too long"));
        }
    }
}

/// Reads an answer (RFC 9112), `None` if it is not all there.
fn read_answer(answer: &[u8], ended: bool) -> io::Result<Option<Fetched>> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    let head = match response.parse(answer).map_err(io::Error::other)? {
        httparse::Status::Complete(head) => head,
        httparse::Status::Partial if answer.len() > MAX_HEAD => {
            return Err(other("the head of the answer is too long"));
        }
        httparse::Status::Partial => return Ok(None),
    };
    match response.code {
        Some(200) => {}
        Some(code @ 300..400) => {
            return Err(io::Error::other(format!(
                "status {code}; redirects are not followed"
            )));
        }
        code => {
            return Err(io::Error::other(format!(
                "status {}",
                code.unwrap_or_default()
            )));
        }
    }
    let mut length: Option<&[u8]> = None;
    let mut chunked = false;
    let mut fetched = Fetched::default();
    for header in response.headers.iter() {
        if header.name.eq_ignore_ascii_case("content-length") {
            if length
                .replace(header.value)
                .is_some_and(|other| other != header.value)
            {
                return Err(other("the answer has two lengths"));
            }
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            if chunked || !header.value.eq_ignore_ascii_case(b"chunked") {
                return Err(other("the answer has an unknown transfer encoding"));
            }
            chunked = true;
        } else if header.name.eq_ignore_ascii_case("content-encoding") {
            return Err(other("the answer is compressed, which was not asked for"));
        } else if header.name.eq_ignore_ascii_case("cache-control") {
            let text = std::str::from_utf8(header.value).unwrap_or_default();
            fetched = fetched.cached_as(text);
        }
    }
    let body = answer.get(head..).unwrap_or_default();
    let body = if chunked {
        unchunked(body)?
    } else if let Some(length) = length {
        let length = std::str::from_utf8(length).ok();
        let length = length.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
        let length = length.and_then(|text| text.parse::<usize>().ok());
        let length = length.filter(|length| *length <= MAX_KEY_SET);
        let length = length.ok_or_else(|| other("the answer is too long"))?;
        body.get(..length).map(<[u8]>::to_vec)
    } else if body.len() > MAX_KEY_SET {
        return Err(other("the answer is too long"));
    } else {
        ended.then(|| body.to_vec())
    };
    Ok(body.map(|body| {
        fetched.body = body;
        fetched
    }))
}

/// A body in chunks (RFC 9112 §7.1), `None` if it is not all there.
fn unchunked(mut rest: &[u8]) -> io::Result<Option<Vec<u8>>> {
    let mut body = Vec::new();
    loop {
        let size =
            httparse::parse_chunk_size(rest).map_err(|_| other("the answer has a broken chunk"))?;
        let httparse::Status::Complete((head, size)) = size else {
            return Ok(None);
        };
        if size == 0 {
            // What follows are trailers, of which none is needed.
            return Ok(Some(body));
        }
        let size = usize::try_from(size)
            .ok()
            .filter(|size| *size <= MAX_KEY_SET - body.len());
        let size = size.ok_or_else(|| other("the answer is too long"))?;
        let Some((chunk, after)) = rest
            .get(head..)
            .and_then(|rest| rest.split_at_checked(size))
        else {
            return Ok(None);
        };
        body.extend_from_slice(chunk);
        rest = match after {
            [b'\r', b'\n', rest @ ..] => rest,
            [] | [b'\r'] => return Ok(None),
            _ => return Err(other("the answer has a broken chunk")),
        };
    }
}

/// An address of a document.
#[derive(Debug, PartialEq, Eq)]
struct Address<'a> {
    tls: bool,
    /// Host and port as they are written.
    authority: &'a str,
    host: &'a str,
    port: u16,
    path: &'a str,
}

impl<'a> Address<'a> {
    fn parse(url: &'a str) -> Result<Self, &'static str> {
        let (tls, rest) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return Err("an address begins with https://"),
        };
        if !rest
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'#')
        {
            return Err("an address is of visible ASCII, without a fragment");
        }
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at_checked(at).unwrap_or_default(),
            None => (rest, "/"),
        };
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (authority, None),
        };
        let port = match port {
            None => {
                if tls {
                    443
                } else {
                    80
                }
            }
            Some(port) => {
                let digits = port.bytes().all(|byte| byte.is_ascii_digit());
                let port = port.parse().ok().filter(|_| digits);
                port.ok_or("a port is a number up to 65535")?
            }
        };
        let bracketed = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let good = match bracketed {
            Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
            None => {
                let inside =
                    |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
                !host.is_empty() && host.bytes().all(inside)
            }
        };
        if !good {
            return Err("a host is a name or an IP address");
        }
        Ok(Self {
            tls,
            authority,
            host,
            port,
            path,
        })
    }

    /// The host without the brackets of an IPv6 address.
    fn name(&self) -> &'a str {
        self.host.trim_matches(['[', ']'])
    }
}
