//! Upstream's own cases, as data: every file in `tests/data`, every case run or skipped with a reason, the counts printed;
//! and the tools of this machine, where they are the upstream.

mod access_list;
mod acl;
mod cases;
mod facl;
mod impersonation;
mod kerberos;
mod mode;
mod permission;
#[cfg(target_os = "linux")]
mod posix_tools;
#[cfg(target_os = "linux")]
#[path = "../support/random.rs"]
mod random;
mod sasl_plain;
mod text;
