//! What a server's and a client's configuration hold, with few trusted certificates and with as many as a JVM has.
#![cfg(feature = "ring")]

use std::alloc::System;
use std::sync::{Arc, Mutex};

use bailiwick::tls::{
    ClientAuth, ClientContext, Identity, Resumption, ServerContext, Store, Trust, ring_provider,
};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, ServerConfig, ServerConnection};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// One test at a time: the allocator counts for all of them.
static ALONE: Mutex<()> = Mutex::new(());

/// The authorities of the `cacerts` of a JVM.
const MANY: usize = 150;

/// PEM of authorities, each of the size of a common one with an RSA key of 4096 bits.
fn authorities(count: usize) -> String {
    let mut all = String::new();
    for number in 0..count {
        let mut params = rcgen::CertificateParams::new([]).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let name = format!("Authority {number}");
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        let padding =
            rcgen::CustomExtension::from_oid_content(&[1, 3, 6, 1, 4, 1, 99999, 1], vec![0; 1000]);
        params.custom_extensions.push(padding);
        let key = rcgen::KeyPair::generate().unwrap();
        all += &params.self_signed(&key).unwrap().pem();
    }
    all
}

/// How many bytes more there are afterwards, and what they are.
fn held<T>(make: impl FnOnce() -> T) -> (isize, T) {
    let region = Region::new(ALLOCATOR);
    let made = make();
    let change = region.change();
    let bytes = change.bytes_allocated.cast_signed() - change.bytes_deallocated.cast_signed();
    (bytes, made)
}

/// A self-signed pair for `localhost`.
fn pair() -> (String, String) {
    let mut params = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap().pem();
    (certificate, key.serialize_pem())
}

fn identity((certificate, key): &(String, String)) -> Identity {
    let bundle = format!("{certificate}{key}");
    let store = Store::read(bundle.as_bytes(), None).unwrap();
    store.key(None, None, &ring_provider()).unwrap()
}

fn trust(pem: &str) -> Trust {
    let store = Store::read(pem.as_bytes(), None).unwrap();
    store.trust(None).unwrap()
}

#[test]
fn what_configurations_hold_is_bounded() {
    let _alone = ALONE.lock();
    let (provider, pair) = (ring_provider(), pair());
    let (identity_bytes, identity) = held(|| identity(&pair));
    println!("an identity: {identity_bytes} bytes");

    for (count, most) in [(2, 10_000), (MANY, 350_000)] {
        let pem = authorities(count);
        let (trust_bytes, trust) = held(|| trust(&pem));
        let (server_bytes, _server) = held(|| {
            ServerContext::new(&identity, &provider)
                .client_auth(ClientAuth::Required(trust.clone()))
                .config()
                .unwrap()
        });
        let (client_bytes, _client) = held(|| {
            let context = ClientContext::new(&trust, &provider).identity(&identity);
            context.config().unwrap()
        });
        println!(
            "{count} authorities: {trust_bytes} bytes, and a server {server_bytes}, a client {client_bytes}"
        );
        let all = identity_bytes + trust_bytes + server_bytes + client_bytes;
        assert!(all < most, "{all} bytes for {count} authorities");
    }
}

/// A handshake in memory, to the last ticket.
fn meet(client: &Arc<ClientConfig>, server: &Arc<ServerConfig>) {
    let name = ServerName::try_from("localhost").unwrap();
    let mut client = ClientConnection::new(client.clone(), name).unwrap();
    let mut server = ServerConnection::new(server.clone()).unwrap();
    while client.wants_write() || server.wants_write() {
        let mut wire = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut wire).unwrap();
        }
        let mut rest = wire.as_slice();
        while !rest.is_empty() {
            server.read_tls(&mut rest).unwrap();
            server.process_new_packets().unwrap();
        }
        let mut wire = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut wire).unwrap();
        }
        let mut rest = wire.as_slice();
        while !rest.is_empty() {
            client.read_tls(&mut rest).unwrap();
            client.process_new_packets().unwrap();
        }
    }
    assert!(!client.is_handshaking() && !server.is_handshaking());
}

#[test]
fn what_sessions_hold_is_bounded() {
    const SESSIONS: usize = 200;
    let _alone = ALONE.lock();
    let (us, them) = (pair(), pair());
    for (mutual, most) in [(false, 500), (true, 1_000)] {
        let resumption = Resumption::default().sessions(SESSIONS);
        let mut server =
            ServerContext::new(&identity(&us), &ring_provider()).resumption(resumption);
        if mutual {
            server = server.client_auth(ClientAuth::Required(trust(&them.0)));
        }
        let server = Arc::new(server.config().unwrap());
        let client = ClientContext::new(&trust(&us.0), &ring_provider())
            .identity(&identity(&them))
            .resumption(Resumption::off());
        let client = Arc::new(client.config().unwrap());
        // Two tickets of each.
        let connect = |times| (0..times).for_each(|_| meet(&client, &server));
        let (bytes, ()) = held(|| connect(SESSIONS / 2));
        let (more, ()) = held(|| connect(SESSIONS));
        let each = bytes / SESSIONS.cast_signed();
        println!("mutual {mutual}: {each} bytes a session, and {more} more after twice as many");
        assert!(each < most, "{each} bytes a session");
        assert!(more < bytes / 2, "{more} bytes more than {bytes}");
    }
}
