//! Who may act for whom: beside the oracle, with host names that change, with rules that are replaced.

mod hosts;
mod prohibited;
mod replaced;
mod rules;

#[path = "../support/proxy.rs"]
mod proxy;
#[path = "../oracle/proxy.rs"]
mod proxy_oracle;
#[path = "../support/random.rs"]
mod random;

use bailiwick::authz::{GroupMapping, GroupsUnavailable};
use bailiwick::identity::{GroupName, Groups, UserName};

fn user(name: &str) -> UserName {
    UserName::new(name).unwrap()
}

fn group(name: &str) -> GroupName {
    GroupName::new(name).unwrap()
}

/// A group service that does not answer.
struct Down;

impl GroupMapping for Down {
    fn groups(&self, user: &UserName) -> Result<Groups, GroupsUnavailable> {
        Err(GroupsUnavailable::new(user, "connection refused"))
    }
}
