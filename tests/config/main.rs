//! The configuration files of Alluxio, Flink and Hadoop, with stores made by keytool.
#![cfg(feature = "ring")]

#[path = "../reference/cases.rs"]
#[expect(
    dead_code,
    reason = "shared with tests/reference, which needs more of it"
)]
mod cases;
#[path = "../tls/folder.rs"]
#[expect(dead_code, reason = "shared with tests/tls, which needs more of it")]
mod folder;
#[path = "../support/random.rs"]
mod random;
#[path = "../support/tls_tools.rs"]
#[expect(dead_code, reason = "shared with tests/tls, which needs more of it")]
mod tools;

mod alluxio;
mod examples;
mod flink;
mod hadoop;
mod properties;
mod terms;

use std::time::SystemTime;

use bailiwick::config::{Format, Settings};
use bailiwick::tls::{Files, TlsError, Transport, ring_provider};
use rustls::{ClientConfig, ServerConfig};

fn server(transport: &Transport) -> Result<ServerConfig, TlsError> {
    transport.server(&mut Files::new(SystemTime::now()), &ring_provider())
}

fn client(transport: &Transport) -> Result<ClientConfig, TlsError> {
    transport.client(&mut Files::new(SystemTime::now()), &ring_provider())
}

/// Both sides of a handshake must be content.
fn assert_agree(client: &ClientConfig, server: &ServerConfig, name: &str) {
    let result = tools::handshake(client, server, name);
    assert_eq!(result, (Ok(()), Ok(())), "{name}");
}

/// A file of `tests/data/config`, as it is but for the folder of the stores.
fn example(name: &str, format: Format, stated: &str, folder: &str) -> Settings {
    let path = format!("{}/tests/data/config/{name}", env!("CARGO_MANIFEST_DIR"));
    let as_is = Settings::open(&path, format).unwrap();
    assert!(as_is.keys().count() > 0, "{path}");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(stated), "{path} has nothing in {stated}");
    Settings::read(name, text.replace(stated, folder).as_bytes(), format).unwrap()
}
