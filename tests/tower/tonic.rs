//! Through tonic: a client of gRPC sees the status that it knows, and a service sees who calls.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use bailiwick::authn::Exchange;
use bailiwick::tower::{ActAs, Authenticate, Peer, Scheme};
use bytes::{Buf, BufMut};
use http::HeaderName;
use http::uri::PathAndQuery;
use tonic::body::Body;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::transport::server::{TcpConnectInfo, TcpIncoming};
use tonic::transport::{Channel, Server};
use tonic::{Code, Request, Response, Status};

use crate::{Ticket, policy, resolver, seen};

/// Text instead of protobuf, which would need its compiler.
#[derive(Default)]
struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, text: String, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put_slice(text.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let bytes = from.copy_to_bytes(from.remaining());
        let text = String::from_utf8(bytes.into());
        text.map(Some).map_err(|_| Status::internal("not UTF-8"))
    }
}

/// What a compiler of protobuf would write.
#[derive(Clone)]
struct WhoAmI;

impl NamedService for WhoAmI {
    const NAME: &'static str = "test.WhoAmI";
}

impl UnaryService<String> for WhoAmI {
    type Response = String;
    type Future = Ready<Result<Response<String>, Status>>;

    fn call(&mut self, request: Request<String>) -> Self::Future {
        ready(Ok(Response::new(seen(request.extensions()))))
    }
}

impl tower::Service<http::Request<Body>> for WhoAmI {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async { Ok(Grpc::new(Text).unary(Self, request).await) })
    }
}

#[test]
fn tonic_hands_the_subject_to_services_and_its_clients_know_the_status() {
    let layer = Authenticate::new([
        Scheme::negotiate(|_| Exchange::new(Ticket)),
        Scheme::bearer("tonic", |_| Exchange::new(Ticket)),
    ])
    .peer(|extensions| {
        let address = extensions.get::<TcpConnectInfo>();
        address
            .and_then(TcpConnectInfo::remote_addr)
            .map_or_else(Peer::unknown, |address: SocketAddr| Peer::at(address.ip()))
    })
    .act_as(ActAs::Header(HeaderName::from_static("x-act-as")))
    .resolve(resolver(), policy());

    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let incoming = TcpIncoming::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let url = format!("http://{}", incoming.local_addr().unwrap());
        let server = Server::builder().layer(layer).add_service(WhoAmI);
        tokio::spawn(server.serve_with_incoming(incoming));
        let channel = Channel::from_shared(url).unwrap().connect().await.unwrap();

        for (authorization, act_as, expected) in [
            ("Bearer plain-alice", None, Ok("alice by KERBEROS in 1")),
            ("Negotiate cGxhaW4tYm9i", None, Ok("bob by KERBEROS in 1")),
            (
                "Bearer plain-yarn",
                Some("alice"),
                Ok("alice via yarn by KERBEROS in 1"),
            ),
            (
                "Bearer plain-yarn",
                Some("bob"),
                Err((
                    Code::PermissionDenied,
                    "User: yarn is not allowed to impersonate bob",
                )),
            ),
            (
                "Bearer plain-yarn",
                Some("lost"),
                Err((Code::Unavailable, "groups are unavailable")),
            ),
            (
                "Bearer plain-yarn",
                Some("a/b"),
                Err((
                    Code::InvalidArgument,
                    "x-act-as: user name \"a/b\" holds '/' at byte 1",
                )),
            ),
            (
                "Bearer down",
                None,
                Err((Code::Unavailable, "authentication is unavailable")),
            ),
            (
                "Bearer wrong",
                None,
                Err((Code::Unauthenticated, "authentication failed")),
            ),
            (
                "",
                None,
                Err((Code::Unauthenticated, "authentication is required")),
            ),
        ] {
            let mut request = Request::new("who am I?".to_owned());
            let metadata = request.metadata_mut();
            metadata.insert("authorization", authorization.parse().unwrap());
            if let Some(act_as) = act_as {
                metadata.insert("x-act-as", act_as.parse().unwrap());
            }
            let mut client = tonic::client::Grpc::new(channel.clone());
            client.ready().await.unwrap();
            let path = PathAndQuery::from_static("/test.WhoAmI/Ask");
            let answer = client.unary(request, path, Text).await;
            let answer = answer.map(Response::into_inner);
            let answer = answer.map_err(|status| (status.code(), status.message().to_owned()));
            let expected = expected.map_err(|(code, message)| (code, message.to_owned()));
            assert_eq!(
                answer,
                expected.map(ToOwned::to_owned),
                "{authorization} {act_as:?}"
            );
        }
    });
}
