//! Sessions are resumed as long as nothing changes, and never across a change.

use std::fs;
use std::sync::Arc;

use bailiwick::tls::{
    ClientAuth, ClientContext, KeySource, Polled, Protocols, Reloader, ServerContext, TrustSource,
    ring_provider,
};
use rustls::{CertificateError, ClientConfig, Error, HandshakeKind, ServerConfig};

use super::bench::{Clock, at, connect, polled, settle};
use crate::assert_refused;
use crate::made::Made;

/// A server and a client, each with stores of its own.
struct Both {
    folder: tempfile::TempDir,
    server: Reloader<ServerConfig>,
    client: Reloader<ClientConfig>,
    clock: Clock,
}

fn made() -> Made {
    Made::new(&["localhost"], None, |_| {})
}

impl Both {
    fn new(protocols: Protocols, servant: &Made, caller: &Made) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for (name, made) in [("server.key", servant), ("client.key", caller)] {
            fs::write(
                path(name),
                format!("{}{}", made.pem, made.key.serialize_pem()),
            )
            .unwrap();
        }
        fs::write(path("server.trust"), &caller.pem).unwrap();
        fs::write(path("client.trust"), &servant.pem).unwrap();
        let source = |side: &str| {
            let [key, trust] = ["key", "trust"].map(|kind| path(&format!("{side}.{kind}")));
            (
                KeySource::store(key),
                TrustSource::store(trust),
                ring_provider(),
            )
        };
        let (key, trust, provider) = source("server");
        let server = Reloader::new(at(0), move |files| {
            let me = key.identity(files, &provider)?;
            ServerContext::new(&me, &provider)
                .client_auth(ClientAuth::Required(trust.trust(files)?))
                .config()
        });
        let (key, trust, provider) = source("client");
        let client = Reloader::new(at(0), move |files| {
            ClientContext::new(&trust.trust(files)?, &provider)
                .identity(&key.identity(files, &provider)?)
                .protocols(protocols)
                .config()
        });
        let (server, client) = (server.unwrap(), client.unwrap());
        Self {
            folder,
            server,
            client,
            clock: Clock::default(),
        }
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn connect(&self) -> Result<HandshakeKind, Error> {
        connect(&self.client.current(), &self.server.current(), "localhost")
    }
}

const VERSIONS: [Protocols; 2] = [Protocols::Tls12, Protocols::Tls13];

#[test]
fn sessions_survive_polls_without_a_change() {
    for version in VERSIONS {
        let both = Both::new(version, &made(), &made());
        assert_eq!(both.connect(), Ok(HandshakeKind::Full));
        for _ in 0..5 {
            assert_eq!(
                polled(&both.server, both.clock.tick()),
                Ok(Polled::Unchanged)
            );
            assert_eq!(
                polled(&both.client, both.clock.tick()),
                Ok(Polled::Unchanged)
            );
            assert_eq!(both.connect(), Ok(HandshakeKind::Resumed), "{version}");
        }
        // A bad file is no reason to forget them either.
        let path = both.folder.path().join("server.trust");
        let good = fs::read(&path).unwrap();
        both.write("server.trust", "bad");
        settle(&both.server, &both.clock).unwrap_err();
        assert_eq!(both.connect(), Ok(HandshakeKind::Resumed), "{version}");
        fs::write(&path, good).unwrap();
        assert_eq!(
            settle(&both.server, &both.clock).unwrap(),
            Polled::Unchanged
        );
        assert_eq!(both.connect(), Ok(HandshakeKind::Resumed), "{version}");
    }
}

#[test]
fn a_client_that_is_not_trusted_any_more_cannot_resume() {
    for version in VERSIONS {
        let both = Both::new(version, &made(), &made());
        assert_eq!(both.connect(), Ok(HandshakeKind::Full));
        assert_eq!(
            both.connect(),
            Ok(HandshakeKind::Resumed),
            "{version}: it could"
        );
        let old = both.server.current();
        both.write("server.trust", &made().pem);
        assert_eq!(settle(&both.server, &both.clock).unwrap(), Polled::Loaded);
        // A ticket of TLS 1.3 is used once, and some must remain.
        for _ in 0..2 {
            assert_refused!(both.connect(), CertificateError::UnknownIssuer);
        }
        // It is the new configuration that forgot, not the client.
        let again = connect(&both.client.current(), &old, "localhost");
        assert_eq!(again, Ok(HandshakeKind::Resumed), "{version}");
    }
}

#[test]
fn a_server_that_is_not_trusted_any_more_cannot_be_resumed_with() {
    for version in VERSIONS {
        let both = Both::new(version, &made(), &made());
        assert_eq!(both.connect(), Ok(HandshakeKind::Full));
        assert_eq!(
            both.connect(),
            Ok(HandshakeKind::Resumed),
            "{version}: it could"
        );
        let old: Arc<ClientConfig> = both.client.current();
        both.write("client.trust", &made().pem);
        assert_eq!(settle(&both.client, &both.clock).unwrap(), Polled::Loaded);
        // A ticket of TLS 1.3 is used once, and some must remain.
        for _ in 0..2 {
            assert_refused!(both.connect(), CertificateError::UnknownIssuer);
        }
        let again = connect(&old, &both.server.current(), "localhost");
        assert_eq!(again, Ok(HandshakeKind::Resumed), "{version}");
    }
}

#[test]
fn a_new_key_is_presented_to_clients_that_could_have_resumed() {
    for version in VERSIONS {
        let (servant, renewed) = (made(), made());
        let both = Both::new(version, &servant, &made());
        both.write("client.trust", &format!("{}{}", servant.pem, renewed.pem));
        settle(&both.client, &both.clock).unwrap();
        assert_eq!(both.connect(), Ok(HandshakeKind::Full));
        both.write(
            "server.key",
            &format!("{}{}", renewed.pem, renewed.key.serialize_pem()),
        );
        assert_eq!(settle(&both.server, &both.clock).unwrap(), Polled::Loaded);
        assert_eq!(both.connect(), Ok(HandshakeKind::Full), "{version}");
        assert_eq!(both.connect(), Ok(HandshakeKind::Resumed), "{version}");
    }
}
