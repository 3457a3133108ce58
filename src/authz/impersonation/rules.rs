//! The rules, how they are read from properties, and how they are asked.

use std::collections::HashMap;
use std::net::IpAddr;

use thiserror::Error;

use super::{HostList, HostListError, Refusal};
use crate::authz::{GroupMapping, GroupsUnavailable};
use crate::identity::{GroupName, NameError, UserName};

/// Alluxio's properties are `<this>.<user>.users` and `….groups`.
const ALLUXIO_PREFIX: &str = "alluxio.master.security.impersonation";

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

/// Why an impersonation did not happen.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a caller must answer 403 to one and 503 to the other"
)]
pub enum ImpersonationError {
    /// The rules do not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The rules ask for the target's groups, and the group service did not answer.
    #[error(
        "Failed to authenticate client user=\"{real}\" connecting to Alluxio master and impersonating as \
         impersonationUser=\"{target}\" to access Alluxio file system: Failed to get groups that \
         impersonationUser=\"{target}\" belongs to."
    )]
    Unavailable {
        /// Who logged in.
        real: UserName,
        /// Whom they wanted to act for.
        target: UserName,
        /// What the group service said.
        source: GroupsUnavailable,
    },
}

/// Which users may act for which others, and from where.
#[derive(Debug, Clone)]
pub struct Impersonation {
    system: System,
    rules: HashMap<UserName, Rule>,
}

/// Whose order of checks, defaults and texts count.
#[derive(Debug, Clone)]
enum System {
    /// Users, then groups; no hosts.
    Alluxio,
    /// Users or groups, then hosts, which must be given.
    Hadoop { prefix: Box<str> },
}

#[derive(Debug, Clone, Default)]
struct Rule {
    users: Option<Names<UserName>>,
    groups: Option<Names<GroupName>>,
    hosts: Option<HostList>,
}

#[derive(Debug, Clone)]
enum Names<N> {
    Any,
    Of(Vec<N>),
}

impl<N: PartialEq + std::str::FromStr<Err = NameError>> Names<N> {
    fn parse(text: &str) -> Result<Self, NameError> {
        let mut names = Vec::new();
        for name in text
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty())
        {
            if name == "*" {
                return Ok(Self::Any);
            }
            names.push(name.parse()?);
        }
        Ok(Self::Of(names))
    }

    fn contains(&self, name: &N) -> bool {
        match self {
            Self::Any => true,
            Self::Of(names) => names.contains(name),
        }
    }
}

impl Impersonation {
    /// No rules: nobody acts for anybody else.
    #[must_use]
    pub fn none() -> Self {
        Self {
            system: System::Hadoop {
                prefix: "hadoop.proxyuser".into(),
            },
            rules: HashMap::new(),
        }
    }

    /// Reads `alluxio.master.security.impersonation.<user>.users` and `.groups` out of a service's properties; keys
    /// outside that prefix are not looked at.
    ///
    /// # Errors
    ///
    /// [`RuleError`] names the key.
    pub fn alluxio<'a>(
        properties: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, RuleError> {
        Ok(Self {
            rules: read(ALLUXIO_PREFIX, properties, &["users", "groups"])?,
            system: System::Alluxio,
        })
    }

    /// Reads `<prefix>.<user>.users`, `.groups` and `.hosts` out of a service's properties, where Hadoop's prefix is
    /// `hadoop.proxyuser`; keys outside it are not looked at. Host names are resolved here, once.
    ///
    /// # Errors
    ///
    /// [`RuleError`] names the key.
    pub fn hadoop<'a>(
        prefix: &str,
        properties: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, RuleError> {
        Ok(Self {
            rules: read(prefix, properties, &["users", "groups", "hosts"])?,
            system: System::Hadoop {
                prefix: prefix.into(),
            },
        })
    }

    /// The host names of all rules that did not resolve: worth a warning, for they allow nobody.
    pub fn unresolved_hosts(&self) -> impl Iterator<Item = &str> {
        let hosts = self.rules.values().filter_map(|rule| rule.hosts.as_ref());
        hosts.flat_map(HostList::unresolved).map(String::as_str)
    }

    /// Decides whether `real`, connected from `peer`, may act for `target`. The groups of `target` are looked up only if a
    /// rule asks for them.
    ///
    /// # Errors
    ///
    /// [`ImpersonationError`], with upstream's text.
    pub fn authorize(
        &self,
        real: &UserName,
        target: &UserName,
        groups: &dyn GroupMapping,
        peer: Option<IpAddr>,
    ) -> Result<(), ImpersonationError> {
        let rule = self.rules.get(real);
        let allowed = match rule {
            Some(rule) => rule.allows_user(target) || rule.allows_groups(real, target, groups)?,
            None => false,
        };
        match &self.system {
            System::Alluxio if !allowed => {
                Err(Refusal::alluxio(real, target, rule.is_some()).into())
            }
            System::Alluxio => Ok(()),
            System::Hadoop { prefix } if !allowed => {
                Err(Refusal::hadoop_user(real, target, prefix).into())
            }
            System::Hadoop { prefix } => {
                let hosts = rule.and_then(|rule| rule.hosts.as_ref());
                if hosts.is_some_and(|hosts| hosts.includes(peer)) {
                    return Ok(());
                }
                Err(Refusal::hadoop_host(real, target, prefix, peer).into())
            }
        }
    }
}

impl Rule {
    fn allows_user(&self, target: &UserName) -> bool {
        self.users
            .as_ref()
            .is_some_and(|users| users.contains(target))
    }

    fn allows_groups(
        &self,
        real: &UserName,
        target: &UserName,
        mapping: &dyn GroupMapping,
    ) -> Result<bool, ImpersonationError> {
        let Some(allowed) = &self.groups else {
            return Ok(false);
        };
        if matches!(allowed, Names::Any) {
            return Ok(true);
        }
        let groups = mapping
            .groups(target)
            .map_err(|source| ImpersonationError::Unavailable {
                real: real.clone(),
                target: target.clone(),
                source,
            })?;
        Ok(groups.iter().any(|group| allowed.contains(group)))
    }
}

/// A user name may hold dots, so the last one divides it from the kind of rule.
fn read<'a>(
    prefix: &str,
    properties: impl IntoIterator<Item = (&'a str, &'a str)>,
    kinds: &[&str],
) -> Result<HashMap<UserName, Rule>, RuleError> {
    if prefix.is_empty() {
        return Err(RuleError::NoPrefix);
    }
    let mut rules: HashMap<UserName, Rule> = HashMap::new();
    for (key, value) in properties {
        let Some(rest) = key.strip_prefix(prefix).and_then(|k| k.strip_prefix('.')) else {
            continue;
        };
        let (user, kind) = rest
            .rsplit_once('.')
            .filter(|(_, kind)| kinds.contains(kind))
            .ok_or_else(|| RuleError::Key {
                key: key.to_owned(),
                expected: format!("{prefix}.USER.{}", kinds.join("|")),
            })?;
        let invalid = |source| RuleError::Name {
            key: key.to_owned(),
            source,
        };
        let rule = rules
            .entry(UserName::new(user).map_err(invalid)?)
            .or_default();
        let twice = match kind {
            "users" => rule
                .users
                .replace(Names::parse(value).map_err(invalid)?)
                .is_some(),
            "groups" => rule
                .groups
                .replace(Names::parse(value).map_err(invalid)?)
                .is_some(),
            _ => {
                let hosts = HostList::parse(value).map_err(|source| RuleError::Hosts {
                    key: key.to_owned(),
                    source,
                })?;
                rule.hosts.replace(hosts).is_some()
            }
        };
        if twice {
            return Err(RuleError::Twice {
                key: key.to_owned(),
            });
        }
    }
    Ok(rules)
}
