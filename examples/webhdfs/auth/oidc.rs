//! OIDC: bearer tokens of an OpenID provider.

use std::error::Error;
use std::sync::Arc;
use std::time::SystemTime;

use bailiwick::authn::oidc::{Bearer, Https, Jwks, Refresh, UserClaim};
use bailiwick::tls::{self, ClientContext, Reloader, TrustSource, Trusted};
use bailiwick::tower::Scheme;

use super::{AuthFlags, REALM};

pub fn scheme(flags: &AuthFlags) -> Result<Scheme, Box<dyn Error>> {
    let issuer = flags
        .issuer
        .as_ref()
        .ok_or("--auth oidc needs --auth-issuer")?;
    if flags.audiences.is_empty() {
        return Err("--auth oidc needs --auth-audience".into());
    }
    let trusted = match &flags.issuer_truststore {
        Some(store) => Trusted::Store(TrustSource::store(store)),
        None => Trusted::System,
    };
    let provider = tls::ring_provider();
    let client = Reloader::new(SystemTime::now(), move |files| {
        ClientContext::new(&trusted.trust(files)?, &provider).config()
    })
    .map_err(|error| format!("--auth-issuer-truststore: {error}"))?;
    client.on_change(|status| {
        if let Some(failure) = &status.failure {
            eprintln!("whom to believe to be the OpenID provider is as before: {failure}");
        }
    });
    // Looks at the files for as long as keys are fetched.
    let watch = client.watch(Reloader::DEFAULT_INTERVAL)?;
    let mut https = Https::following(move || {
        let _ = &watch;
        client.current()
    });
    if issuer.starts_with("http://") {
        // For trying out: who opens that port makes the keys. Refused all the same if it is another machine.
        https = https.dangerously_allow_http_on_loopback();
    }
    let keys = Jwks::discovered(issuer, Refresh::default(), move |url| https.get(url))?;
    keys.on_change(|status| match &status.failure {
        None => eprintln!(
            "keys of the OpenID provider: {}; not used: {}",
            listed(&status.keys),
            listed(&status.passed_over)
        ),
        Some(failure) => eprintln!("keys of the OpenID provider are not to be had: {failure}"),
    });
    let claim = flags.claim.as_deref().unwrap_or("sub");
    let bearer = Bearer::new(issuer, &flags.audiences, keys).user(UserClaim::new(claim));
    let bearer = Arc::new(bearer);
    Ok(Scheme::bearer(REALM, move |_| bearer.http()))
}

fn listed(keys: &[String]) -> String {
    match keys {
        [] => "none".to_owned(),
        keys => keys.join(", "),
    }
}
