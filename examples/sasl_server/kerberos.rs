//! GSSAPI: a keytab on the server, a keytab or a ticket cache on the client.

use std::error::Error;
use std::sync::Arc;
use std::time::SystemTime;

use bailiwick::authn::kerberos::{
    Acceptor, Credentials, Initiator, KerberosLogin, ServicePrincipal, Target,
};
use bailiwick::authn::{AuthToLocal, RuleMechanism};
use bailiwick::identity::UserName;

use crate::flags::Flags;

pub fn acceptor(flags: &Flags) -> Result<Acceptor, Box<dyn Error>> {
    let keytab = flags.keytab.as_ref();
    let keytab = keytab.ok_or("--mechanism gssapi needs --keytab")?;
    let service = service(flags)?;
    let names = AuthToLocal::parse(&flags.auth_to_local, RuleMechanism::Hadoop, service.realm())
        .map_err(|error| format!("--auth-to-local: {error}"))?;
    let acceptor = Acceptor::open(keytab, [service], Arc::new(names))?;
    Ok(acceptor.with_qops(flags.qops))
}

/// A login, and the service that it is for. `--principal` is the service on either side, for it is what the ticket names.
pub fn initiator(
    flags: &Flags,
    act_as: Option<UserName>,
) -> Result<(Initiator, Target), Box<dyn Error>> {
    let mut from = Credentials::new().deadline(flags.deadline);
    if let Some(user) = &flags.user {
        from = from.principal(user);
    }
    if let Some(keytab) = &flags.keytab {
        from = from.keytab(keytab);
    }
    let login = KerberosLogin::new(from, SystemTime::now())?;
    Ok((login.initiator().act_as(act_as), service(flags)?.into()))
}

fn service(flags: &Flags) -> Result<ServicePrincipal, Box<dyn Error>> {
    let principal = flags.principal.as_ref();
    let principal = principal.ok_or("--mechanism gssapi needs --principal")?;
    let principal = principal.parse();
    principal.map_err(|error| format!("--principal: {error}").into())
}
