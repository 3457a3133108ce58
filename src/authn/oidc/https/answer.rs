//! An answer (RFC 9112), read as it comes: the head line by line, the body as the head says, no byte of it twice.

use std::io::{self, BufRead, BufReader, Read, Take};

use super::super::Fetched;
use super::super::key::MAX_KEY_SET;
use super::other;

/// Status line and headers.
const MAX_HEAD: usize = 16 * 1024;
const MAX_HEADERS: usize = 64;
/// The body with the sizes of its chunks, and more than any body without may have.
const MAX_CODED: usize = 2 * MAX_KEY_SET;

const TOO_LONG: &str = "the answer is too long";

/// Where a body ends (RFC 9112 §6.3).
enum Framing {
    Chunked,
    Length(usize),
    /// With the connection.
    Open,
}

pub(super) fn read(stream: impl Read) -> io::Result<Fetched> {
    let mut stream = BufReader::new(stream).take(MAX_HEAD as u64);
    let (mut fetched, framing) = head(&mut stream)?;
    stream.set_limit(MAX_CODED as u64);
    fetched.body = match framing {
        Framing::Chunked => chunks(&mut stream)?,
        Framing::Length(length) => {
            let mut body = Vec::new();
            exactly(&mut stream, length, &mut body)?;
            body
        }
        Framing::Open => open(&mut stream)?,
    };
    Ok(fetched)
}

fn head(stream: &mut Take<impl BufRead>) -> io::Result<(Fetched, Framing)> {
    let mut head = Vec::new();
    loop {
        let begin = head.len();
        line(stream, &mut head, "the head of the answer is too long")?;
        let is_end = matches!(head.get(begin..), Some(b"\r\n" | b"\n"));
        match (begin, is_end) {
            (0, true) => return Err(other("the answer does not begin with a status")),
            // So that what is no HTTP is not waited for.
            (0, false) | (_, true) => {}
            (_, false) => continue,
        }
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let status = response.parse(&head).map_err(io::Error::other)?;
        if status.is_complete() {
            return understood(&response);
        }
    }
}

fn understood(response: &httparse::Response<'_, '_>) -> io::Result<(Fetched, Framing)> {
    let status = response.code.unwrap_or_default();
    match status {
        200 => {}
        300..400 => {
            return Err(io::Error::other(format!(
                "status {status}; redirects are not followed"
            )));
        }
        _ => return Err(io::Error::other(format!("status {status}"))),
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
    let framing = match length {
        // Chunks count, whatever length is stated beside them.
        _ if chunked => Framing::Chunked,
        Some(text) => Framing::Length(self::length(text)?),
        None => Framing::Open,
    };
    Ok((fetched, framing))
}

fn length(text: &[u8]) -> io::Result<usize> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return Err(other("the length of the answer is no number"));
    }
    // So many digits that it is no number of ours any more are too long as well.
    let length = std::str::from_utf8(text)
        .ok()
        .and_then(|text| text.parse().ok());
    length
        .filter(|length| *length <= MAX_KEY_SET)
        .ok_or_else(too_long)
}

/// A body in chunks (RFC 9112 §7.1). What follows the last one are trailers, of which none is needed.
fn chunks(stream: &mut Take<impl BufRead>) -> io::Result<Vec<u8>> {
    let broken = || other("the answer has a broken chunk");
    let (mut body, mut text) = (Vec::new(), Vec::new());
    loop {
        text.clear();
        line(stream, &mut text, TOO_LONG)?;
        // httparse takes a line without a size for the last chunk.
        let sized = text.first().is_some_and(u8::is_ascii_hexdigit);
        let size = match httparse::parse_chunk_size(&text) {
            Ok(httparse::Status::Complete((_, size))) if sized => size,
            _ => return Err(broken()),
        };
        if size == 0 {
            return Ok(body);
        }
        let size = usize::try_from(size).ok();
        let size = size.filter(|size| *size <= MAX_KEY_SET - body.len());
        exactly(stream, size.ok_or_else(too_long)?, &mut body)?;
        text.clear();
        exactly(stream, 2, &mut text)?;
        if text != b"\r\n" {
            return Err(broken());
        }
    }
}

/// Everything until the connection ends.
fn open(stream: &mut Take<impl BufRead>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    stream
        .by_ref()
        .take(MAX_KEY_SET as u64 + 1)
        .read_to_end(&mut body)?;
    if body.len() > MAX_KEY_SET {
        return Err(too_long());
    }
    Ok(body)
}

/// Adds one line with its end.
fn line(
    stream: &mut Take<impl BufRead>,
    line: &mut Vec<u8>,
    too_long: &'static str,
) -> io::Result<()> {
    let read = stream.read_until(b'\n', line)?;
    match line.last() {
        // Nothing was read after a line that was there before.
        Some(b'\n') if read > 0 => Ok(()),
        _ if stream.limit() == 0 => Err(other(too_long)),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Adds so many bytes, and reads no more.
fn exactly(stream: &mut Take<impl BufRead>, count: usize, to: &mut Vec<u8>) -> io::Result<()> {
    let read = stream.by_ref().take(count as u64).read_to_end(to)?;
    match stream.limit() {
        _ if read == count => Ok(()),
        0 => Err(too_long()),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

fn too_long() -> io::Error {
    other(TOO_LONG)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// Gives at most so many bytes at a time, and an interruption before each of them.
    struct Pieces<'a> {
        rest: &'a [u8],
        size: usize,
        interrupted: bool,
    }

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.interrupted = !self.interrupted;
            if self.interrupted {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let size = self.size.min(buffer.len());
            self.rest.read(&mut buffer[..size])
        }
    }

    /// What is made of an answer, the same in pieces of every size.
    fn answered(answer: &[u8]) -> Result<Fetched, String> {
        let in_pieces_of = |size| {
            let interrupted = false;
            let rest = answer;
            read(Pieces {
                rest,
                size,
                interrupted,
            })
            .map_err(|error| error.to_string())
        };
        let whole = in_pieces_of(usize::MAX);
        for size in [1, 2, 3, 7, 100, 4096] {
            assert_eq!(in_pieces_of(size), whole, "pieces of {size}");
        }
        whole
    }

    /// The body of an answer of these headers, or what is wrong with it.
    fn body(head: &str, body: &str) -> Result<String, String> {
        let answer = format!("HTTP/1.1 200 OK\r\n{head}\r\n{body}");
        answered(answer.as_bytes()).map(|fetched| String::from_utf8(fetched.body).unwrap())
    }

    const CHUNKED: &str = "Transfer-Encoding: chunked\r\n";

    fn good(body: &str) -> Result<String, String> {
        Ok(body.to_owned())
    }

    fn bad(problem: &str) -> Result<String, String> {
        Err(problem.to_owned())
    }

    #[test]
    fn a_body_ends_where_the_head_says() {
        assert_eq!(body("Content-Length: 2\r\n", "{}more"), good("{}"));
        assert_eq!(body("CONTENT-LENGTH:0\r\n", "more"), good(""));
        assert_eq!(body("", "until the end"), good("until the end"));
        let chunks = "5\r\nhello\r\n1;x=\"y\"\r\n!\r\n00\r\nTrailer: x\r\n\r\nmore";
        assert_eq!(body(CHUNKED, chunks), good("hello!"));
        // RFC 9112 §6.3: chunks count, and not the length.
        let both = format!("Content-Length: 1\r\n{CHUNKED}");
        assert_eq!(
            body(&both, "a\r\n0123456789\r\n0\r\n\r\n"),
            good("0123456789")
        );
        // Old servers, and lines that end without a carriage return.
        let old = answered(b"HTTP/1.0 200 OK\nCACHE-control: max-age=60\n\n{}").unwrap();
        assert_eq!(
            old,
            Fetched {
                body: b"{}".to_vec(),
                max_age: Some(Duration::from_secs(60))
            }
        );
    }

    #[test]
    fn a_body_that_ends_before_its_end_is_an_error() {
        let chunks = "5\r\nhello\r\n1\r\n!\r\n0\r\n";
        for end in 0..chunks.len() {
            let cut = body(CHUNKED, &chunks[..end]);
            assert_eq!(cut, bad("unexpected end of file"), "{end}");
        }
        assert_eq!(body(CHUNKED, chunks), good("hello!"));
        assert_eq!(
            body("Content-Length: 3\r\n", "{}"),
            bad("unexpected end of file")
        );
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
        for end in 0..head.len() {
            let cut = answered(&head[..end]).unwrap_err();
            assert_eq!(cut, "unexpected end of file", "{end}");
        }
    }

    #[test]
    fn a_broken_chunk_is_an_error() {
        for chunks in [
            "2\r\n{}xx0\r\n\r\n",
            "2\r\n{}\r\n\r\n",
            "2\r\n{}\r\n;0\r\n\r\n",
            "2\r\n{}\r\n 0\r\n\r\n",
            "2\n{}\r\n0\r\n\r\n",
            "+2\r\n{}\r\n0\r\n\r\n",
            "0x2\r\n{}\r\n0\r\n\r\n",
            "00000000000000002\r\n{}\r\n0\r\n\r\n",
        ] {
            let read = body(CHUNKED, chunks);
            assert_eq!(read, bad("the answer has a broken chunk"), "{chunks:?}");
        }
    }

    #[test]
    fn nothing_is_longer_than_a_key_set() {
        let length = |head: &str, text: &str| body(head, text).map(|body| body.len());
        let most = " ".repeat(MAX_KEY_SET);
        let more = " ".repeat(MAX_KEY_SET + 1);
        let too_long = || Err("the answer is too long".to_owned());
        assert_eq!(length("", &most), Ok(MAX_KEY_SET));
        assert_eq!(length("", &more), too_long());
        assert_eq!(length("Content-Length: 262144\r\n", &most), Ok(MAX_KEY_SET));
        // Refused before any of it is read.
        for stated in ["262145", "99999999999999999999999"] {
            let head = format!("Content-Length: {stated}\r\n");
            assert_eq!(length(&head, ""), too_long());
        }
        for chunks in ["40001\r\n", "ffffffffffffffff\r\n", "1\r\n \r\n40000\r\n"] {
            assert_eq!(length(CHUNKED, chunks), too_long());
        }
        let chunks = |text: &str, count| text.repeat(count) + "0\r\n";
        let of_sixteen = chunks("10\r\n                \r\n", MAX_KEY_SET / 16);
        assert_eq!(length(CHUNKED, &of_sixteen), Ok(MAX_KEY_SET));
        // Sizes of chunks beyond reason, of a body that is none.
        assert_eq!(
            length(CHUNKED, &chunks("1\r\n \r\n", MAX_KEY_SET)),
            too_long()
        );
        assert_eq!(length(CHUNKED, &format!("1;{more}{more}")), too_long());
    }

    #[test]
    fn a_head_is_short_and_says_one_thing() {
        for (head, problem) in [
            (
                "Content-Length: 2\r\nContent-Length: 3\r\n",
                "the answer has two lengths",
            ),
            (
                "Content-Length: +2\r\n",
                "the length of the answer is no number",
            ),
            (
                "Content-Length: 2, 2\r\n",
                "the length of the answer is no number",
            ),
            (
                "Content-Length:\r\n",
                "the length of the answer is no number",
            ),
            (
                "Transfer-Encoding: gzip\r\n",
                "the answer has an unknown transfer encoding",
            ),
            (
                "Transfer-Encoding: gzip, chunked\r\n",
                "the answer has an unknown transfer encoding",
            ),
            (
                &CHUNKED.repeat(2),
                "the answer has an unknown transfer encoding",
            ),
            (
                "Content-Encoding: gzip\r\n",
                "the answer is compressed, which was not asked for",
            ),
            (
                &format!("x: {}\r\n", "x".repeat(17_000)),
                "the head of the answer is too long",
            ),
            (
                &format!("x: {}", "x".repeat(17_000)),
                "the head of the answer is too long",
            ),
            (&"x: y\r\n".repeat(65), "too many headers"),
        ] {
            assert_eq!(body(head, "{}"), bad(problem), "{head}");
        }
        assert_eq!(
            body("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"),
            good("{}")
        );
        assert_eq!(body(&"x: y\r\n".repeat(64), "{}"), good("{}"));
    }

    #[test]
    fn another_status_is_an_error_whatever_comes_with_it() {
        for (answer, problem) in [
            (
                &b"HTTP/1.1 302 Found\r\nLocation: https://x/\r\n\r\n"[..],
                "status 302; redirects are not followed",
            ),
            (b"HTTP/1.1 500 Sorry\r\n\r\n{}", "status 500"),
            (
                b"HTTP/1.1 206 Partial Content\r\nContent-Length: 2\r\n\r\n{}",
                "status 206",
            ),
            // Said at the first line, for there may be no other.
            (b"SSH-2.0-OpenSSH\r\n", "invalid HTTP version"),
        ] {
            assert_eq!(answered(answer).unwrap_err(), problem);
        }
    }
}
