//! OAUTHBEARER as other people's clients speak it.

use std::time::Duration;

use bailiwick::authn::Step;
use bailiwick::authn::oidc::Refresh;

use crate::provider::Provider;
use crate::{settled, verify};

/// What kafkajs sends first. Its extensions are keys that we do not know, and pass over.
#[test]
fn the_client_of_kafkajs_logs_in_with_a_token_of_the_provider() {
    let mut provider = Provider::start();
    let token = provider.token("first");
    let refresh = Refresh {
        wait: Duration::from_secs(30),
        ..Refresh::default()
    };
    let bearer = provider.bearer(provider.keys(refresh));
    verify(&bearer, &token).unwrap();
    for extensions in ["{}", r#"{"logicalCluster":"lkc-1","traceId":"123"}"#] {
        let message = provider.say(&format!("kafka {token} {extensions}"));
        let message: Vec<u8> = (0..message.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&message[at..at + 2], 16).unwrap())
            .collect();
        assert!(message.starts_with(b"n,,\x01auth=Bearer "), "{message:?}");
        match settled(bearer.sasl().step(&message).unwrap()).unwrap() {
            Step::Done { end, .. } => assert_eq!(end.principal.name().as_str(), "alice"),
            step => panic!("{step:?}"),
        }
    }
}
