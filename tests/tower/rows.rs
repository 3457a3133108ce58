//! Requests in a row each: header and query, and the status, the headers and the extensions that come of it.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bailiwick::authn::Exchange;
use bailiwick::identity::{Mechanism, Principal, UserName};
use bailiwick::tower::{ActAs, Authenticate, Peer, Reason, Scheme};
use base64ct::{Base64, Encoding};
use http::{HeaderName, Request, Response, StatusCode};
use tower::{Layer, ServiceExt, service_fn};

use crate::{Recorder, Ticket, policy, resolver, seen};

fn ticket(_: &Peer) -> Exchange<bailiwick::authn::Login> {
    Exchange::new(Ticket)
}

fn all() -> Vec<Scheme> {
    vec![
        Scheme::negotiate(ticket),
        Scheme::bearer("files", ticket),
        Scheme::basic("files", |_| {
            Exchange::new(Recorder(Arc::new(Mutex::new(Vec::new()))))
        }),
    ]
}

struct Answer {
    status: u16,
    body: String,
    challenges: Vec<String>,
    retry_after: Option<String>,
    headers: http::HeaderMap,
}

fn ask(layer: &Authenticate<String>, request: Request<()>) -> Answer {
    let service = layer.layer(service_fn(async |request: Request<()>| {
        let authorization = request.headers().get_all("authorization").iter();
        assert!(
            authorization
                .into_iter()
                .all(http::HeaderValue::is_sensitive)
        );
        Ok::<_, Infallible>(Response::new(seen(request.extensions())))
    }));
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let response = runtime.unwrap().block_on(service.oneshot(request)).unwrap();
    let text = |value: &http::HeaderValue| value.to_str().unwrap().to_owned();
    let headers = response.headers().clone();
    Answer {
        status: response.status().as_u16(),
        challenges: headers
            .get_all("www-authenticate")
            .iter()
            .map(text)
            .collect(),
        retry_after: headers.get("retry-after").map(text),
        headers,
        body: response.into_body(),
    }
}

/// A request from 127.0.0.1 with these fields of `Authorization`.
fn request(uri: &str, authorization: &[&str]) -> Request<()> {
    let address: IpAddr = [127, 0, 0, 1].into();
    let mut request = Request::get(uri).extension(Peer::at(address));
    for field in authorization {
        request = request.header("authorization", *field);
    }
    request.body(()).unwrap()
}

fn b64(text: &str) -> String {
    Base64::encode_string(text.as_bytes())
}

const CHALLENGES: [&str; 3] = [
    "Negotiate",
    "Bearer realm=\"files\"",
    "Basic realm=\"files\", charset=\"UTF-8\"",
];
const BEARER_REFUSED: [&str; 3] = [
    "Negotiate",
    "Bearer realm=\"files\", error=\"invalid_token\"",
    "Basic realm=\"files\", charset=\"UTF-8\"",
];

#[test]
fn authorization_is_read_strictly_and_decides_alone() {
    let layer = Authenticate::new(all());
    let negotiate = |token: &str| format!("Negotiate {}", b64(token));
    let long = "a".repeat(100_000);
    let rows: &[(&[&str], u16, &str, &[&str])] = &[
        (&[], 401, "", &CHALLENGES),
        // Negotiate: the decoded token in, the last token out.
        (
            &[&negotiate("mutual-alice")],
            200,
            "alice by KERBEROS",
            &[&negotiate("I am the server")],
        ),
        (&[&negotiate("plain-alice")], 200, "alice by KERBEROS", &[]),
        (
            &[&negotiate("later-plain-bob")],
            200,
            "bob by KERBEROS",
            &[],
        ),
        (
            &[&negotiate("later-later-plain-bob")],
            200,
            "bob by KERBEROS",
            &[],
        ),
        (
            &[&format!("nEGOTIATE   {}", b64("plain-bob"))],
            200,
            "bob by KERBEROS",
            &[],
        ),
        (&[&negotiate("wrong")], 401, "", &CHALLENGES),
        (&[&negotiate("later-wrong")], 401, "", &CHALLENGES),
        (&[&negotiate("odd")], 401, "", &CHALLENGES),
        (&[&negotiate("down")], 503, "", &[]),
        (&[&negotiate("later-down")], 503, "", &[]),
        // Another round cannot be had.
        (
            &[&negotiate("again")],
            401,
            "",
            &[&negotiate("and you?"), CHALLENGES[1], CHALLENGES[2]],
        ),
        (
            &[&negotiate("later-again")],
            401,
            "",
            &[&negotiate("and you?"), CHALLENGES[1], CHALLENGES[2]],
        ),
        // Bearer: the raw token, which need not be base64; only a refused token is said to be invalid.
        (&["Bearer plain-alice"], 200, "alice by KERBEROS", &[]),
        (
            &["bearer mutual-a.b_c~d"],
            200,
            "a.b_c~d by KERBEROS",
            &["Bearer SSBhbSB0aGUgc2VydmVy"],
        ),
        (&["Bearer wrong"], 401, "", &BEARER_REFUSED),
        (&["Bearer a b"], 401, "", &BEARER_REFUSED),
        (&["Bearer a,b"], 401, "", &BEARER_REFUSED),
        (&["Bearer"], 401, "", &BEARER_REFUSED),
        (&["Bearer  "], 401, "", &BEARER_REFUSED),
        (&["Bearer ==="], 401, "", &BEARER_REFUSED),
        (&["Bearer a=b"], 401, "", &BEARER_REFUSED),
        (&["Bearer down"], 503, "", &[]),
        (&[&format!("Bearer {long}")], 401, "", &BEARER_REFUSED),
        // Strict base64: padded, canonical, one alphabet.
        (&["Negotiate cGxhaW4tYWxpY2U"], 401, "", &CHALLENGES),
        (&["Negotiate cGxhaW4tYWxpY2V="], 401, "", &CHALLENGES),
        (&["Negotiate cGxh~W4tYWxpY2U="], 401, "", &CHALLENGES),
        (&["Negotiate cGxhaW4t YWxpY2U="], 401, "", &CHALLENGES),
        (&["Negotiate"], 401, "", &CHALLENGES),
        (&["Negotiate\tcGxhaW4tYWxpY2U="], 401, "", &CHALLENGES),
        (&["Basic YWxpY2U="], 401, "", &CHALLENGES),
        (&["Basic YWxpY2U6cHcA"], 401, "", &CHALLENGES),
        (&["Basic YWxpY2U6cHc="], 200, "alice by CUSTOM", &[]),
        // What is not offered, and what is there twice.
        (&["Digest username=\"alice\""], 401, "", &CHALLENGES),
        (&[""], 401, "", &CHALLENGES),
        (
            &["Bearer plain-alice", "Bearer plain-alice"],
            401,
            "",
            &CHALLENGES,
        ),
        (&["Bearer plain-\u{fc}"], 401, "", &CHALLENGES),
    ];
    for (authorization, status, body, challenges) in rows {
        let answer = ask(&layer, request("/", authorization));
        let row = authorization.concat();
        let row = row.get(..40).unwrap_or(&row);
        assert_eq!((answer.status, &*answer.body), (*status, *body), "{row}");
        assert_eq!(answer.challenges, *challenges, "{row}");
        let retry = (*status == 503).then(|| "1".to_owned());
        assert_eq!(answer.retry_after, retry, "{row}");
    }
}

#[test]
fn basic_becomes_a_message_of_plain() {
    for (basic, message) in [
        ("alice:pw", &b"\0alice\0pw"[..]),
        ("alice:p:w:", b"\0alice\0p:w:"),
        ("alice:", b"\0alice\0"),
        (":pw", b"\0\0pw"),
        ("ä:ö", "\0ä\0ö".as_bytes()),
    ] {
        let input = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&input);
        let layer = Authenticate::new([Scheme::basic("x", move |_| {
            Exchange::new(Recorder(Arc::clone(&record)))
        })]);
        let answer = ask(&layer, request("/", &[&format!("Basic {}", b64(basic))]));
        assert_eq!(answer.status, 200);
        assert_eq!(*input.lock().unwrap(), message, "{basic}");
    }
}

/// A list of schemes, a request from somebody with or without a certificate, and who it is.
type Unsent = (
    Vec<Scheme>,
    bool,
    &'static str,
    &'static [&'static str],
    u16,
    &'static str,
);

#[test]
fn what_a_request_holds_anyway_counts_where_nothing_is_sent() {
    let name = || Scheme::trusted_name("user.name");
    let rows: [Unsent; 20] = [
        (
            vec![name()],
            false,
            "/?user.name=bob",
            &[],
            200,
            "bob by SIMPLE",
        ),
        (
            vec![name()],
            false,
            "/?op=x&USER%2Ename=b%6Fb",
            &[],
            200,
            "bob by SIMPLE",
        ),
        (
            vec![name()],
            false,
            "/?user.name=bob",
            &["Digest x"],
            200,
            "bob by SIMPLE",
        ),
        (vec![name()], false, "/", &[], 401, ""),
        (vec![name()], true, "/", &[], 401, ""),
        (vec![name()], false, "/?user.name=", &[], 401, ""),
        (vec![name()], false, "/?user.name=a:b", &[], 401, ""),
        (
            vec![name()],
            false,
            "/?user.name=a&user.name=a",
            &[],
            400,
            "",
        ),
        (vec![name()], false, "/?user.name=%FF", &[], 400, ""),
        (
            vec![Scheme::unnamed()],
            false,
            "/?user.name=bob",
            &[],
            200,
            " by NOSASL",
        ),
        (
            vec![Scheme::unnamed()],
            true,
            "/",
            &["Basic x"],
            200,
            " by NOSASL",
        ),
        (
            vec![Scheme::certificate()],
            true,
            "/?user.name=bob",
            &[],
            200,
            "carol by CERTIFICATE",
        ),
        (
            vec![Scheme::certificate()],
            false,
            "/?user.name=bob",
            &[],
            401,
            "",
        ),
        (
            vec![Scheme::certificate(), name()],
            true,
            "/?user.name=bob",
            &[],
            200,
            "carol by CERTIFICATE",
        ),
        (
            vec![Scheme::certificate(), name()],
            false,
            "/?user.name=bob",
            &[],
            200,
            "bob by SIMPLE",
        ),
        (
            vec![name(), Scheme::certificate()],
            true,
            "/?user.name=bob",
            &[],
            200,
            "bob by SIMPLE",
        ),
        (
            vec![Scheme::certificate(), Scheme::bearer("x", ticket)],
            true,
            "/",
            &["Bearer plain-dave"],
            200,
            "dave by KERBEROS",
        ),
        (
            vec![Scheme::certificate(), Scheme::bearer("x", ticket)],
            true,
            "/",
            &["Bearer wrong"],
            401,
            "",
        ),
        (
            vec![Scheme::bearer("x", ticket), Scheme::unnamed()],
            true,
            "/",
            &["Basic eDp5"],
            401,
            "",
        ),
        (
            vec![],
            true,
            "/?user.name=bob",
            &["Bearer plain-dave"],
            401,
            "",
        ),
    ];
    for (schemes, certificate, uri, authorization, status, body) in rows {
        let layer = Authenticate::new(schemes);
        let row = format!("{layer:?} {certificate} {uri} {authorization:?}");
        let mut request = request(uri, authorization);
        if certificate {
            let carol = UserName::new("carol").unwrap();
            let carol = Principal::asserted(carol, Mechanism::Certificate);
            let peer: &mut Peer = request.extensions_mut().get_mut().unwrap();
            *peer = peer.clone().with_certificate(carol);
        }
        let answer = ask(&layer, request);
        assert_eq!((answer.status, &*answer.body), (status, body), "{row}");
    }
}

/// A layer, where it is asked, the token, `x-act-as`; the status and what is said.
type Acting<'a> = (
    &'a Authenticate<String>,
    &'a str,
    &'a str,
    &'a [&'a str],
    u16,
    &'a str,
);

#[test]
fn somebody_acts_for_somebody_where_rules_and_place_agree() {
    let resolving = Authenticate::new(all()).resolve(resolver(), policy());
    let query = resolving.clone().act_as(ActAs::Query("doas".into()));
    let header = resolving
        .clone()
        .act_as(ActAs::Header(HeaderName::from_static("x-act-as")));
    let unresolved = Authenticate::new(all());
    let refused = "User: yarn is not allowed to impersonate bob";
    let rows: &[Acting<'_>] = &[
        (&query, "/", "plain-yarn", &[], 200, "yarn by KERBEROS in 1"),
        (
            &query,
            "/?doas=alice",
            "plain-yarn",
            &[],
            200,
            "alice via yarn by KERBEROS in 1",
        ),
        (
            &query,
            "/?doAs=alice",
            "plain-yarn",
            &[],
            200,
            "alice via yarn by KERBEROS in 1",
        ),
        (
            &query,
            "/?doas=yarn",
            "plain-yarn",
            &[],
            200,
            "yarn by KERBEROS in 1",
        ),
        (&query, "/?doas=bob", "plain-yarn", &[], 403, refused),
        (
            &query,
            "/?doas=hdfs",
            "plain-yarn",
            &[],
            403,
            "User: yarn is not allowed to impersonate hdfs",
        ),
        (
            &query,
            "/?doas=alice",
            "plain-bob",
            &[],
            403,
            "User: bob is not allowed to impersonate alice",
        ),
        (
            &query,
            "/?doas=lost",
            "plain-yarn",
            &[],
            503,
            "groups are unavailable",
        ),
        (
            &query,
            "/",
            "plain-lost",
            &[],
            503,
            "groups are unavailable",
        ),
        (
            &query,
            "/?doas=",
            "plain-yarn",
            &[],
            400,
            "doas: user name is empty",
        ),
        (
            &query,
            "/?doas=alice&doas=bob",
            "plain-yarn",
            &[],
            400,
            "doas: it is given twice",
        ),
        (
            &query,
            "/?doas=a:b",
            "plain-yarn",
            &[],
            400,
            "doas: user name \"a:b\" holds ':' at byte 1",
        ),
        // By the exchange, by both, and by neither place that counts.
        (
            &query,
            "/",
            "for-alice",
            &[],
            200,
            "alice via yarn by KERBEROS in 1",
        ),
        (
            &query,
            "/?doas=alice",
            "for-alice",
            &[],
            200,
            "alice via yarn by KERBEROS in 1",
        ),
        (
            &query,
            "/?doas=lost",
            "for-alice",
            &[],
            400,
            "doas: the login says another user to act as",
        ),
        (&query, "/", "for-bob", &[], 403, refused),
        (
            &query,
            "/",
            "plain-yarn",
            &["alice"],
            200,
            "yarn by KERBEROS in 1",
        ),
        (
            &header,
            "/?doas=alice",
            "plain-yarn",
            &[],
            200,
            "yarn by KERBEROS in 1",
        ),
        (
            &header,
            "/",
            "plain-yarn",
            &["alice"],
            200,
            "alice via yarn by KERBEROS in 1",
        ),
        (&header, "/", "plain-yarn", &["bob"], 403, refused),
        (
            &header,
            "/",
            "plain-yarn",
            &["alice", "alice"],
            400,
            "x-act-as: it is given twice",
        ),
        (
            &resolving,
            "/?doas=alice",
            "plain-yarn",
            &["alice"],
            200,
            "yarn by KERBEROS in 1",
        ),
        // A layer that resolves nobody lets nobody act for anybody.
        (
            &unresolved,
            "/?doas=alice",
            "plain-yarn",
            &[],
            200,
            "yarn by KERBEROS",
        ),
        (&unresolved, "/", "for-yarn", &[], 200, "yarn by KERBEROS"),
        (
            &unresolved,
            "/",
            "for-alice",
            &[],
            403,
            "yarn cannot act as alice: no impersonation is configured",
        ),
    ];
    for (layer, uri, token, act_as, status, says) in rows {
        let layer = (*layer).clone().answer(|rejection, parts| {
            rejection
                .response::<String>(parts)
                .map(|_| rejection.message().into())
        });
        let mut request = request(uri, &[&format!("Bearer {token}")]);
        for name in *act_as {
            request
                .headers_mut()
                .append("x-act-as", name.parse().unwrap());
        }
        let answer = ask(&layer, request);
        let row = format!("{uri} {token} {act_as:?}");
        assert_eq!((answer.status, &*answer.body), (*status, *says), "{row}");
        assert!(answer.challenges.is_empty(), "{row}");
        assert_eq!(answer.retry_after.is_some(), *status == 503, "{row}");
    }
}

#[test]
fn hosts_are_compared_with_where_the_connection_comes_from() {
    let layer = Authenticate::new(all())
        .act_as(ActAs::Query("doas".into()))
        .resolve(resolver(), policy());
    let ask_from = |layer: &Authenticate<String>, peer: Option<&str>| {
        let mut request = request("/?doas=alice", &["Bearer plain-yarn"]);
        request
            .headers_mut()
            .insert("x-forwarded-for", "127.0.0.1".parse().unwrap());
        match peer {
            Some(peer) => request
                .extensions_mut()
                .insert(Peer::at(peer.parse().unwrap())),
            None => request.extensions_mut().remove::<Peer>(),
        };
        ask(layer, request).status
    };
    let mapped = Peer::at("::ffff:127.0.0.1".parse().unwrap()).address();
    assert_eq!(mapped, Some([127, 0, 0, 1].into()));
    assert_eq!(ask_from(&layer, Some("127.0.0.1")), 200);
    assert_eq!(ask_from(&layer, Some("::ffff:127.0.0.1")), 200);
    assert_eq!(ask_from(&layer, Some("127.0.0.2")), 403);
    assert_eq!(ask_from(&layer, Some("::1")), 403);
    assert_eq!(ask_from(&layer, None), 403);
    // Found where another server puts it.
    let found = layer.peer(|_| Peer::at([127, 0, 0, 1].into()));
    assert_eq!(ask_from(&found, None), 200);
}

#[test]
fn the_server_proves_itself_in_a_refusal_too() {
    let layer = Authenticate::new(all())
        .act_as(ActAs::Query("doas".into()))
        .resolve(resolver(), policy());
    let token = format!("Negotiate {}", b64("mutual-yarn"));
    for (uri, status) in [
        ("/?doas=bob", 403),
        ("/?doas=lost", 503),
        ("/?doas=a:b", 400),
    ] {
        let answer = ask(&layer, request(uri, &[&token]));
        assert_eq!(answer.status, status);
        let proof = format!("Negotiate {}", b64("I am the server"));
        assert_eq!(answer.challenges, [proof], "{uri}");
    }
}

#[test]
fn the_service_says_how_a_rejection_looks_and_hears_all_of_it() {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let ears = Arc::clone(&heard);
    let layer = Authenticate::new(all())
        .act_as(ActAs::Query("doas".into()))
        .resolve(resolver(), policy())
        .retry_after(Duration::from_secs(30))
        .observe(move |rejection, parts| {
            let who = rejection.principal().map(|who| who.name().to_string());
            let target = rejection.act_as().map(ToString::to_string);
            let reason = rejection.reason().to_string();
            let path = parts.uri.path().to_owned();
            ears.lock().unwrap().push((path, who, target, reason));
        })
        .answer(|rejection, parts| {
            let body = format!("{}: {}", parts.uri.path(), rejection.message());
            let mut response = Response::new(body);
            *response.status_mut() = match rejection.reason() {
                Reason::NoCredentials => StatusCode::IM_A_TEAPOT,
                _ => rejection.status(),
            };
            response
                .headers_mut()
                .insert("x-own", "yes".parse().unwrap());
            response
        });
    let named = |name: &str| Some(name.to_owned());
    for (uri, token, status, body, who, target, reason) in [
        (
            "/a",
            "wrong",
            401,
            "/a: authentication failed",
            None,
            None,
            "Ticket authentication failed: secret",
        ),
        (
            "/b",
            "down",
            503,
            "/b: authentication is unavailable",
            None,
            None,
            "Ticket authentication is unavailable: secret",
        ),
        (
            "/c?doas=lost",
            "plain-yarn",
            503,
            "/c: groups are unavailable",
            named("yarn"),
            named("lost"),
            "whether user yarn may impersonate lost is not known: groups of user lost are unavailable: secret",
        ),
        (
            "/d?doas=hdfs",
            "plain-yarn",
            403,
            "/d: User: yarn is not allowed to impersonate hdfs",
            named("yarn"),
            named("hdfs"),
            "User: yarn is not allowed to impersonate hdfs: nobody may act as a super user",
        ),
        (
            "/d?doas=bob",
            "plain-yarn",
            403,
            "/d: User: yarn is not allowed to impersonate bob",
            named("yarn"),
            named("bob"),
            "User: yarn is not allowed to impersonate bob",
        ),
        (
            "/e",
            "a=b",
            401,
            "/e: malformed Authorization: what follows the scheme is not one token68",
            None,
            None,
            "malformed Authorization: what follows the scheme is not one token68",
        ),
    ] {
        let answer = ask(&layer, request(uri, &[&format!("Bearer {token}")]));
        assert_eq!((answer.status, &*answer.body), (status, body));
        assert_eq!(answer.headers["x-own"], "yes");
        assert_eq!(answer.challenges.is_empty(), status != 401, "{uri}");
        assert_eq!(answer.retry_after, (status == 503).then(|| "30".to_owned()));
        assert!(!format!("{} {:?}", answer.body, answer.headers).contains("secret"));
        let path = uri.split('?').next().unwrap().to_owned();
        let last = heard.lock().unwrap().pop().unwrap();
        assert_eq!(last, (path, who, target, reason.to_owned()));
    }
    // The status may be another; the challenges stay.
    let answer = ask(&layer, request("/f", &[]));
    assert_eq!(
        (answer.status, &*answer.body),
        (418, "/f: authentication is required")
    );
    assert_eq!(answer.challenges, CHALLENGES);
}

#[test]
fn calls_of_grpc_are_answered_in_headers_alone() {
    let layer = Authenticate::new(all())
        .act_as(ActAs::Query("doas".into()))
        .resolve(resolver(), policy());
    // Whoever sends the content type does not choose who answers.
    let own = layer
        .clone()
        .answer(|_, _| Response::new("of the service".to_owned()));
    for (content_type, grpc) in [
        ("application/grpc", true),
        ("application/grpc+proto", true),
        ("application/grpc-web-text", true),
        ("application/grpc;charset=x", true),
        ("application/grpcx", false),
        ("application/json", false),
    ] {
        let asked = |layer| {
            let mut request = request("/?doas=a%0A%25", &["Bearer plain-yarn"]);
            let value = content_type.parse().unwrap();
            request.headers_mut().insert("content-type", value);
            ask(layer, request)
        };
        assert_eq!(asked(&own).body, "of the service", "{content_type}");
        let answer = asked(&layer);
        let header = |name: &str| {
            answer
                .headers
                .get(name)
                .map(|value| value.to_str().unwrap())
        };
        if grpc {
            assert_eq!((answer.status, &*answer.body), (200, ""), "{content_type}");
            assert_eq!(header("content-type"), Some(content_type));
            assert_eq!(header("grpc-status"), Some("3"));
            let message = "doas: user name \"a\\n%25\" holds '\\n' at byte 1";
            assert_eq!(header("grpc-message"), Some(message));
        } else {
            assert_eq!((answer.status, &*answer.body), (400, ""), "{content_type}");
            assert_eq!(header("grpc-status"), None);
        }
    }
}
