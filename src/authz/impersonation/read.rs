//! How rules are read from properties.

use std::collections::BTreeMap;

use thiserror::Error;

use super::rules::{Hosts, Rule};
use super::{HostList, HostListError};
use crate::authz::AccessList;
use crate::authz::names::Written;
use crate::identity::{GroupName, NameError, UserName};

/// Why a rule was not understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RuleError {
    /// The prefix is empty: every property would be a rule.
    #[error("impersonation properties need a prefix")]
    NoPrefix,
    /// A key under the prefix that is no rule.
    #[error("unknown impersonation property {key:?}: expected {expected}")]
    Key {
        /// The key.
        key: String,
        /// The keys that exist.
        expected: String,
    },
    /// The same rule twice.
    #[error("impersonation property {key:?} is given twice")]
    Twice {
        /// The key.
        key: String,
    },
    /// A user or group name that is not valid.
    #[error("invalid impersonation property {key:?}: {source}")]
    Name {
        /// The key.
        key: String,
        /// What is wrong with the name.
        source: NameError,
    },
    /// A host list that is not valid.
    #[error("invalid impersonation property {key:?}: {source}")]
    Hosts {
        /// The key.
        key: String,
        /// What is wrong with the list.
        source: HostListError,
    },
}

/// What differs between systems when rules are read.
pub(super) struct Grammar {
    pub(super) kinds: &'static [&'static str],
    pub(super) users: fn(&str) -> Result<Written<UserName>, NameError>,
    pub(super) groups: fn(&str) -> Result<Written<GroupName>, NameError>,
}

impl Grammar {
    pub(super) const ALLUXIO: Self = Self {
        kinds: &["users", "groups"],
        users: Written::alluxio,
        groups: Written::alluxio,
    };

    pub(super) const HADOOP: Self = Self {
        kinds: &["users", "groups", "hosts"],
        users: Written::hadoop,
        groups: Written::hadoop,
    };
}

/// The properties of one user.
#[derive(Default)]
struct Read {
    users: Option<(Box<str>, Written<UserName>)>,
    groups: Option<(Box<str>, Written<GroupName>)>,
    hosts: Option<Hosts>,
}

impl From<Read> for Rule {
    fn from(read: Read) -> Self {
        let (users, of_users) = read.users.unzip();
        let (groups, of_groups) = read.groups.unzip();
        Self {
            who: AccessList::new(of_users.unwrap_or_default(), of_groups.unwrap_or_default()),
            users,
            groups,
            hosts: read.hosts,
        }
    }
}

/// A user name may hold dots, so the last one divides it from the kind of rule. In the order of the users' hashes.
pub(super) fn read<'a>(
    prefix: &str,
    properties: impl IntoIterator<Item = (&'a str, &'a str)>,
    grammar: &Grammar,
) -> Result<Box<[(UserName, Rule)]>, RuleError> {
    if prefix.is_empty() {
        return Err(RuleError::NoPrefix);
    }
    let mut rules: BTreeMap<UserName, Read> = BTreeMap::new();
    for (key, value) in properties {
        let Some(rest) = key.strip_prefix(prefix).and_then(|k| k.strip_prefix('.')) else {
            continue;
        };
        let (user, kind) = rest
            .rsplit_once('.')
            .filter(|(_, kind)| grammar.kinds.contains(kind))
            .ok_or_else(|| RuleError::Key {
                key: key.to_owned(),
                expected: format!("{prefix}.USER.{}", grammar.kinds.join("|")),
            })?;
        let invalid = |source| RuleError::Name {
            key: key.to_owned(),
            source,
        };
        let rule = rules
            .entry(UserName::new(user).map_err(invalid)?)
            .or_default();
        let text = || Box::from(value);
        let twice = match kind {
            "users" => {
                let users = (grammar.users)(value).map_err(invalid)?;
                rule.users.replace((text(), users)).is_some()
            }
            "groups" => {
                let groups = (grammar.groups)(value).map_err(invalid)?;
                rule.groups.replace((text(), groups)).is_some()
            }
            _ => {
                let list = HostList::parse(value).map_err(|source| RuleError::Hosts {
                    key: key.to_owned(),
                    source,
                })?;
                let text = text();
                rule.hosts.replace(Hosts { list, text }).is_some()
            }
        };
        if twice {
            let key = key.to_owned();
            return Err(RuleError::Twice { key });
        }
    }
    let mut rules: Vec<_> = rules
        .into_iter()
        .map(|(u, read)| (u, read.into()))
        .collect();
    rules.sort_unstable_by(|(a, _), (b, _)| a.as_ref().hash_order(b.as_ref()));
    Ok(rules.into())
}
