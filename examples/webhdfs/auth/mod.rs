//! Who may log in, and how: from `--auth` to the layer that stands before the metadata server.

mod certificate;
mod custom;
mod flags;
#[cfg(feature = "kerberos")]
mod kerberos;
mod oidc;
mod rejected;

use std::error::Error;
use std::sync::Arc;

use bailiwick::authz::{Opinion, Policy};
use bailiwick::tls::PeerName;
use bailiwick::tower::{ActAs, Authenticate, Scheme};

use crate::flags::Flags;
use crate::http::Body;
use crate::metadata::Metadata;

pub use flags::{AuthFlags, HELP};

const REALM: &str = "webhdfs";
/// Where Hadoop's clients of SIMPLE say who they are, and those of a proxy for whom they act.
const USER: &str = "user.name";
const DO_AS: &str = "doas";

/// Everybody who gets through has a principal and a subject. `doas` counts for all of them but NOSASL, which has no users.
pub fn layer(
    flags: &Flags,
    metadata: &Arc<Metadata>,
) -> Result<Authenticate<Body>, Box<dyn Error>> {
    let how = flags.auth.how();
    let simple = how == "simple";
    let (rejecting, resolving) = (Arc::clone(metadata), Arc::clone(metadata));
    let mut layer = Authenticate::new([scheme(flags)?])
        .resolve_with(move |principal, act_as, peer| {
            let Metadata {
                resolver, policy, ..
            } = &*resolving;
            // Groups may come from a directory.
            tokio::task::block_in_place(|| resolver.resolve(policy, principal, act_as, peer))
        })
        .observe(rejected::tell_operator)
        .answer(move |rejection, parts| rejected::answer(&rejecting, simple, rejection, parts));
    if how != "nosasl" {
        layer = layer.act_as(ActAs::Query(DO_AS.into()));
    }
    Ok(layer)
}

fn scheme(flags: &Flags) -> Result<Scheme, Box<dyn Error>> {
    let auth = &flags.auth;
    match auth.how() {
        "simple" => {
            eprintln!("--auth simple: whoever can connect may be anybody, super users among them");
            Ok(Scheme::trusted_name(USER))
        }
        "nosasl" => Ok(Scheme::unnamed()),
        "custom" => {
            let file = auth.password_file.as_ref();
            let plain = custom::plain(file.ok_or("--auth custom needs --auth-password-file")?)?;
            Ok(Scheme::basic(REALM, move |_| plain.server()))
        }
        #[cfg(feature = "kerberos")]
        "kerberos" => kerberos::scheme(auth),
        #[cfg(not(feature = "kerberos"))]
        "kerberos" => Err("--auth kerberos: build with --features kerberos".into()),
        "oidc" => oidc::scheme(auth),
        "mtls" if flags.tls.truststore.is_none() => {
            Err("--auth mtls needs --tls-truststore".into())
        }
        "mtls" => Ok(Scheme::certificate()),
        other => Err(format!(
            "--auth {other}: expected simple, nosasl, custom, kerberos, oidc or mtls"
        )
        .into()),
    }
}

/// Where the certificate of a connection names its user, if that is asked for.
pub fn certificate_names(flags: &AuthFlags) -> Result<Option<PeerName>, String> {
    let asked = flags.how() == "mtls";
    asked
        .then(|| certificate::names(&flags.cert_names))
        .transpose()
}

/// Without authentication there are no users whose permissions could be checked: Alluxio refuses to start with NOSASL unless
/// `alluxio.security.authorization.permission.enabled` is false, and so everybody may do everything. What is made belongs
/// to the user without a name. Checking on would make a server that nobody can write to.
pub fn policy(flags: &AuthFlags, policy: Policy) -> Policy {
    if flags.how() != "nosasl" {
        return policy;
    }
    eprintln!("--auth nosasl: whoever can connect may do everything; permissions are not checked");
    policy.with_authorizer(|_| Opinion::Allow)
}
