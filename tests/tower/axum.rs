//! Through axum, with its own way to tell who has connected.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Extension};
use axum::routing::get;
use bailiwick::authn::Exchange;
use bailiwick::identity::{Principal, Subject};
use bailiwick::tower::{ActAs, Authenticate, Peer, Scheme};

use crate::{Ticket, policy, resolver};

async fn whoami(
    Extension(subject): Extension<Arc<Subject>>,
    Extension(principal): Extension<Principal>,
) -> String {
    format!("{} through {}", subject.user(), principal.name())
}

#[test]
fn axum_hands_the_subject_to_handlers_and_passes_on_the_answers() {
    let app = Router::new()
        .route("/", get(whoami))
        .layer(
            Authenticate::new([Scheme::bearer("axum", |_| Exchange::new(Ticket))])
                .peer(|extensions| match extensions.get() {
                    Some(ConnectInfo::<SocketAddr>(address)) => Peer::at(address.ip()),
                    None => Peer::unknown(),
                })
                .act_as(ActAs::Query("doas".into()))
                .resolve(resolver(), policy()),
        )
        .into_make_service_with_connect_info::<SocketAddr>();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let listener = runtime
        .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
        .unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async { axum::serve(listener, app).await });
    for (query, token, status, body, header) in [
        ("", "plain-alice", 200, "alice through alice", ""),
        ("?doas=alice", "plain-yarn", 200, "alice through yarn", ""),
        ("?doas=bob", "plain-yarn", 403, "", ""),
        ("?doas=a/b", "plain-yarn", 400, "", ""),
        ("?doas=lost", "plain-yarn", 503, "", "retry-after: 1\r\n"),
        ("", "down", 503, "", "retry-after: 1\r\n"),
        (
            "",
            "wrong",
            401,
            "",
            "www-authenticate: Bearer realm=\"axum\", error=\"invalid_token\"\r\n",
        ),
    ] {
        let answer = exchange(
            address,
            query,
            &format!("authorization: Bearer {token}\r\n"),
        );
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        assert!(answer.ends_with(&format!("\r\n\r\n{body}")), "{answer}");
        assert!(answer.contains(header), "{answer}");
    }
    let answer = exchange(address, "", "");
    assert!(
        answer.contains("www-authenticate: Bearer realm=\"axum\"\r\n"),
        "{answer}"
    );
}

fn exchange(address: SocketAddr, query: &str, header: &str) -> String {
    use std::io::{Read, Write};
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let limit = Some(std::time::Duration::from_secs(20));
    stream.set_read_timeout(limit).unwrap();
    write!(
        stream,
        "GET /{query} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{header}\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
