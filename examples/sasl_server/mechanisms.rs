//! From `--mechanism` to exchanges, on either side: the one place where a mechanism is named.

use std::error::Error;
use std::str::FromStr;

use bailiwick::authn::oidc::Bearer;
use bailiwick::authn::{Anonymous, Connected, External, Mechanisms, Plain};
use bailiwick::identity::{Principal, UserName};

use crate::flags::Flags;
#[cfg(feature = "kerberos")]
use crate::kerberos;
use crate::{bearer, passwords};

#[cfg(not(feature = "kerberos"))]
const WITHOUT_KERBEROS: &str = "--mechanism gssapi: build with --features kerberos";

/// A value of `--mechanism`.
#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Plain,
    Custom,
    Anonymous,
    External,
    Gssapi,
    Oauthbearer,
}

impl FromStr for Kind {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "plain" => Ok(Self::Plain),
            "custom" => Ok(Self::Custom),
            "anonymous" => Ok(Self::Anonymous),
            "external" => Ok(Self::External),
            "gssapi" => Ok(Self::Gssapi),
            "oauthbearer" => Ok(Self::Oauthbearer),
            _ => Err("expected plain, custom, anonymous, external, gssapi or oauthbearer"),
        }
    }
}

/// What the server offers; on each connection the same, but for EXTERNAL.
pub struct Offer(Vec<Offered>);

/// Adds a mechanism, on a connection whose peer has perhaps presented a certificate.
type Offered = Box<dyn Fn(Mechanisms, Option<&Principal>) -> Mechanisms + Send + Sync>;

impl Offer {
    /// Reads once what the mechanisms need.
    pub fn load(flags: &Flags) -> Result<Self, Box<dyn Error>> {
        if flags.mechanisms.contains(&Kind::Plain) && flags.mechanisms.contains(&Kind::Custom) {
            return Err("plain and custom contradict each other: both are SASL's PLAIN".into());
        }
        let kinds = flags.mechanisms.iter().map(|kind| offered(*kind, flags));
        Ok(Self(kinds.collect::<Result<_, _>>()?))
    }

    pub fn to(&self, peer: Option<&Principal>) -> Mechanisms {
        let add = |mechanisms, offered: &Offered| offered(mechanisms, peer);
        self.0.iter().fold(Mechanisms::new(), add)
    }
}

fn offered(kind: Kind, flags: &Flags) -> Result<Offered, Box<dyn Error>> {
    Ok(match kind {
        Kind::Plain => Box::new(|mechanisms, _| {
            let plain = Plain::trusted();
            mechanisms.with("PLAIN", move || plain.server())
        }),
        Kind::Custom => {
            let file = flags.passwords.as_ref();
            let file = file.ok_or("--mechanism custom needs --passwords")?;
            let plain = Plain::verified(passwords::of(file)?);
            Box::new(move |mechanisms, _| {
                let plain = plain.clone();
                mechanisms.with("PLAIN", move || plain.server())
            })
        }
        Kind::Anonymous => {
            Box::new(|mechanisms, _| mechanisms.with("ANONYMOUS", Anonymous::server))
        }
        Kind::External if flags.tls_truststore.is_none() => {
            return Err("--mechanism external needs --tls-truststore".into());
        }
        Kind::External => Box::new(|mechanisms, peer| match peer.cloned() {
            Some(peer) => mechanisms.with("EXTERNAL", move || External::server(peer.clone())),
            None => mechanisms,
        }),
        #[cfg(feature = "kerberos")]
        Kind::Gssapi => {
            let acceptor = kerberos::acceptor(flags)?;
            Box::new(move |mechanisms, _| {
                let acceptor = acceptor.clone();
                mechanisms.with("GSSAPI", move || acceptor.sasl())
            })
        }
        #[cfg(not(feature = "kerberos"))]
        Kind::Gssapi => return Err(WITHOUT_KERBEROS.into()),
        Kind::Oauthbearer => {
            let bearer = bearer::bearer(flags)?;
            Box::new(move |mechanisms, _| {
                let bearer = bearer.clone();
                mechanisms.with("OAUTHBEARER", move || bearer.sasl())
            })
        }
    })
}

/// What a client can use. It asks for the first, for a server does not tell what it offers.
pub fn usable(flags: &Flags) -> Result<Mechanisms<Connected>, Box<dyn Error>> {
    let act_as = flags.act_as.as_deref().map(UserName::new).transpose();
    let act_as = act_as.map_err(|error| format!("--act-as: {error}"))?;
    let user = || -> Result<UserName, Box<dyn Error>> {
        let name = flags.user.as_deref();
        let name = name.ok_or("--user is missing")?;
        UserName::new(name).map_err(|error| format!("--user: {error}").into())
    };
    let mut usable = Mechanisms::new();
    for kind in &flags.mechanisms {
        let act_as = act_as.clone();
        usable = match kind {
            Kind::Plain => {
                let user = user()?;
                usable.with("PLAIN", move || Plain::client(&user, None, act_as.as_ref()))
            }
            Kind::Custom => {
                let file = flags.password_file.as_ref();
                let file = file.ok_or("--mechanism custom needs --password-file")?;
                let (user, password) = (user()?, passwords::first_line(file)?);
                usable.with("PLAIN", move || {
                    Plain::client(&user, Some(&password), act_as.as_ref())
                })
            }
            Kind::Anonymous => usable.with("ANONYMOUS", || Anonymous::client("")),
            Kind::External => usable.with("EXTERNAL", move || External::client(act_as.as_ref())),
            #[cfg(feature = "kerberos")]
            Kind::Gssapi => {
                let (initiator, service) = kerberos::initiator(flags, act_as)?;
                usable.with("GSSAPI", move || initiator.sasl(&service))
            }
            #[cfg(not(feature = "kerberos"))]
            Kind::Gssapi => return Err(WITHOUT_KERBEROS.into()),
            Kind::Oauthbearer => {
                let file = flags.token_file.as_ref();
                let file = file.ok_or("--mechanism oauthbearer needs --token-file")?;
                let token = passwords::first_line(file)?;
                usable.with("OAUTHBEARER", move || {
                    Bearer::client(token.clone(), act_as.as_ref(), None)
                })
            }
        };
    }
    Ok(usable)
}
