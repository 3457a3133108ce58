//! What a server's and a client's configuration hold, with few trusted certificates and with as many as a JVM has.
#![cfg(feature = "ring")]

use std::alloc::System;

use bailiwick::tls::{ClientAuth, ClientContext, ServerContext, Store, ring_provider};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

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

#[test]
fn what_configurations_hold_is_bounded() {
    let mut params = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    let key = rcgen::KeyPair::generate().unwrap();
    let bundle = params.self_signed(&key).unwrap().pem() + &key.serialize_pem();
    let provider = ring_provider();
    let (identity_bytes, identity) = held(|| {
        let store = Store::read(bundle.as_bytes(), None).unwrap();
        store.key(None, None, &provider).unwrap()
    });
    println!("an identity: {identity_bytes} bytes");

    for (count, most) in [(2, 10_000), (MANY, 350_000)] {
        let pem = authorities(count);
        let (trust_bytes, trust) = held(|| {
            let store = Store::read(pem.as_bytes(), None).unwrap();
            store.trust(None).unwrap()
        });
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
