//! What a transport says is what its configurations do.

use bailiwick::tls::{
    ClientAuth, ClientSide, KeySource, NameCheck, Protocols, Resumption, ServerSide, Transport,
    TrustSource, Trusted,
};

use crate::tools::handshake;
use crate::{client, server};

/// A self-signed certificate for localhost, and a transport that both sides of which have it.
struct World {
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let both = made.cert.pem() + &made.signing_key.serialize_pem();
        std::fs::write(folder.path().join("key.pem"), both).unwrap();
        std::fs::write(folder.path().join("trust.pem"), made.cert.pem()).unwrap();
        Self { folder }
    }

    fn key(&self) -> KeySource {
        KeySource::store(self.folder.path().join("key.pem"))
    }

    fn trusted(&self) -> Trusted {
        Trusted::Store(TrustSource::store(self.folder.path().join("trust.pem")))
    }

    fn server(&self, change: impl FnOnce(&mut ServerSide)) -> rustls::ServerConfig {
        let mut side = ServerSide::new(self.key());
        change(&mut side);
        server(&Transport::new("a").with_server(side)).unwrap()
    }

    fn client(&self, change: impl FnOnce(&mut ClientSide)) -> rustls::ClientConfig {
        let mut side = ClientSide::new(self.trusted());
        change(&mut side);
        client(&Transport::new("a").with_client(side)).unwrap()
    }
}

fn agree(client: &rustls::ClientConfig, server: &rustls::ServerConfig) -> bool {
    let (client, server) = handshake(client, server, "localhost");
    client.is_ok() && server.is_ok()
}

#[test]
fn protocols_and_cipher_suites() {
    let world = World::new();
    let suites = |text: &str| text.parse().unwrap();
    let (plain_client, plain_server) = (world.client(|_| {}), world.server(|_| {}));
    assert!(agree(&plain_client, &plain_server));

    let (old, new) = (Protocols::Tls12, Protocols::Tls13);
    let client_12 = world.client(|side| side.terms.protocols = old);
    let server_12 = world.server(|side| side.terms.protocols = old);
    let client_13 = world.client(|side| side.terms.protocols = new);
    let server_13 = world.server(|side| side.terms.protocols = new);
    for (client, server, expected) in [
        (&client_12, &server_12, true),
        (&client_13, &server_13, true),
        (&client_12, &server_13, false),
        (&client_13, &server_12, false),
    ] {
        assert_eq!(agree(client, server), expected);
    }

    let (a, b) = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384");
    let client_a = world.client(|side| side.terms.cipher_suites = suites(a));
    let server_a = world.server(|side| side.terms.cipher_suites = suites(a));
    let server_b = world.server(|side| side.terms.cipher_suites = suites(b));
    assert!(agree(&client_a, &server_a) && agree(&client_a, &plain_server));
    assert!(agree(&plain_client, &server_b));
    assert!(!agree(&client_a, &server_b));
}

#[test]
fn resumption() {
    let world = World::new();
    assert_ne!(world.server(|_| {}).send_tls13_tickets, 0);
    let server = world.server(|side| side.terms.resumption = Resumption::off());
    assert_eq!(server.send_tls13_tickets, 0);
    let kept = |client: rustls::ClientConfig| {
        !format!("{:?}", client.resumption).contains("NoClientSessionStorage")
    };
    assert!(kept(world.client(|_| {})));
    assert!(!kept(
        world.client(|side| side.terms.resumption = Resumption::off())
    ));
}

#[test]
fn client_certificates_and_names() {
    let world = World::new();
    let anonymous = world.client(|_| {});
    let named = world.client(|side| side.key = Some(world.key()));
    let none = world.server(|_| {});
    let optional = world.server(|side| side.client_auth = ClientAuth::Optional(world.trusted()));
    let required = world.server(|side| side.client_auth = ClientAuth::Required(world.trusted()));
    for (server, lets_in_anybody) in [(&none, true), (&optional, true), (&required, false)] {
        assert_eq!(agree(&anonymous, server), lets_in_anybody);
        assert!(agree(&named, server));
    }
    let careless = world.client(|side| side.name_check = NameCheck::DangerouslyNone);
    assert!(handshake(&careless, &none, "elsewhere").0.is_ok());
    assert!(handshake(&anonymous, &none, "elsewhere").0.is_err());
}
