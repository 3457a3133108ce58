//! OAUTHBEARER: tokens of an OpenID provider.

use std::error::Error;
use std::time::SystemTime;

use bailiwick::authn::oidc::{Bearer, Https, Jwks, Refresh, UserClaim};
use bailiwick::tls::{self, ClientContext, Reloader, Trusted};

use crate::flags::Flags;

pub fn bearer(flags: &Flags) -> Result<Bearer, Box<dyn Error>> {
    let (Some(issuer), Some(audience)) = (&flags.issuer, &flags.audience) else {
        return Err("--mechanism oauthbearer needs --issuer and --audience".into());
    };
    let provider = tls::ring_provider();
    let tls = Reloader::new(SystemTime::now(), move |files| {
        ClientContext::new(&Trusted::System.trust(files)?, &provider).config()
    })?;
    let mut https = Https::new(tls.current());
    if issuer.starts_with("http://") {
        // Refused all the same if it is another machine.
        https = https.dangerously_allow_http_on_loopback();
    }
    let keys = Jwks::discovered(issuer, Refresh::default(), move |url| https.get(url))?;
    let claim = UserClaim::new(flags.claim.as_str());
    Ok(Bearer::new(issuer, [audience], keys).user(claim))
}
