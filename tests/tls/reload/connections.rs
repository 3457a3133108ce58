//! Connections that are open, or being opened, while configurations are swapped.

use std::fs;
use std::io::{Read, Write};

use bailiwick::tls::{
    ClientAuth, ClientContext, KeySource, Polled, Protocols, Reloader, ServerContext, TrustSource,
    ring_provider,
};
use rustls::{HandshakeKind, ServerConfig};

use super::bench::{Clock, Pair, at, settle};
use crate::made::Made;

fn made() -> Made {
    Made::new(&["localhost"], None, |_| {})
}

/// A server whose key and trust are in one file each, and the paths of the two.
fn server(folder: &std::path::Path) -> (Reloader<ServerConfig>, [std::path::PathBuf; 2]) {
    let paths = ["key", "trust"].map(|name| folder.join(name));
    let (key, trust) = (KeySource::store(&paths[0]), TrustSource::store(&paths[1]));
    let reloader = Reloader::new(at(0), move |files| {
        let provider = ring_provider();
        ServerContext::new(&key.identity(files, &provider)?, &provider)
            .client_auth(ClientAuth::Required(trust.trust(files)?))
            .config()
    });
    (reloader.unwrap(), paths)
}

#[test]
fn an_open_connection_goes_on_through_a_hundred_swaps() {
    for version in [Protocols::Tls12, Protocols::Tls13] {
        let folder = tempfile::tempdir().unwrap();
        let nodes = [made(), made()];
        let write = |made: &Made| {
            let bundle = format!("{}{}", made.pem, made.key.serialize_pem());
            fs::write(folder.path().join("key"), bundle).unwrap();
            fs::write(folder.path().join("trust"), &made.pem).unwrap();
        };
        write(&nodes[0]);
        let (reloader, _) = server(folder.path());
        let clock = Clock::default();
        let provider = ring_provider();
        let client = ClientContext::new(&nodes[0].trust(), &provider)
            .identity(&nodes[0].identity())
            .protocols(version);
        let client = std::sync::Arc::new(client.config().unwrap());
        let mut pair = Pair::new(&client, &reloader.current(), "localhost");
        assert_eq!(pair.finish(), Ok(HandshakeKind::Full));
        for round in 1..=100 {
            write(&nodes[round % 2]);
            assert_eq!(settle(&reloader, &clock).unwrap(), Polled::Loaded);
            let text = round.to_string().repeat(1000);
            let mut got = vec![0; text.len()];
            pair.client.writer().write_all(text.as_bytes()).unwrap();
            pair.carry().unwrap();
            pair.server.reader().read_exact(&mut got).unwrap();
            pair.server.writer().write_all(&got).unwrap();
            pair.carry().unwrap();
            pair.client.reader().read_exact(&mut got).unwrap();
            assert_eq!(got, text.as_bytes());
        }
        assert_eq!(reloader.status().generation, 101);
    }
}

#[test]
fn a_handshake_in_flight_ends_with_what_it_began_with() {
    for version in [Protocols::Tls12, Protocols::Tls13] {
        for steps in 0..3 {
            let folder = tempfile::tempdir().unwrap();
            let (node, other) = (made(), made());
            let (key, trust) = (folder.path().join("key"), folder.path().join("trust"));
            fs::write(&key, format!("{}{}", node.pem, node.key.serialize_pem())).unwrap();
            fs::write(&trust, &node.pem).unwrap();
            let (reloader, _) = server(folder.path());
            let client = ClientContext::new(&node.trust(), &ring_provider())
                .identity(&node.identity())
                .protocols(version);
            let client = std::sync::Arc::new(client.config().unwrap());
            let mut pair = Pair::new(&client, &reloader.current(), "localhost");
            for _ in 0..steps {
                pair.carry().unwrap();
            }
            fs::write(&key, format!("{}{}", other.pem, other.key.serialize_pem())).unwrap();
            fs::write(&trust, &other.pem).unwrap();
            assert_eq!(
                settle(&reloader, &Clock::default()).unwrap(),
                Polled::Loaded
            );
            assert_eq!(
                pair.finish(),
                Ok(HandshakeKind::Full),
                "{version} after {steps}"
            );
            assert!(super::bench::connect(&client, &reloader.current(), "localhost").is_err());
        }
    }
}
