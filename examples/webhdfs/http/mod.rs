//! HTTP: connections, parameters, answers and errors. Nothing here knows what a file is.

mod answers;
mod params;
mod patient;
mod remote_exception;
mod server;
mod unparsed;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Bytes;
use hyper::{Response, StatusCode, header};

pub use params::Params;
pub use remote_exception::RemoteException;
pub use server::{Listener, drain};

/// A body that may come from memory or from a file.
pub type Body = BoxBody<Bytes, std::io::Error>;

pub fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into())
        .map_err(|never| match never {})
        .boxed()
}

pub fn empty() -> Body {
    Empty::new().map_err(|never| match never {}).boxed()
}

/// A response with a body of JSON.
pub fn json(status: StatusCode, value: &serde_json::Value) -> Response<Body> {
    let mut response = Response::new(full(value.to_string()));
    *response.status_mut() = status;
    let json = header::HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
