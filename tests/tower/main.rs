//! The layer for tower: what a request shows, and what it is answered.

mod axum;
mod rows;
mod tonic;

use std::sync::{Arc, Mutex};

use bailiwick::acl::Dialect;
use bailiwick::authn::{AuthnError, Exchange, Later, Login, SaslMechanism, Step};
use bailiwick::authz::{GroupMapping, GroupsUnavailable, Impersonation, Policy, Resolver};
use bailiwick::identity::{GroupName, Groups, Mechanism, Principal, Subject, UserName};

/// Does what its token says. `secret` stands in every error that a client must not read.
pub(crate) struct Ticket;

fn name(text: &str) -> UserName {
    UserName::new(text).unwrap()
}

impl SaslMechanism<Login> for Ticket {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<Login>, AuthnError> {
        let text = std::str::from_utf8(input).unwrap().to_owned();
        let done = |user: &str, reply: &[u8]| Step::Done {
            end: Login::new(Principal::asserted(name(user), Mechanism::Kerberos)),
            reply: reply.to_vec(),
        };
        let (mechanism, reason) = ("Ticket", "secret".into());
        Ok(match text.split_once('-').unwrap_or((&text, "")) {
            ("mutual", user) => done(user, b"I am the server"),
            ("plain", user) => done(user, b""),
            ("for", user) => Step::Done {
                end: Login::new(Principal::asserted(name("yarn"), Mechanism::Kerberos))
                    .acting_as(Some(name(user))),
                reply: Vec::new(),
            },
            ("again", _) => Step::Continue {
                reply: b"and you?".to_vec(),
                next: Exchange::new(Self),
            },
            ("later", then) => {
                let then = then.to_owned();
                Step::Later(Later::new(async move {
                    ::tokio::task::yield_now().await;
                    Exchange::new(Self).step(then.as_bytes())
                }))
            }
            ("down", _) => return Err(AuthnError::Unavailable { mechanism, reason }),
            ("odd", _) => return Err(AuthnError::Malformed { mechanism, reason }),
            _ => return Err(AuthnError::Refused { mechanism, reason }),
        })
    }
}

/// Keeps what it was given.
pub(crate) struct Recorder(pub(crate) Arc<Mutex<Vec<u8>>>);

impl SaslMechanism<Login> for Recorder {
    fn step(self: Box<Self>, input: &[u8]) -> Result<Step<Login>, AuthnError> {
        *self.0.lock().unwrap() = input.to_vec();
        let principal = Principal::asserted(name("alice"), Mechanism::Custom);
        Ok(Step::Done {
            end: Login::new(principal),
            reply: Vec::new(),
        })
    }
}

/// A group service that does not answer for `lost`.
struct Directory;

impl GroupMapping for Directory {
    fn groups(&self, user: &UserName) -> Result<Groups, GroupsUnavailable> {
        if user.as_str() == "lost" {
            return Err(GroupsUnavailable::new(user, "secret"));
        }
        Ok([GroupName::new("staff").unwrap()].into_iter().collect())
    }
}

/// yarn may act for alice and lost, from 127.0.0.1.
pub(crate) fn resolver() -> Resolver {
    let rules = [
        ("hadoop.proxyuser.yarn.users", "alice,lost"),
        ("hadoop.proxyuser.yarn.hosts", "127.0.0.1"),
    ];
    let rules = Impersonation::hadoop("hadoop.proxyuser", rules).unwrap();
    Resolver::new(Arc::new(Directory), rules)
}

pub(crate) fn policy() -> Arc<Policy> {
    Arc::new(Policy::new(Dialect::HDFS).with_super_user(name("hdfs")))
}

/// What a service sees: `alice via yarn, Kerberos`.
pub(crate) fn seen(extensions: &http::Extensions) -> String {
    let principal: &Principal = extensions.get().expect("a principal");
    let subject: Option<&Arc<Subject>> = extensions.get();
    let mechanism = principal.mechanism();
    match subject {
        None => format!("{} by {mechanism}", principal.name()),
        Some(subject) => {
            let (user, groups) = (subject.user(), subject.groups().iter().len());
            let via = subject.real_user();
            let via = via.map_or_else(String::new, |real| format!(" via {real}"));
            format!("{user}{via} by {mechanism} in {groups}")
        }
    }
}
