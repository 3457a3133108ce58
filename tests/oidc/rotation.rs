//! A provider from npm that changes its keys, goes away and comes back, while the service runs.

use std::time::{Duration, Instant};

use bailiwick::authn::AuthnError;
use bailiwick::authn::oidc::{Algorithm, Https, Jwks, Refresh};
use rustls::RootCertStore;
use serde_json::json;

use crate::forge::base64;
use crate::provider::{Provider, trusting};
use crate::{error, until, verify};

/// By demand only, as often as is asked.
const ON_DEMAND: Refresh = Refresh {
    shortest: Duration::from_secs(3600),
    longest: Duration::from_secs(3600),
    again: Duration::ZERO,
    stale: Duration::from_secs(24 * 3600),
    wait: Duration::from_secs(30),
};

#[test]
fn keys_are_replaced_while_the_service_runs() {
    let mut provider = Provider::start();
    let keys = provider.keys(ON_DEMAND);
    let bearer = provider.bearer(keys.clone());
    let old = provider.token("first");
    let login = verify(&bearer, &old).unwrap();
    assert_eq!(login.principal.name().as_str(), "alice");
    assert_eq!(login.principal.realm(), Some(provider.issuer.as_str()));
    assert_eq!(keys.status().generation, 1);

    // A second key beside the first: tokens of both are good.
    provider.say("generate ES256 second");
    let new = provider.token("second");
    verify(&bearer, &new).unwrap();
    verify(&bearer, &old).unwrap();
    assert_eq!(keys.status().generation, 2);

    // The first is withdrawn, which is seen at the next occasion, here another new key.
    provider.say("withdraw first");
    provider.say("generate EdDSA third");
    let third = provider.token("third");
    verify(&bearer, &third).unwrap();
    verify(&bearer, &new).unwrap();
    assert!(error(&bearer, &old).ends_with("failed: no key of the provider is the token's"));
    assert_eq!(keys.status().keys.len(), 2);
}

#[test]
fn a_withdrawn_key_ends_by_itself_at_the_next_refresh() {
    let mut provider = Provider::start();
    provider.say("cache max-age=0");
    let shortest = Duration::from_millis(50);
    let keys = provider.keys(Refresh {
        shortest,
        again: Duration::from_secs(3600),
        ..ON_DEMAND
    });
    let bearer = provider.bearer(keys.clone());
    let old = provider.token("first");
    verify(&bearer, &old).unwrap();
    provider.say("generate RS256 second");
    provider.say("withdraw first");
    until("the key ends", || verify(&bearer, &old).is_err());
    assert!(error(&bearer, &old).ends_with("failed: no key of the provider is the token's"));
    let new = provider.token("second");
    verify(&bearer, &new).unwrap();
}

#[test]
fn tokens_of_every_algorithm_of_the_provider_are_taken() {
    let mut provider = Provider::start();
    for algorithm in Algorithm::ALL {
        provider.say(&format!("generate {algorithm} of-{algorithm}"));
    }
    // Some that we do not speak.
    provider.say("generate ES512 es512");
    let keys = provider.keys(ON_DEMAND);
    let bearer = provider.bearer(keys.clone());
    for algorithm in Algorithm::ALL {
        let token = provider.token(&format!("of-{algorithm}"));
        verify(&bearer, &token).unwrap_or_else(|error| panic!("{algorithm}: {error}"));
    }
    let token = provider.token("es512");
    assert!(error(&bearer, &token).ends_with("the algorithm \"ES512\" is not spoken"));
    assert_eq!(
        *keys.status().passed_over,
        ["\"es512\": keys of type \"EC\" over \"P-521\" are not taken"]
    );
    for (changes, reason) in [
        (json!({"exp": 1}), "the token has expired"),
        (
            json!({"nbf": 9_000_000_000_u64}),
            "the token is not valid yet",
        ),
        (
            json!({"aud": "another"}),
            "the token is for another audience",
        ),
        (
            json!({"iss": "https://localhost"}),
            "the token is of the issuer \"https://localhost\"",
        ),
    ] {
        let token = provider.token_with("first", &changes);
        assert!(error(&bearer, &token).ends_with(reason), "{changes}");
    }
}

#[test]
fn a_provider_that_is_down_refuses_nobody_and_lets_nobody_in_for_ever() {
    let mut provider = Provider::start();
    let refresh = Refresh {
        longest: Duration::from_secs(1),
        again: Duration::from_millis(20),
        stale: Duration::from_secs(4),
        ..ON_DEMAND
    };
    let keys = provider.keys(refresh);
    let bearer = provider.bearer(keys.clone());
    let known = provider.token("first");
    verify(&bearer, &known).unwrap();
    provider.say("generate RS256 second");
    let unknown = provider.token("second");
    provider.say("down");
    until("attempts fail", || keys.status().failure.is_some());
    let last = keys.status().fetched_at.unwrap();

    let failed = verify(&bearer, &unknown).unwrap_err();
    assert!(failed.is_unavailable(), "{failed}");
    // The known key goes on, until the time is up.
    if last.elapsed().unwrap() < Duration::from_secs(3) {
        verify(&bearer, &known).unwrap();
    }
    until("the known key is too old", || {
        verify(&bearer, &known).is_err()
    });
    assert!(last.elapsed().unwrap() >= refresh.stale);
    let failed = verify(&bearer, &known).unwrap_err();
    assert!(failed.is_unavailable(), "{failed}");

    provider.say("up");
    until("the provider is back", || verify(&bearer, &unknown).is_ok());
    verify(&bearer, &known).unwrap();
    assert_eq!(keys.status().failure, None);
}

#[test]
fn strangers_cannot_have_the_provider_asked_without_end() {
    let mut provider = Provider::start();
    let again = Duration::from_millis(500);
    let bearer = provider.bearer(provider.keys(Refresh { again, ..ON_DEMAND }));
    let token = provider.token("first");
    verify(&bearer, &token).unwrap();
    assert_eq!(provider.requests(), 2);
    let payload = token.split('.').nth(1).unwrap();
    let start = Instant::now();
    let mut tried = 0;
    while start.elapsed() < 2 * again {
        let header = json!({"alg": "RS256", "kid": format!("stranger {tried}")}).to_string();
        let forged = format!("{}.{payload}.{}", base64(header), base64([7; 256]));
        let error = verify(&bearer, &forged).unwrap_err();
        assert!(matches!(error, AuthnError::Refused { .. }), "{error}");
        tried += 1;
    }
    // The document and the keys, once for each time that has passed.
    let allowed = 2 + 2 * (start.elapsed().as_millis() / again.as_millis() + 1);
    let requests = provider.requests();
    assert!(
        requests as u128 <= allowed,
        "{requests} requests for {tried} strangers"
    );
    println!("oidc: {tried} tokens of unknown keys, {requests} requests at the provider");
    verify(&bearer, &token).unwrap();
}

#[test]
fn a_provider_that_hangs_or_is_not_trusted_is_unavailable() {
    let mut provider = Provider::start();
    let token = provider.token("first");
    provider.say("hang on");
    let https = Https::new(provider.tls.clone()).timeout(Duration::from_millis(200));
    let said = https.get(&format!("{}/jwks", provider.issuer)).unwrap_err();
    assert!(said.ends_with("/jwks: no answer in time"), "{said}");
    let keys = Jwks::discovered(&provider.issuer, ON_DEMAND, move |url| https.get(url)).unwrap();
    let failed = verify(&provider.bearer(keys), &token).unwrap_err();
    assert!(
        failed.is_unavailable() && failed.to_string().ends_with("no answer in time"),
        "{failed}"
    );
    provider.say("hang off");

    let stranger = Https::new(trusting(RootCertStore::empty()));
    let keys = Jwks::discovered(&provider.issuer, ON_DEMAND, move |url| stranger.get(url)).unwrap();
    let failed = verify(&provider.bearer(keys), &token).unwrap_err();
    assert!(
        failed.is_unavailable() && failed.to_string().contains("UnknownIssuer"),
        "{failed}"
    );

    // The certificate is for localhost.
    let https = Https::new(provider.tls.clone());
    let by_address = provider.issuer.replace("localhost", "127.0.0.1");
    let said = https.get(&format!("{by_address}/jwks")).unwrap_err();
    assert!(said.contains("not valid for name"), "{said}");
    let said = https
        .get(&format!("{}/nowhere", provider.issuer))
        .unwrap_err();
    assert!(said.ends_with("/nowhere: status 404"), "{said}");
    let set = https.get(&format!("{}/jwks", provider.issuer)).unwrap();
    assert!(Jwks::fixed(&set.body).is_ok());
}
