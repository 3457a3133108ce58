//! Logins in memory, both ends in one thread: `cargo bench --bench authn`. A word after `--` picks rows.

mod measure;

use std::env::args;
use std::hint::black_box;

use bailiwick::authn::{Connected, Exchange, Login, Mechanisms, Plain, Step, VerifyError};
use bailiwick::identity::{Password, UserName};
use measure::{Nanos, time_each};

/// As many different users, asked in turn.
const COUNTS: [usize; 2] = [1, 64];

struct User {
    name: UserName,
    password: Password,
    message: Vec<u8>,
}

fn main() {
    print!("{:42}", "median of one, of users");
    println!("{}", COUNTS.map(|count| format!("{count:>10}")).concat());
    plain();
}

fn row<Q, A>(name: &str, questions: &[Q], ask: impl Fn(&Q) -> A) {
    if wanted(name) {
        let figures = COUNTS.map(|count| time_each(&questions[..count], &ask));
        println!(
            "{name:42}{}",
            figures.map(|f: Nanos| format!("{f:>10}")).concat()
        );
    }
}

/// Whether the command line names no row, or this one by a part of its name.
fn wanted(name: &str) -> bool {
    let mut parts = args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .peekable();
    parts.peek().is_none() || parts.any(|part| name.contains(&part))
}

fn plain() {
    let users: Vec<_> = (0..COUNTS[COUNTS.len() - 1])
        .map(|n| {
            let (name, password) = (format!("user{n}"), format!("password of {n}"));
            User {
                message: format!("alice\0{name}\0{password}").into_bytes(),
                name: UserName::new(&name).unwrap(),
                password: Password::new(password),
            }
        })
        .collect();
    let trusted = Plain::trusted();
    let verified = Plain::verified(|user: &UserName, password: Password| {
        // As good as no work, so that the row is the exchange alone.
        match black_box(user).as_str().len() < black_box(&password).as_str().len() {
            true => Ok(()).into(),
            false => Err(VerifyError::refused("wrong user name or password")).into(),
        }
    });
    let offered = {
        let plain = verified.clone();
        Mechanisms::new().with("PLAIN", move || plain.server())
    };
    let alice = UserName::new("alice").unwrap();
    row("PLAIN, server, name trusted", &users, |user| {
        login(trusted.server(), &user.message)
    });
    row("PLAIN, server, password verified", &users, |user| {
        login(verified.server(), &user.message)
    });
    row("- of those that are offered", &users, |user| {
        login(offered.begin("PLAIN").unwrap(), &user.message)
    });
    row("PLAIN, client and server", &users, |user| {
        let client = Plain::client(&user.name, Some(&user.password), Some(&alice));
        login(verified.server(), &sent(client))
    });
}

fn login(exchange: Exchange<Login>, message: &[u8]) -> Login {
    match exchange.step(message) {
        Ok(Step::Done { end, .. }) => end,
        other => panic!("{other:?}"),
    }
}

fn sent(exchange: Exchange<Connected>) -> Vec<u8> {
    match exchange.step(b"") {
        Ok(Step::Done { reply, .. }) => reply,
        other => panic!("{other:?}"),
    }
}
