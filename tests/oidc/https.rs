//! Single documents over HTTP, from servers that do as they like. How answers are read is tested beside the code.

use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;

use bailiwick::authn::oidc::Https;
use rustls::RootCertStore;

use crate::provider::trusting;

fn plain() -> Https {
    Https::new(trusting(RootCertStore::empty())).dangerously_allow_http_on_loopback()
}

/// A server of one connection: its address, and the request that it had.
fn server(answer: impl FnOnce(TcpStream) + Send + 'static) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let served = spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut byte = [0];
        while !request.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            request.push(byte[0]);
        }
        answer(stream);
        String::from_utf8(request).unwrap()
    });
    (address, served)
}

#[test]
fn a_document_is_asked_for_and_read_in_pieces() {
    let (address, served) = server(|mut stream| {
        stream.set_nodelay(true).unwrap();
        let answer = "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTransfer-Encoding: chunked\r\n\r\n\
                      1\r\n{\r\n1\r\n}\r\n0\r\n\r\n";
        for byte in answer.bytes() {
            stream.write_all(&[byte]).unwrap();
        }
        // The connection stays open, and nobody waits for its end.
        assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    });
    let fetched = plain().get(&format!("http://{address}/keys?x=1")).unwrap();
    assert_eq!(fetched.body, b"{}");
    assert_eq!(fetched.max_age, Some(Duration::from_secs(60)));
    assert_eq!(
        served.join().unwrap(),
        format!(
            "GET /keys?x=1 HTTP/1.1\r\nHost: {address}\r\nAccept: application/json\r\nConnection: close\r\n\r\n"
        )
    );
}

/// Its time is for all of the answer: each byte comes soon enough, and all of them within five seconds, with nothing wrong.
#[test]
fn a_server_that_drips_is_out_of_time() {
    let (address, served) = server(|mut stream| {
        let head = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n{{}}", "x".repeat(200));
        for byte in head.bytes() {
            match stream.write_all(&[byte]) {
                Ok(()) => sleep(Duration::from_millis(20)),
                Err(error) => {
                    let kind = error.kind();
                    assert!(
                        matches!(kind, ErrorKind::BrokenPipe | ErrorKind::ConnectionReset),
                        "{error}"
                    );
                    return;
                }
            }
        }
    });
    let url = format!("http://{address}/");
    let said = plain().timeout(Duration::from_secs(1)).get(&url);
    assert_eq!(said.unwrap_err(), format!("{url}: no answer in time"));
    served.join().unwrap();
}

#[test]
fn addresses_are_https_or_refused() {
    let https = Https::new(trusting(RootCertStore::empty()));
    for (url, problem) in [
        ("http://localhost:1/", "only https:// is fetched"),
        ("HTTPS://localhost/", "an address begins with https://"),
        ("file:///etc/passwd", "an address begins with https://"),
        (
            "https://a b/",
            "an address is of visible ASCII, without a fragment",
        ),
        (
            "https://a/\r\nX: y",
            "an address is of visible ASCII, without a fragment",
        ),
        (
            "https://a/#x",
            "an address is of visible ASCII, without a fragment",
        ),
        (
            "https://user@localhost/",
            "a host is a name or an IP address",
        ),
        ("https://a:b@localhost/", "a port is a number up to 65535"),
        ("https:///x", "a host is a name or an IP address"),
        ("https://a?x", "a host is a name or an IP address"),
        ("https://[::1/", "a host is a name or an IP address"),
        ("https://[x]/", "a host is a name or an IP address"),
        ("https://localhost:/", "a port is a number up to 65535"),
        ("https://localhost:+1/", "a port is a number up to 65535"),
        ("https://localhost:65536/", "a port is a number up to 65535"),
    ] {
        let said = https.get(url).unwrap_err();
        assert!(said.ends_with(problem), "{url}: {said}");
    }
    // An address of documentation (RFC 5737), which nothing is sent to.
    let said = plain().get("http://192.0.2.1/").unwrap_err();
    assert!(
        said.ends_with("only https:// is fetched from other machines"),
        "{said}"
    );
}
