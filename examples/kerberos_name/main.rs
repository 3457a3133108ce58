//! What the rules of `auth_to_local` make of principals, and what is probably wrong with them:
//!
//! ```console
//! $ cargo run --example kerberos_name -- --site /etc/hadoop/conf/core-site.xml --realm EXAMPLE.COM explain nn/host@EXAMPLE.COM
//! $ cargo run --example kerberos_name -- --rules 'RULE:[1:$1@$0](.*@A.ORG)s/@.*// DEFAULT' lint
//! ```
//!
//! It ends with 1 if a principal has no local name, or if there is a finding.

use std::error::Error;
use std::process::ExitCode;

use bailiwick::authn::{AuthToLocal, RuleMechanism};
use bailiwick::config::{Format, Settings, auth_to_local};
use lexopt::{Arg, Parser, ValueExt};

const USAGE: &str = "\
usage: kerberos_name [--site FILE | --rules TEXT] [--mechanism hadoop|mit] [--realm REALM] COMMAND [PRINCIPAL...]

  translate PRINCIPAL...  prints local names
  explain PRINCIPAL...    says which rule applies, and why the others do not
  lint                    says what in the rules is probably not meant

  --site FILE        core-site.xml, or alluxio-site.properties
  --rules TEXT       the rules themselves; DEFAULT without
  --mechanism WORD   hadoop without; a site file says its own
  --realm REALM      the default realm; EXAMPLE.COM without";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("kerberos_name: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode, Box<dyn Error>> {
    let (mut site, mut rules, mut realm) = (None, "DEFAULT".to_owned(), "EXAMPLE.COM".to_owned());
    let (mut mechanism, mut words) = (RuleMechanism::Hadoop, Vec::new());
    let mut args = Parser::from_env();
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Long("site") => site = Some(args.value()?.string()?),
            Arg::Long("rules") => rules = args.value()?.string()?,
            Arg::Long("mechanism") => mechanism = args.value()?.parse()?,
            Arg::Long("realm") => realm = args.value()?.string()?,
            Arg::Value(word) => words.push(word.string()?),
            Arg::Long("help") | Arg::Short('h') => {
                println!("{USAGE}");
                return Ok(ExitCode::SUCCESS);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let rules = match site {
        Some(file) => {
            let format = match file.ends_with(".xml") {
                true => Format::HadoopXml,
                false => Format::Properties,
            };
            auth_to_local(&Settings::open(file, format)?, &realm)?
        }
        None => AuthToLocal::parse(&rules, mechanism, &realm)?,
    };
    let Some((command, principals)) = words.split_first() else {
        return Err(USAGE.into());
    };
    let mut good = true;
    match command.as_str() {
        "translate" => {
            for principal in principals {
                match rules.short_name(principal) {
                    Ok(name) => println!("{principal} {name}"),
                    Err(error) => {
                        eprintln!("{error}");
                        good = false;
                    }
                }
            }
        }
        "explain" => {
            for explanation in principals.iter().map(|principal| rules.explain(principal)) {
                print!("{explanation}");
                good &= explanation.outcome.is_ok();
            }
        }
        "lint" => {
            for finding in rules.lint() {
                println!("{finding}");
                good = false;
            }
        }
        _ => return Err(USAGE.into()),
    }
    Ok(ExitCode::from(u8::from(!good)))
}
