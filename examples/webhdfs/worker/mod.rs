//! The worker listener: it knows blocks and capabilities, and no user, path or permission.

mod blocks;

use std::sync::Arc;
use std::time::SystemTime;

use bailiwick::acl::Perm;
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
    pub report: Report,
}

impl Worker {
    pub async fn serve(&self, request: Request<Incoming>) -> Response<Body> {
        self.answer(request)
            .await
            .unwrap_or_else(|error| error.response())
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Body>, RemoteException> {
        let params = Params::parse(request.uri().query().unwrap_or_default())?;
        let op = params.required("op")?.to_ascii_uppercase();
        let right = match (request.method(), op.as_str()) {
            (&Method::GET, "OPEN") => Perm::READ,
            (&Method::PUT, "CREATE") | (&Method::POST, "APPEND") => Perm::WRITE,
            (method, _) => {
                return Err(RemoteException::unsupported(format!(
                    "Invalid value for webhdfs parameter \"op\": {method} {op}"
                )));
            }
        };
        let block = self.authorized_block(&params, right)?;
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

    /// The block that the request names, if its capability covers it.
    fn authorized_block(&self, params: &Params, right: Perm) -> Result<Id, RemoteException> {
        let block = params.length("block")?;
        let block = block.ok_or_else(|| {
            RemoteException::illegal_argument("webhdfs parameter \"block\" is missing".to_owned())
        })?;
        let token = params.optional("capability").unwrap_or_default();
        self.verifier
            .check(
                token,
                block_name(block).as_bytes(),
                right,
                SystemTime::now(),
            )
            .map_err(|rejected| RemoteException::invalid_token(rejected.to_string()))?;
        Ok(block)
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
