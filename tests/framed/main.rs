//! Framed logins: over sockets, with peers that do not behave; the example `sasl_server`; other people's clients and servers.
#![cfg(feature = "tokio")]

mod adapter;
mod example;
#[cfg(feature = "kerberos")]
mod kerberos;
#[path = "../support/openid.rs"]
mod openid;
mod peers;
#[cfg(feature = "kerberos")]
#[path = "../support/realm.rs"]
#[expect(dead_code, reason = "no KDC is stopped here")]
mod realm;
#[path = "../support/running.rs"]
#[allow(
    dead_code,
    reason = "what a program says until its end is not asked for here"
)]
mod running;
mod service;
#[path = "../support/tls_tools.rs"]
#[allow(dead_code, reason = "only what names a missing tool")]
mod tools;
