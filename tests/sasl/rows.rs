//! The mechanisms, and what a login of each has to mean. A new mechanism is a row.

use bailiwick::authn::{Anonymous, Connected, Exchange, External, Login, Plain};
use bailiwick::identity::{Password, Principal};

use crate::frames::{CERTIFICATE, PASSWORD, USER, certified, name, plain};

pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) server: fn() -> Exchange<Login>,
    pub(crate) client: fn() -> Exchange<Connected>,
    /// Whether the server was right to take what it heard, in order, for this login.
    pub(crate) is_right: fn(&[Vec<u8>], &Login) -> bool,
}

pub(crate) const ROWS: [Row; 5] = [
    Row {
        name: "PLAIN",
        server: || plain().server(),
        client: || {
            let password = Password::new(PASSWORD);
            Plain::client(&name(USER), Some(&password), None)
        },
        is_right: is_plain,
    },
    Row {
        name: "PLAIN for another",
        server: || plain().server(),
        client: || {
            let password = Password::new(PASSWORD);
            Plain::client(&name(USER), Some(&password), Some(&name("bob")))
        },
        is_right: is_plain,
    },
    Row {
        name: "ANONYMOUS",
        server: Anonymous::server,
        client: || Anonymous::client("sirhc"),
        is_right: |_, login| login.principal == Principal::unnamed() && login.act_as.is_none(),
    },
    Row {
        name: "EXTERNAL",
        server: || External::server(certified()),
        client: || External::client(None),
        is_right: is_external,
    },
    Row {
        name: "EXTERNAL for another",
        server: || External::server(certified()),
        client: || External::client(Some(&name("bob"))),
        is_right: is_external,
    },
];

/// The right name and password, to the byte, after whom it wants to act for.
fn is_plain(heard: &[Vec<u8>], login: &Login) -> bool {
    let [message] = heard else { return false };
    let act_as = login.act_as.as_ref().map_or("", |user| user.as_str());
    *message == [act_as, USER, PASSWORD].join("\0").into_bytes()
        && login.principal.name().as_str() == USER
}

/// All that is heard is whom it wants to act for.
fn is_external(heard: &[Vec<u8>], login: &Login) -> bool {
    let [message] = heard else { return false };
    let act_as = login.act_as.as_ref().map_or("", |user| user.as_str());
    message == act_as.as_bytes() && login.principal.name().as_str() == CERTIFICATE
}
