//! Verifying a bearer token with cached keys, beside jsonwebtoken and beside the bare check of the signature:
//! `cd benches/tokens && cargo run --release`.

#![allow(
    dead_code,
    reason = "the keys of the tests can do more than is measured"
)]

#[path = "../../../tests/oidc/forge.rs"]
mod forge;
#[path = "../../measure/mod.rs"]
mod measure;
#[path = "../../../tests/oidc/tools.rs"]
mod tools;

use std::alloc::System;

use bailiwick::authn::Step;
use bailiwick::authn::oidc::Algorithm;
use base64ct::{Base64UrlUnpadded, Encoding};
use forge::{AUDIENCE, ISSUER, KEYS, bearer, claims};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{DecodingKey, Validation, decode};
use measure::{Nanos, time_each};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

fn main() {
    println!("{:36}{:>12}{:>14}", "one token", "time", "allocations");
    for algorithm in [Algorithm::Rs256, Algorithm::Es256] {
        let token = KEYS.of(algorithm).sign(algorithm, &claims());
        let bearer = bearer();
        row(&format!("{algorithm}, bailiwick"), || {
            match bearer.http().step(token.as_bytes()) {
                Ok(Step::Done { end, .. }) => end.principal.name().as_str().len(),
                step => panic!("{step:?}"),
            }
        });

        let jwk = KEYS.of(algorithm).jwk();
        let key: Jwk = serde_json::from_value(jwk.clone()).unwrap();
        let key = DecodingKey::from_jwk(&key).unwrap();
        let mut validation = Validation::new(algorithm.name().parse().unwrap());
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        // It asks the system's clock, by which the token is from the future.
        validation.validate_nbf = false;
        row(&format!("{algorithm}, jsonwebtoken with aws-lc-rs"), || {
            decode::<Claims>(&token, &key, &validation)
                .unwrap()
                .claims
                .sub
                .len()
        });

        let (signed, signature) = token.rsplit_once('.').unwrap();
        let signature = Base64UrlUnpadded::decode_vec(signature).unwrap();
        let part = |name: &str| Base64UrlUnpadded::decode_vec(jwk[name].as_str().unwrap()).unwrap();
        let name = format!("{algorithm}, ring, the signature alone");
        if algorithm == Algorithm::Rs256 {
            let key = RsaPublicKeyComponents {
                n: part("n"),
                e: part("e"),
            };
            let parameters = &RSA_PKCS1_2048_8192_SHA256;
            row(&name, || {
                key.verify(parameters, signed.as_bytes(), &signature)
                    .map_or(0, |()| 1)
            });
        } else {
            let point = [vec![4], part("x"), part("y")].concat();
            let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point);
            row(&name, || {
                key.verify(signed.as_bytes(), &signature).map_or(0, |()| 1)
            });
        }
    }
}

/// Every way has to take the token.
fn row(name: &str, verify: impl Fn() -> usize) {
    assert!(verify() > 0, "{name}");
    let region = Region::new(ALLOCATOR);
    verify();
    let allocations = region.change().allocations;
    let time: Nanos = time_each(&[()], |()| verify());
    println!("{name:36}{time:>12}{allocations:>14}");
}
