//! The command line.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use bailiwick::authn::{Qop, QopSet};
use lexopt::{Arg, Parser, ValueExt};

use crate::mechanisms::Kind;

pub const HELP: &str = "\
A service that sends back every frame, behind a SASL login, by bailiwick. The frames are those of Apache Thrift's SASL
transport.

Usage: cargo run --example sasl_server -- [--client] --mechanism NAME [FLAGS]

  --client                    call a server: log in, send each line of standard input, print what comes back
  --address ADDR              where to listen, or whom to call [127.0.0.1:9090]; port 0 is any free port
  --mechanism NAME            may be repeated, the preferred one first: plain (the name is trusted), custom (PLAIN with
                              --passwords), anonymous, external (the certificate of the client), gssapi (with the
                              feature kerberos), oauthbearer
  --deadline SECONDS          for a whole login, with TLS [10]

of a server:
  --idle SECONDS              for how long a client may send nothing, or read nothing of what it gets [300]
  --passwords FILE            for custom: lines of USER:PASSWORD
  --user-groups MAP           [alice=staff,eng;bob=staff;yarn=hadoop]
  --superuser NAME            whom nobody may act as [hdfs]
  --proxyuser RULES           [yarn.users=alice;yarn.hosts=127.0.0.1]
  --keytab FILE               for gssapi: the key of --principal
  --principal NAME            for gssapi: the service, such as echo/localhost@EXAMPLE.COM; a client calls it by that, too
  --auth-to-local RULES       for gssapi: local names of principals [DEFAULT]
  --qop LIST                  for gssapi: which of auth, auth-int and auth-conf are good enough [auth-int,auth-conf]; auth
                              protects nothing after the login, which is then for TLS to do
  --issuer URL, --audience NAME, --claim NAME
                              for oauthbearer: the OpenID provider, for whom its tokens are, who they say it is [sub]
of a client:
  --user NAME                 for plain and custom; for gssapi, the principal to log in as, from --keytab or else from the
                              ticket cache
  --password-file FILE        for custom: its first line
  --token-file FILE           for oauthbearer: its first line
  --act-as NAME               for whom to act

  --tls-cert FILE, --tls-key FILE
                              PEM with the own certificates and their key; a server with them speaks TLS
  --tls-truststore FILE       PEM, JKS or PKCS12 with whom to trust: with it a client speaks TLS, and a server asks for
                              certificates, which name users by their common name

Passwords and tokens are sent to other machines, and taken from them, over TLS alone.
";

pub struct Flags {
    pub address: SocketAddr,
    pub mechanisms: Vec<Kind>,
    pub deadline: Duration,
    pub idle: Duration,
    pub passwords: Option<PathBuf>,
    pub user_groups: String,
    pub super_user: String,
    pub proxy_user: String,
    pub user: Option<String>,
    pub password_file: Option<PathBuf>,
    pub token_file: Option<PathBuf>,
    pub act_as: Option<String>,
    pub keytab: Option<PathBuf>,
    pub principal: Option<String>,
    pub auth_to_local: String,
    pub qops: QopSet,
    pub issuer: Option<String>,
    pub audience: Option<String>,
    pub claim: String,
    pub tls_cert: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    pub tls_truststore: Option<PathBuf>,
}

/// What the command line asks for.
pub enum Command {
    Help,
    Serve(Box<Flags>),
    Call(Box<Flags>),
}

pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    let mut flags = Flags {
        address: SocketAddr::from(([127, 0, 0, 1], 9090)),
        mechanisms: Vec::new(),
        deadline: Duration::from_secs(10),
        idle: Duration::from_secs(300),
        passwords: None,
        user_groups: "alice=staff,eng;bob=staff;yarn=hadoop".to_owned(),
        super_user: "hdfs".to_owned(),
        proxy_user: "yarn.users=alice;yarn.hosts=127.0.0.1".to_owned(),
        user: None,
        password_file: None,
        token_file: None,
        act_as: None,
        keytab: None,
        principal: None,
        auth_to_local: "DEFAULT".to_owned(),
        qops: QopSet::at_least(Qop::Integrity),
        issuer: None,
        audience: None,
        claim: "sub".to_owned(),
        tls_cert: None,
        tls_key: None,
        tls_truststore: None,
    };
    let mut client = false;
    let mut parser = Parser::from_args(args);
    let mut flag = String::new();
    let mut read = || -> Result<bool, lexopt::Error> {
        while let Some(arg) = parser.next()? {
            if let Arg::Long(name) = arg {
                flag = format!("--{name}: ");
            }
            match arg {
                Arg::Short('h') | Arg::Long("help") => return Ok(false),
                Arg::Long("client") => client = true,
                Arg::Long("address") => flags.address = parser.value()?.parse()?,
                Arg::Long("mechanism") => flags.mechanisms.push(parser.value()?.parse()?),
                Arg::Long("deadline") => {
                    flags.deadline = Duration::from_secs(parser.value()?.parse()?);
                }
                Arg::Long("idle") => {
                    flags.idle = Duration::from_secs(parser.value()?.parse()?);
                }
                Arg::Long("passwords") => flags.passwords = Some(parser.value()?.into()),
                Arg::Long("user-groups") => flags.user_groups = parser.value()?.string()?,
                Arg::Long("superuser") => flags.super_user = parser.value()?.string()?,
                Arg::Long("proxyuser") => flags.proxy_user = parser.value()?.string()?,
                Arg::Long("user") => flags.user = Some(parser.value()?.string()?),
                Arg::Long("password-file") => flags.password_file = Some(parser.value()?.into()),
                Arg::Long("token-file") => flags.token_file = Some(parser.value()?.into()),
                Arg::Long("keytab") => flags.keytab = Some(parser.value()?.into()),
                Arg::Long("principal") => flags.principal = Some(parser.value()?.string()?),
                Arg::Long("auth-to-local") => flags.auth_to_local = parser.value()?.string()?,
                Arg::Long("qop") => flags.qops = parser.value()?.parse()?,
                Arg::Long("issuer") => flags.issuer = Some(parser.value()?.string()?),
                Arg::Long("audience") => flags.audience = Some(parser.value()?.string()?),
                Arg::Long("claim") => flags.claim = parser.value()?.string()?,
                Arg::Long("act-as") => flags.act_as = Some(parser.value()?.string()?),
                Arg::Long("tls-cert") => flags.tls_cert = Some(parser.value()?.into()),
                Arg::Long("tls-key") => flags.tls_key = Some(parser.value()?.into()),
                Arg::Long("tls-truststore") => flags.tls_truststore = Some(parser.value()?.into()),
                _ => return Err(arg.unexpected()),
            }
        }
        Ok(true)
    };
    match read() {
        Ok(true) => {}
        Ok(false) => return Ok(Command::Help),
        Err(error @ lexopt::Error::UnexpectedOption(_)) => return Err(error.to_string()),
        Err(error) => return Err(format!("{flag}{error}")),
    }
    if flags.mechanisms.is_empty() {
        return Err("--mechanism is missing".to_owned());
    }
    if flags.tls_cert.is_some() != flags.tls_key.is_some() {
        return Err("--tls-cert and --tls-key need each other".to_owned());
    }
    if !client && flags.tls_truststore.is_some() && flags.tls_cert.is_none() {
        return Err("--tls-truststore needs --tls-cert, unless with --client".to_owned());
    }
    let tls = match client {
        true => flags.tls_truststore.is_some(),
        false => flags.tls_cert.is_some(),
    };
    let secret = |kind: &Kind| matches!(kind, Kind::Custom | Kind::Oauthbearer);
    if !tls && !flags.address.ip().is_loopback() && flags.mechanisms.iter().any(secret) {
        return Err(
            "--mechanism custom and oauthbearer need TLS, unless on this machine: \
                    --tls-cert, or with --client --tls-truststore"
                .to_owned(),
        );
    }
    let flags = Box::new(flags);
    Ok(if client {
        Command::Call(flags)
    } else {
        Command::Serve(flags)
    })
}
