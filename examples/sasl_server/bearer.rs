//! OAUTHBEARER: tokens of an OpenID provider. Whom to trust is read once; the example `webhdfs` shows how to reload it.

use std::error::Error;
use std::sync::Arc;
use std::time::SystemTime;

use bailiwick::authn::oidc::{Bearer, Https, Jwks, Refresh, UserClaim};
use bailiwick::tls::{self, ClientContext, Files, Trusted};

use crate::flags::Flags;

pub fn bearer(flags: &Flags) -> Result<Bearer, Box<dyn Error>> {
    let (Some(issuer), Some(audience)) = (&flags.issuer, &flags.audience) else {
        return Err("--mechanism oauthbearer needs --issuer and --audience".into());
    };
    let files = &mut Files::new(SystemTime::now());
    let trust = Trusted::System.trust(files)?;
    let tls = ClientContext::new(&trust, &tls::ring_provider()).config()?;
    let mut https = Https::new(Arc::new(tls));
    if issuer.starts_with("http://") {
        // For trying out. Refused all the same if it is another machine.
        https = https.dangerously_allow_http_on_loopback();
    }
    let keys = Jwks::discovered(issuer, Refresh::default(), move |url| https.get(url))?;
    let claim = UserClaim::new(flags.claim.as_str());
    Ok(Bearer::new(issuer, [audience], keys).user(claim))
}
