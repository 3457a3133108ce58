//! A small service behind a SASL login: it sends back every frame that it gets. And a client for it.
//!
//! In one terminal, and then in another:
//!
//! ```text
//! cargo run --example sasl_server -- --mechanism plain --mechanism anonymous
//! echo hello | cargo run --example sasl_server -- --client --mechanism plain --user alice
//! ```
//!
//! `-- --help` lists the flags.

#![expect(
    unreachable_pub,
    reason = "a program has no public interface to mistake it for"
)]

mod bearer;
mod client;
mod flags;
#[cfg(feature = "kerberos")]
mod kerberos;
mod mechanisms;
mod passwords;
mod server;
mod tls;

use std::process::ExitCode;

use flags::Command;

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match flags::parse(std::env::args_os().skip(1)) {
        Ok(Command::Help) => {
            print!("{}", flags::HELP);
            return ExitCode::SUCCESS;
        }
        Ok(Command::Serve(flags)) => server::run(&flags).await,
        Ok(Command::Call(flags)) => client::run(&flags).await,
        Err(error) => Err(format!("{error}; --help lists the flags").into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sasl_server: {error}");
            ExitCode::FAILURE
        }
    }
}
