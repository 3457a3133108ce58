//! The command line.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use lexopt::{Arg, Parser, ValueExt};

use crate::auth::AuthFlags;
use crate::tls::TlsFlags;

/// What stands before and after the flags of authentication and of TLS.
pub const HELP: [&str; 2] = ["\
A file service over WebHDFS, secured by bailiwick.

Usage: cargo run --release --example webhdfs -- [FLAGS]

  --http ADDR                 metadata listener [127.0.0.1:9871]; port 0 is any free port
  --worker ADDR               worker listener [127.0.0.1:9865]
  --data DIR                  where file bytes go [a temporary folder]
  --no-tls                    plain HTTP
", "\
  --dialect NAME              alluxio, hdfs or posix [hdfs]
  --user-groups MAP           [alice=staff,eng;bob=staff;yarn=hadoop]; 'os' asks the operating system
  --superuser NAME            [hdfs]
  --supergroup NAME           may be repeated [supergroup]
  --proxyuser RULES           [yarn.users=alice;yarn.hosts=127.0.0.1]
  --umask UMASK               [022]; in the language of the dialect, such as u=rwx,g=rx,o= of HDFS
  --token-life SECONDS        [3600]
  --audit FILE                [standard error]
"];

pub struct Flags {
    pub http: SocketAddr,
    pub worker: SocketAddr,
    pub data: Option<PathBuf>,
    pub no_tls: bool,
    pub tls: TlsFlags,
    pub auth: AuthFlags,
    pub dialect: String,
    pub user_groups: String,
    pub super_user: String,
    pub super_groups: Vec<String>,
    pub proxy_user: String,
    pub umask: String,
    pub token_life: Duration,
    pub audit: Option<PathBuf>,
}

/// What the command line asks for.
pub enum Command {
    Help,
    Run(Box<Flags>),
}

pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    let mut flags = Flags {
        http: SocketAddr::from(([127, 0, 0, 1], 9871)),
        worker: SocketAddr::from(([127, 0, 0, 1], 9865)),
        data: None,
        no_tls: false,
        tls: TlsFlags::default(),
        auth: AuthFlags::default(),
        dialect: "hdfs".to_owned(),
        user_groups: "alice=staff,eng;bob=staff;yarn=hadoop".to_owned(),
        super_user: "hdfs".to_owned(),
        super_groups: Vec::new(),
        proxy_user: "yarn.users=alice;yarn.hosts=127.0.0.1".to_owned(),
        umask: "022".to_owned(),
        token_life: Duration::from_secs(3600),
        audit: None,
    };
    let mut parser = Parser::from_args(args);
    let mut flag = String::new();
    let mut read = || -> Result<bool, lexopt::Error> {
        while let Some(arg) = parser.next()? {
            if let Arg::Long(name) = arg {
                flag = format!("--{name}: ");
            }
            match arg {
                Arg::Short('h') | Arg::Long("help") => return Ok(false),
                Arg::Long("http") => flags.http = parser.value()?.parse()?,
                Arg::Long("worker") => flags.worker = parser.value()?.parse()?,
                Arg::Long("data") => flags.data = Some(parser.value()?.into()),
                Arg::Long("no-tls") => flags.no_tls = true,
                Arg::Long("dialect") => flags.dialect = parser.value()?.string()?,
                Arg::Long("user-groups") => flags.user_groups = parser.value()?.string()?,
                Arg::Long("superuser") => flags.super_user = parser.value()?.string()?,
                Arg::Long("supergroup") => flags.super_groups.push(parser.value()?.string()?),
                Arg::Long("proxyuser") => flags.proxy_user = parser.value()?.string()?,
                Arg::Long("umask") => flags.umask = parser.value()?.string()?,
                Arg::Long("token-life") => {
                    flags.token_life = Duration::from_secs(parser.value()?.parse()?);
                }
                Arg::Long("audit") => flags.audit = Some(parser.value()?.into()),
                Arg::Long(name) => {
                    let name = name.to_owned();
                    if !flags.tls.read(&name, &mut parser)?
                        && !flags.auth.read(&name, &mut parser)?
                    {
                        return Err(lexopt::Error::UnexpectedOption(format!("--{name}")));
                    }
                }
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
    if flags.no_tls && flags.tls.is_any() {
        return Err(
            "--no-tls contradicts --tls-keystore, --tls-cert and --tls-truststore".to_owned(),
        );
    }
    flags.tls.check()?;
    flags.auth.check()?;
    if flags.super_groups.is_empty() {
        flags.super_groups.push("supergroup".to_owned());
    }
    Ok(Command::Run(Box::new(flags)))
}
