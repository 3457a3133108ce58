//! A file service over WebHDFS, secured by the library: TLS, login, impersonation, permissions with ACLs, capabilities on
//! the data path, an audit log.
//!
//! Usage: `cargo run --release --example webhdfs`, and `-- --help` for the flags.

#![expect(
    unreachable_pub,
    reason = "a program has no public interface to mistake it for"
)]

mod auth;
mod flags;
mod http;
mod metadata;
mod namespace;
mod services;
mod tls;
mod worker;

use std::convert::Infallible;
use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;

use bailiwick::identity::Subject;
use bailiwick::tower::Peer;
use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode, Uri, header};
use percent_encoding::percent_decode_str;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tower::{Layer, Service, ServiceExt, service_fn};

use flags::{Command, Flags};
use http::{Body, Listener, Params, RemoteException};
use metadata::{Metadata, Reply};
use namespace::FsPath;
use services::Services;
use worker::Worker;

const PREFIX: &str = "/webhdfs/v1";

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match flags::parse(std::env::args_os().skip(1)) {
        Ok(Command::Help) => {
            let [first, rest] = flags::HELP;
            print!("{first}{}{}{rest}", auth::HELP, tls::HELP);
            return ExitCode::SUCCESS;
        }
        Ok(Command::Run(flags)) => run(&flags).await.map_err(|error| error.to_string()),
        Err(error) => Err(format!("{error}; --help lists the flags")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("webhdfs: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(flags: &Flags) -> Result<(), Box<dyn std::error::Error>> {
    let tls = tls::start(flags)?;
    let config = tls.as_ref().map(|tls| tls.server.clone());
    let names = auth::certificate_names(&flags.auth)?;
    let metadata_listener = Listener::bind(flags.http, config.clone(), names)
        .await
        .map_err(|error| format!("--http {}: {error}", flags.http))?;
    let worker_listener = Listener::bind(flags.worker, config, None)
        .await
        .map_err(|error| format!("--worker {}: {error}", flags.worker))?;
    let (metadata_url, worker_url) = (metadata_listener.url()?, worker_listener.url()?);
    let Services {
        metadata,
        worker,
        folder: _folder,
        hosts: _hosts,
        rotation,
    } = services::build(flags, &worker_url)?;

    tokio::spawn(rotation);
    tokio::spawn(
        worker_listener.serve(move |request, peer| on_worker(Arc::clone(&worker), request, peer)),
    );
    // Whoever gets to the metadata server has been let in.
    let service = auth::layer(flags, &metadata)?.layer(service_fn(move |request| {
        let metadata = Arc::clone(&metadata);
        async move { Ok::<_, Infallible>(answer(metadata, request).await) }
    }));
    tokio::spawn(metadata_listener.serve(move |request, _| on_metadata(service.clone(), request)));

    let mut out = std::io::stdout().lock();
    writeln!(out, "ready metadata={metadata_url} worker={worker_url}")?;
    if let Some(ca) = tls.as_ref().and_then(|tls| tls.demo_ca.as_ref()) {
        let ca = ca.display();
        writeln!(out, "\nTry, from this folder:")?;
        for line in [
            "-X PUT 'URL/webhdfs/v1/shared?op=MKDIRS&permission=1777&user.name=hdfs'",
            "-L -X PUT -T README.md 'URL/webhdfs/v1/shared/readme?op=CREATE&permission=600&user.name=alice'",
            "'URL/webhdfs/v1/shared?op=LISTSTATUS&user.name=bob'",
            "-L 'URL/webhdfs/v1/shared/readme?op=OPEN&length=11&user.name=bob'",
            "-X PUT 'URL/webhdfs/v1/shared/readme?op=MODIFYACLENTRIES&aclspec=user:bob:r--&user.name=alice'",
            "-L 'URL/webhdfs/v1/shared/readme?op=OPEN&length=11&user.name=bob'",
        ] {
            writeln!(
                out,
                "curl -sS --cacert {ca} {}",
                line.replace("URL", &metadata_url)
            )?;
        }
    }
    drop(out);

    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    Ok(())
}

async fn on_worker(
    worker: Arc<Worker>,
    request: Request<Incoming>,
    peer: SocketAddr,
) -> Response<Body> {
    worker.serve(request, peer).await
}

async fn on_metadata<S>(service: S, request: Request<Incoming>) -> Response<Body>
where
    S: Service<Request<()>, Response = Response<Body>, Error = Infallible>,
{
    let (parts, body) = request.into_parts();
    // The protocol sends no bytes here, but curl does before it follows the redirect.
    let drained = http::drain(&parts.headers, body).await;
    let Ok(mut response) = service.oneshot(Request::from_parts(parts, ())).await;
    if !drained {
        response.headers_mut().insert(
            header::CONNECTION,
            header::HeaderValue::from_static("close"),
        );
    }
    response
}

async fn answer(metadata: Arc<Metadata>, request: Request<()>) -> Response<Body> {
    try_answer(metadata, request)
        .await
        .unwrap_or_else(|error| error.response())
}

async fn try_answer(
    metadata: Arc<Metadata>,
    request: Request<()>,
) -> Result<Response<Body>, RemoteException> {
    let (path, params) = parse(request.uri())?;
    let redirect = !params.boolean("noredirect")?.unwrap_or(false);
    let missing = || RemoteException::runtime("the request has lost its sender".to_owned());
    let extensions = request.extensions();
    let peer = extensions
        .get()
        .and_then(Peer::address)
        .ok_or_else(missing)?;
    let subject: Arc<Subject> = extensions.get().cloned().ok_or_else(missing)?;
    let method = request.method().clone();
    // The audit file may block.
    let served = move || metadata.serve(&method, &path, &params, &subject, peer);
    let reply = tokio::task::spawn_blocking(served).await;
    let reply = reply.map_err(|error| RemoteException::runtime(error.to_string()))??;
    Ok(respond(reply, redirect))
}

/// What a request is about.
fn parse(uri: &Uri) -> Result<(FsPath, Params), RemoteException> {
    let (path, query) = (uri.path(), uri.query().unwrap_or_default());
    let invalid = |why: String| RemoteException::invalid("path", why);
    let path = path
        .strip_prefix(PREFIX)
        .filter(|rest| rest.is_empty() || rest.starts_with('/'));
    let path = path
        .ok_or_else(|| RemoteException::file_not_found(format!("only {PREFIX} is served here")))?;
    let path = percent_decode_str(path)
        .decode_utf8()
        .map_err(|_| invalid("it is not UTF-8".to_owned()))?;
    let path = if path.is_empty() { "/" } else { &path };
    Ok((FsPath::parse(path).map_err(invalid)?, Params::parse(query)?))
}

fn respond(reply: Reply, redirect: bool) -> Response<Body> {
    match reply {
        Reply::Empty => Response::new(http::empty()),
        Reply::Json(value) => http::json(StatusCode::OK, &value),
        Reply::Worker(url) if !redirect => http::json(StatusCode::OK, &json!({ "Location": url })),
        Reply::Worker(url) => {
            let Ok(location) = url.parse() else {
                let error = "the redirect is no header value".to_owned();
                return RemoteException::runtime(error).response();
            };
            let mut response = Response::new(http::empty());
            *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
            response.headers_mut().insert(header::LOCATION, location);
            response
        }
    }
}
