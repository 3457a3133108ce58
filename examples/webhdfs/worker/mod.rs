//! The worker listener: it knows blocks and capabilities, and no user, path or permission.

mod blocks;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::SystemTime;

use bailiwick::acl::Perm;
use bailiwick::audit::{Record, Sink};
use bailiwick::capability::Verifier;
use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode, header};

pub use blocks::Blocks;

use crate::http::{Body, Params, RemoteException, empty};
use crate::metadata::{Commit, block_name};
use crate::namespace::Id;

/// Tells the metadata server what was stored whole; answers with blocks that nobody needs any more.
pub type Report = Box<dyn Fn(&Commit) -> Result<Vec<Id>, RemoteException> + Send + Sync>;

/// Everything the worker knows. Shared by all requests.
pub struct Worker {
    pub blocks: Blocks,
    pub verifier: Arc<Verifier>,
    pub audit: Arc<dyn Sink>,
    pub report: Report,
}

impl Worker {
    pub async fn serve(&self, request: Request<Incoming>, peer: SocketAddr) -> Response<Body> {
        self.answer(request, peer.ip())
            .await
            .unwrap_or_else(|error| error.response())
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        peer: IpAddr,
    ) -> Result<Response<Body>, RemoteException> {
        let params = Params::parse(request.uri().query().unwrap_or_default())?;
        let op = params.required("op")?.to_ascii_uppercase();
        let right = match (request.method(), op.as_str()) {
            (&Method::GET, "OPEN") => Perm::READ,
            (&Method::PUT, "CREATE") | (&Method::POST, "APPEND") => Perm::WRITE,
            (method, _) => {
                return Err(RemoteException::invalid_op(method, &op));
            }
        };
        let block = self.authorized_block(&params, right, peer)?;
        match op.as_str() {
            "OPEN" => {
                let offset = params.length("offset")?.unwrap_or(0);
                self.blocks
                    .read(block, offset, params.length("length")?)
                    .await
            }
            "CREATE" => {
                let received = self.blocks.receive(request.into_body()).await?;
                let length = received.length();
                self.blocks.create(block, received).await?;
                match (self.report)(&Commit::Created { block, length }) {
                    Ok(unneeded) => self.blocks.discard(unneeded).await,
                    Err(error) => {
                        self.blocks.discard(vec![block]).await;
                        return Err(error);
                    }
                }
                let mut response = Response::new(empty());
                *response.status_mut() = StatusCode::CREATED;
                Ok(response)
            }
            _ => {
                let received = self.blocks.receive(request.into_body()).await?;
                let report = |length| (self.report)(&Commit::Appended { block, length });
                self.blocks.append(block, received, report).await?;
                Ok(Response::new(empty()))
            }
        }
    }

    /// The block that the request names, if its capability covers it. Either way it is written down, by the user for whom
    /// the capability was issued.
    fn authorized_block(
        &self,
        params: &Params,
        right: Perm,
        peer: IpAddr,
    ) -> Result<Id, RemoteException> {
        let missing = || RemoteException::missing("block");
        let block = params.length("block")?.ok_or_else(missing)?;
        let resource = block_name(block);
        let token = params.optional("capability").unwrap_or_default();
        let checked = self
            .verifier
            .check(token, resource.as_bytes(), right, SystemTime::now());
        let login = checked.as_ref().ok().map(|grant| match grant.real_user() {
            Some(real) => format!("{} via {real}", grant.user()),
            None => grant.user().to_owned(),
        });
        let command = if right == Perm::READ {
            "readBlock"
        } else {
            "writeBlock"
        };
        let record = Record::new(command, &resource)
            .by_unresolved(login.as_deref().unwrap_or("unknown"))
            .from(peer)
            .allowed(checked.is_ok())
            .succeeded(checked.is_ok())
            .over("webhdfs");
        self.audit
            .write(&record)
            .map_err(|error| RemoteException::unaudited(&error))?;
        match checked {
            Ok(_) => Ok(block),
            Err(rejected) => Err(RemoteException::invalid_token(rejected.to_string())),
        }
    }
}

/// Headers of a body of known length.
fn octets(body: Body, length: u64) -> Response<Body> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/octet-stream"),
    );
    headers.insert(header::CONTENT_LENGTH, length.into());
    response
}
