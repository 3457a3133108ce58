//! A provider from npm that changes its keys, goes away and comes back, while the service runs.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use bailiwick::authn::AuthnError;
use bailiwick::authn::oidc::{Algorithm, Https, Jwks, Refresh};
use rustls::RootCertStore;
use serde_json::json;

use crate::forge::base64;
use crate::provider::{Provider, trusting};
use crate::{error, until, verify};

/// By demand only, as often as is asked.
const ON_DEMAND: Refresh = Refresh {
    shortest: Duration::from_secs(3600),
    longest: Duration::from_secs(3600),
    again: Duration::ZERO,
    stale: Duration::from_secs(24 * 3600),
    wait: Duration::from_secs(30),
};

#[test]
fn keys_are_replaced_while_the_service_runs() {
    let mut provider = Provider::start();
    let keys = provider.keys(ON_DEMAND);
    let bearer = provider.bearer(keys.clone());
    let old = provider.token("first");
    let login = verify(&bearer, &old).unwrap();
    assert_eq!(login.principal.name().as_str(), "alice");
    assert_eq!(login.principal.realm(), Some(provider.issuer.as_str()));
    assert_eq!(keys.status().generation, 1);

    // A second key beside the first: tokens of both are good.
    provider.say("generate ES256 second");
    let new = provider.token("second");
    verify(&bearer, &new).unwrap();
    verify(&bearer, &old).unwrap();
    assert_eq!(keys.status().generation, 2);

    // The first is withdrawn, which is seen at the next occasion, here another new key.
    provider.say("withdraw first");
    provider.say("generate EdDSA third");
    let third = provider.token("third");
    verify(&bearer, &third).unwrap();
    verify(&bearer, &new).unwrap();
    assert!(error(&bearer, &old).ends_with("failed: no key of the provider is the token's"));
    assert_eq!(keys.status().keys.len(), 2);
}

#[test]
fn a_withdrawn_key_ends_by_itself_at_the_next_refresh() {
    let mut provider = Provider::start();
    provider.say("cache max-age=0");
    let shortest = Duration::from_millis(50);
    let keys = provider.keys(Refresh {
        shortest,
        again: Duration::from_secs(3600),
        ..ON_DEMAND
    });
    let bearer = provider.bearer(keys.clone());
    let old = provider.token("first");
    verify(&bearer, &old).unwrap();
    provider.say("generate RS256 second");
    provider.say("withdraw first");
    until("the key ends", || verify(&bearer, &old).is_err());
    assert!(error(&bearer, &old).ends_with("failed: no key of the provider is the token's"));
    let new = provider.token("second");
    verify(&bearer, &new).unwrap();
}

#[test]
fn tokens_of_every_algorithm_of_the_provider_are_taken() {
    let mut provider = Provider::start();
    for algorithm in Algorithm::ALL {
        provider.say(&format!("generate {algorithm} of-{algorithm}"));
    }
    // Some that we do not speak.
    provider.say("generate ES512 es512");
    let keys = provider.keys(ON_DEMAND);
    let bearer = provider.bearer(keys.clone());
    for algorithm in Algorithm::ALL {
        let token = provider.token(&format!("of-{algorithm}"));
        verify(&bearer, &token).unwrap_or_else(|error| panic!("{algorithm}: {error}"));
    }
    let token = provider.token("es512");
    assert!(error(&bearer, &token).ends_with("the algorithm \"ES512\" is not spoken"));
    assert_eq!(
        *keys.status().passed_over,
        ["\"es512\": keys of type \"EC\" over \"P-521\" are not taken"]
    );
    for (changes, reason) in [
        (json!({"exp": 1}), "the token has expired"),
        (
            json!({"nbf": 9_000_000_000_u64}),
            "the token is not valid yet",
        ),
        (
            json!({"aud": "another"}),
            "the token is for another audience",
        ),
        (
            json!({"iss": "https://localhost"}),
            "the token is of the issuer \"https://localhost\"",
        ),
    ] {
        let token = provider.token_with("first", &changes);
        assert!(error(&bearer, &token).ends_with(reason), "{changes}");
    }
}

#[test]
fn a_provider_that_is_down_refuses_nobody_and_lets_nobody_in_for_ever() {
    let mut provider = Provider::start();
    let refresh = Refresh {
        longest: Duration::from_secs(1),
        again: Duration::from_millis(20),
        stale: Duration::from_secs(4),
        ..ON_DEMAND
    };
    let keys = provider.keys(refresh);
    let bearer = provider.bearer(keys.clone());
    let known = provider.token("first");
    verify(&bearer, &known).unwrap();
    provider.say("generate RS256 second");
    let unknown = provider.token("second");
    provider.say("down");
    until("attempts fail", || keys.status().failure.is_some());
    let last = keys.status().fetched_at.unwrap();

    let failed = verify(&bearer, &unknown).unwrap_err();
    assert!(failed.is_unavailable(), "{failed}");
    // The known key goes on, until the time is up.
    if last.elapsed().unwrap() < Duration::from_secs(3) {
        verify(&bearer, &known).unwrap();
    }
    until("the known key is too old", || {
        verify(&bearer, &known).is_err()
    });
    assert!(last.elapsed().unwrap() >= refresh.stale);
    let failed = verify(&bearer, &known).unwrap_err();
    assert!(failed.is_unavailable(), "{failed}");

    provider.say("up");
    until("the provider is back", || verify(&bearer, &unknown).is_ok());
    verify(&bearer, &known).unwrap();
    assert_eq!(keys.status().failure, None);
}

#[test]
fn strangers_cannot_have_the_provider_asked_without_end() {
    let mut provider = Provider::start();
    let again = Duration::from_millis(500);
    let bearer = provider.bearer(provider.keys(Refresh { again, ..ON_DEMAND }));
    let token = provider.token("first");
    verify(&bearer, &token).unwrap();
    assert_eq!(provider.requests(), 2);
    let payload = token.split('.').nth(1).unwrap();
    let start = Instant::now();
    let mut tried = 0;
    while start.elapsed() < 2 * again {
        let header = json!({"alg": "RS256", "kid": format!("stranger {tried}")}).to_string();
        let forged = format!("{}.{payload}.{}", base64(header), base64([7; 256]));
        let error = verify(&bearer, &forged).unwrap_err();
        assert!(matches!(error, AuthnError::Refused { .. }), "{error}");
        tried += 1;
    }
    // The document and the keys, once for each time that has passed.
    let allowed = 2 + 2 * (start.elapsed().as_millis() / again.as_millis() + 1);
    let requests = provider.requests();
    assert!(
        requests as u128 <= allowed,
        "{requests} requests for {tried} strangers"
    );
    println!("oidc: {tried} tokens of unknown keys, {requests} requests at the provider");
    verify(&bearer, &token).unwrap();
}

#[test]
fn a_provider_that_hangs_or_is_not_trusted_is_unavailable() {
    let mut provider = Provider::start();
    let token = provider.token("first");
    provider.say("hang on");
    let https = Https::new(provider.tls.clone()).timeout(Duration::from_millis(200));
    let said = https.get(&format!("{}/jwks", provider.issuer)).unwrap_err();
    assert!(said.ends_with("/jwks: no answer in time"), "{said}");
    let keys = Jwks::discovered(&provider.issuer, ON_DEMAND, move |url| https.get(url)).unwrap();
    let failed = verify(&provider.bearer(keys), &token).unwrap_err();
    assert!(
        failed.is_unavailable() && failed.to_string().ends_with("no answer in time"),
        "{failed}"
    );
    provider.say("hang off");

    let stranger = Https::new(trusting(RootCertStore::empty()));
    let keys = Jwks::discovered(&provider.issuer, ON_DEMAND, move |url| stranger.get(url)).unwrap();
    let failed = verify(&provider.bearer(keys), &token).unwrap_err();
    assert!(
        failed.is_unavailable() && failed.to_string().contains("UnknownIssuer"),
        "{failed}"
    );

    // The certificate is for localhost.
    let https = Https::new(provider.tls.clone());
    let by_address = provider.issuer.replace("localhost", "127.0.0.1");
    let said = https.get(&format!("{by_address}/jwks")).unwrap_err();
    assert!(said.contains("not valid for name"), "{said}");
    let said = https
        .get(&format!("{}/nowhere", provider.issuer))
        .unwrap_err();
    assert!(said.ends_with("/nowhere: status 404"), "{said}");
    let set = https.get(&format!("{}/jwks", provider.issuer)).unwrap();
    assert!(Jwks::fixed(&set.body).is_ok());
}

/// One answer of a server, without TLS, and what is made of it.
fn answered(answer: &'static [u8]) -> Result<(String, Option<Duration>), String> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut byte = [0];
        while !request.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            request.push(byte[0]);
        }
        // In pieces, so that each can be the last.
        for piece in answer.chunks(7) {
            if stream.write_all(piece).is_err() {
                break;
            }
        }
        String::from_utf8(request).unwrap()
    });
    let https = Https::new(trusting(RootCertStore::empty())).dangerously_allow_http_on_loopback();
    let fetched = https.get(&format!("http://127.0.0.1:{port}/keys?x=1"));
    let request = served.join().unwrap();
    assert_eq!(
        request,
        format!(
            "GET /keys?x=1 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\nConnection: close\r\n\r\n"
        )
    );
    match fetched {
        Ok(fetched) => Ok((String::from_utf8(fetched.body).unwrap(), fetched.max_age)),
        Err(error) => Err(error.split_once(": ").unwrap().1.to_owned()),
    }
}

#[test]
fn answers_are_read_as_http_says() {
    let good = |body: &str| Ok((body.to_owned(), None));
    let bad = |problem: &str| Err(problem.to_owned());
    assert_eq!(
        answered(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}more"),
        good("{}")
    );
    assert_eq!(
        answered(b"HTTP/1.1 200 OK\r\nCACHE-control: max-age=60\r\n\r\n{}"),
        Ok(("{}".to_owned(), Some(Duration::from_secs(60))))
    );
    assert_eq!(
        answered(b"HTTP/1.0 200 OK\r\n\r\nuntil the end"),
        good("until the end")
    );
    assert_eq!(answered(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n"), good("hello!"));
    assert_eq!(
        answered(b"HTTP/1.1 302 Found\r\nLocation: https://x/\r\n\r\n"),
        bad("status 302; redirects are not followed")
    );
    assert_eq!(answered(b"HTTP/1.1 500 Sorry\r\n\r\n{}"), bad("status 500"));
    assert_eq!(
        answered(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}"),
        bad("unexpected end of file")
    );
    assert_eq!(
        answered(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"),
        bad("unexpected end of file")
    );
    assert_eq!(
        answered(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}xx0\r\n\r\n"),
        bad("the answer has a broken chunk")
    );
    assert_eq!(
        answered(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}"),
        bad("the answer is too long")
    );
    assert_eq!(
        answered(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n{}"),
        bad("the answer has an unknown transfer encoding")
    );
    assert_eq!(
        answered(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n{}"),
        bad("the answer is compressed, which was not asked for")
    );
    assert_eq!(
        answered(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}}"),
        bad("the answer has two lengths")
    );
    assert_eq!(
        answered(b"HTTP/1.1 200 OK\r\nContent-Length: 262145\r\n\r\n"),
        bad("the answer is too long")
    );
    assert_eq!(
        answered(b"HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\n{}"),
        bad("the answer is too long")
    );
    assert!(answered(b"SSH-2.0-OpenSSH\r\n\r\n").is_err());
    let long = format!("HTTP/1.1 200 OK\r\n\r\n{}", " ".repeat(262_145));
    assert_eq!(
        answered(Box::leak(long.into_boxed_str()).as_bytes()),
        bad("the answer is too long")
    );
    let long = format!("HTTP/1.1 200 OK\r\nx: {}", "x".repeat(17_000));
    assert_eq!(
        answered(Box::leak(long.into_boxed_str()).as_bytes()),
        bad("the head of the answer is too long")
    );
}

#[test]
fn addresses_are_https_or_refused() {
    let plain = Https::new(trusting(RootCertStore::empty()));
    let loopback = plain.clone().dangerously_allow_http_on_loopback();
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
        let said = plain.get(url).unwrap_err();
        assert!(said.ends_with(problem), "{url}: {said}");
    }
    // An address of documentation (RFC 5737), which nothing is sent to.
    let said = loopback.get("http://192.0.2.1/").unwrap_err();
    assert!(
        said.ends_with("only https:// is fetched from other machines"),
        "{said}"
    );
}
