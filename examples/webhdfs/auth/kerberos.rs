//! KERBEROS over HTTP's Negotiate.

use std::error::Error;
use std::sync::Arc;

use bailiwick::authn::kerberos::{Acceptor, ServicePrincipal};
use bailiwick::authn::{AuthToLocal, RuleMechanism};
use bailiwick::tower::Scheme;

use super::AuthFlags;

pub fn scheme(flags: &AuthFlags) -> Result<Scheme, Box<dyn Error>> {
    let keytab = flags
        .keytab
        .as_ref()
        .ok_or("--auth kerberos needs --auth-keytab")?;
    let realm = flags
        .realm
        .as_ref()
        .ok_or("--auth kerberos needs --auth-realm")?;
    let rules = flags.to_local.as_deref().unwrap_or("DEFAULT");
    let names = AuthToLocal::parse(rules, RuleMechanism::Hadoop, realm)
        .map_err(|error| format!("--auth-to-local: {error}"))?;
    let host = nix::unistd::gethostname()?;
    let host = host.to_str().ok_or("the name of this host is not UTF-8")?;
    let default = [format!("HTTP/_HOST@{realm}")];
    let principals = match &*flags.principals {
        [] => &default[..],
        given => given,
    };
    let services = principals
        .iter()
        .map(|principal| ServicePrincipal::for_host(principal, host))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| format!("--auth-principal: {error}"))?;
    let acceptor = Acceptor::open(keytab, services, Arc::new(names))
        .map_err(|error| format!("--auth-keytab: {error}"))?;
    Ok(Scheme::negotiate(move |_| acceptor.negotiate()))
}
