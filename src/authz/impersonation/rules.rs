//! The rules, and how they are asked.

use std::net::IpAddr;
use std::sync::Arc;

use super::read::{self, Grammar};
use super::refusal::{Ban, Says};
use super::{HostList, ImpersonationReport, Refusal, RuleError};
use crate::authz::names::find;
use crate::authz::{AccessList, GroupMapping, GroupsUnavailable, ResolveError};
use crate::identity::{Groups, UserName};

/// Which users may act for which others, and from where.
///
/// A value without any connection to others: a process can have as many as it has services. To follow changed files,
/// give a [`Resolver`](crate::authz::Resolver) a new one.
#[derive(Debug, Clone)]
pub struct Impersonation {
    pub(super) system: System,
    pub(super) prefix: Arc<str>,
    /// In the order of the users' hashes.
    rules: Box<[(UserName, Rule)]>,
}

/// Whose order of checks, defaults and texts count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::authz) enum System {
    /// Users, then groups; no hosts.
    Alluxio,
    /// Users or groups, then hosts, which must be given.
    Hadoop,
}

/// What one user may.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) who: AccessList,
    /// The values as written, for whoever asks why.
    pub(super) users: Option<Box<str>>,
    pub(super) groups: Option<Box<str>>,
    pub(super) hosts: Option<Hosts>,
}

#[derive(Debug, Clone)]
pub(super) struct Hosts {
    pub(super) list: HostList,
    pub(super) text: Box<str>,
}

/// The groups of the user for whom somebody wants to act: looked up at most once, and only if they matter.
pub(in crate::authz) struct TargetGroups<'a> {
    mapping: &'a dyn GroupMapping,
    user: &'a UserName,
    found: Option<Groups>,
}

impl<'a> TargetGroups<'a> {
    pub(in crate::authz) fn new(user: &'a UserName, mapping: &'a dyn GroupMapping) -> Self {
        Self {
            mapping,
            user,
            found: None,
        }
    }

    pub(in crate::authz) fn get(&mut self) -> Result<&Groups, GroupsUnavailable> {
        let groups = match self.found.take() {
            Some(groups) => groups,
            None => self.mapping.groups(self.user)?,
        };
        Ok(self.found.insert(groups))
    }

    pub(in crate::authz) fn take(self) -> Result<Groups, GroupsUnavailable> {
        match self.found {
            Some(groups) => Ok(groups),
            None => self.mapping.groups(self.user),
        }
    }
}

impl Impersonation {
    /// Alluxio's properties are `<this>.<user>.users` and `….groups`.
    pub const ALLUXIO_PREFIX: &str = "alluxio.master.security.impersonation";

    /// Hadoop's properties are `<this>.<user>.users`, `….groups` and `….hosts`, where a service has no prefix of its own.
    pub const HADOOP_PREFIX: &str = "hadoop.proxyuser";

    /// No rules: nobody acts for anybody else. It refuses in the words of Hadoop.
    #[must_use]
    pub fn none() -> Self {
        Self {
            system: System::Hadoop,
            prefix: Self::HADOOP_PREFIX.into(),
            rules: Box::default(),
        }
    }

    /// Reads `alluxio.master.security.impersonation.<user>.users` and `.groups` out of a service's properties; keys
    /// outside that prefix are not looked at. Names are divided by commas, and a `*` anywhere is everybody.
    ///
    /// # Errors
    ///
    /// [`RuleError`] names the key.
    pub fn alluxio<'a>(
        properties: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, RuleError> {
        Ok(Self {
            system: System::Alluxio,
            prefix: Self::ALLUXIO_PREFIX.into(),
            rules: read::read(Self::ALLUXIO_PREFIX, properties, &Grammar::ALLUXIO)?,
        })
    }

    /// Reads `<prefix>.<user>.users`, `.groups` and `.hosts` out of a service's properties; keys outside the prefix
    /// are not looked at. Names are divided by commas, and only a `*` alone is
    /// everybody. Host names are not resolved here: see [`HostNames`](super::HostNames).
    ///
    /// # Errors
    ///
    /// [`RuleError`] names the key.
    pub fn hadoop<'a>(
        prefix: &str,
        properties: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, RuleError> {
        let prefix = prefix.strip_suffix('.').unwrap_or(prefix);
        Ok(Self {
            system: System::Hadoop,
            prefix: prefix.into(),
            rules: read::read(prefix, properties, &Grammar::HADOOP)?,
        })
    }

    /// The host lists of all rules, to resolve their names.
    pub fn host_lists(&self) -> impl Iterator<Item = &HostList> {
        let hosts = self
            .rules
            .iter()
            .filter_map(|(_, rule)| rule.hosts.as_ref());
        hosts.map(|hosts| &hosts.list)
    }

    /// The users who may act for somebody, each once.
    pub fn users(&self) -> impl ExactSizeIterator<Item = &UserName> {
        self.rules.iter().map(|(user, _)| user)
    }

    /// Decides whether `real`, connected from `peer`, may act for `target`. The groups of `target` are looked up only if a
    /// rule asks for them. To act as oneself is no impersonation.
    ///
    /// That is what the rules say, and no more: what is [`Prohibited`](super::Prohibited), super users among it, only
    /// [`Resolver::resolve`](crate::authz::Resolver::resolve) knows.
    ///
    /// `real` is a short name, as [`Principal::name`](crate::identity::Principal::name) gives it.
    ///
    /// # Errors
    ///
    /// [`ResolveError`], with upstream's text.
    pub fn authorize(
        &self,
        real: &UserName,
        target: &UserName,
        groups: &dyn GroupMapping,
        peer: Option<IpAddr>,
    ) -> Result<(), ResolveError> {
        self.decide(real, target, &mut TargetGroups::new(target, groups), peer)
    }

    pub(in crate::authz) fn decide(
        &self,
        real: &UserName,
        target: &UserName,
        groups: &mut TargetGroups<'_>,
        peer: Option<IpAddr>,
    ) -> Result<(), ResolveError> {
        if real == target {
            return Ok(());
        }
        let rule = self.rule(real);
        let allowed = match rule {
            None => false,
            Some(rule) if rule.who.names(target) => true,
            Some(rule) if rule.who.names_groups() => {
                let groups = groups
                    .get()
                    .map_err(|error| self.unavailable(real, error))?;
                rule.who.group_set().any_of(groups).is_some()
            }
            Some(_) => false,
        };
        let hosts = rule.and_then(|rule| rule.hosts.as_ref());
        match self.system {
            System::Alluxio if allowed => Ok(()),
            System::Hadoop if allowed && hosts.is_some_and(|h| h.list.includes(peer)) => Ok(()),
            _ => Err(self
                .refusal(real, target, rule.is_some(), allowed, peer)
                .into()),
        }
    }

    /// The rules ask for groups that are not known now.
    pub(in crate::authz) fn unavailable(
        &self,
        real: &UserName,
        error: GroupsUnavailable,
    ) -> ResolveError {
        error.while_acting(real, self.system).into()
    }

    /// What is said if the user has rules or none, and may act for the target from elsewhere or not at all.
    #[cold]
    pub(super) fn refusal(
        &self,
        real: &UserName,
        target: &UserName,
        has_rule: bool,
        allowed: bool,
        peer: Option<IpAddr>,
    ) -> Refusal {
        let prefix = || self.prefix.clone();
        let says = match self.system {
            System::Alluxio if has_rule => Says::AlluxioNotAllowed,
            System::Alluxio => Says::AlluxioNoRules,
            System::Hadoop if allowed => Says::HadoopHost {
                prefix: prefix(),
                peer,
            },
            System::Hadoop => Says::HadoopUser { prefix: prefix() },
        };
        Refusal::new(real, target, says)
    }

    /// What is said if it is prohibited, whatever these rules say.
    #[cold]
    pub(in crate::authz) fn prohibited(
        &self,
        real: &UserName,
        target: &UserName,
        ban: Ban,
    ) -> Refusal {
        let has_rule = self.rule(real).is_some();
        self.refusal(real, target, has_rule, false, None)
            .because(ban)
    }

    /// Says step by step what is asked to decide whether `real` may act for `target`, which property decides, and which would
    /// allow it. For a person; [`authorize`](Self::authorize) decides the same.
    ///
    /// ```
    /// use bailiwick::authz::{Impersonation, StaticGroups};
    /// use bailiwick::identity::UserName;
    ///
    /// let rules = Impersonation::hadoop("hadoop.proxyuser", [("hadoop.proxyuser.hive.users", "bob")])?;
    /// let (hive, alice) = (UserName::new("hive")?, UserName::new("alice")?);
    /// let report = rules.explain(&hive, &alice, &StaticGroups::default(), Some([192, 0, 2, 7].into()));
    /// assert_eq!(
    ///     report.to_string(),
    ///     "\
    /// user hive, connected from 192.0.2.7, wants to act for alice
    /// - hadoop.proxyuser.hive.users is \"bob\": alice is not in it
    /// - hadoop.proxyuser.hive.groups is not set
    /// - hadoop.proxyuser.hive.hosts is not set: from nowhere
    /// refused: User: hive is not allowed to impersonate alice
    /// decided by hadoop.proxyuser.hive.users; these settings would allow it:
    /// - hadoop.proxyuser.hive.users = bob,alice
    /// - hadoop.proxyuser.hive.hosts = 192.0.2.7"
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn explain(
        &self,
        real: &UserName,
        target: &UserName,
        groups: &dyn GroupMapping,
        peer: Option<IpAddr>,
    ) -> ImpersonationReport {
        let mut report = ImpersonationReport::new(real, target, peer);
        self.report(&mut report, &mut TargetGroups::new(target, groups));
        report
    }

    #[inline]
    pub(super) fn rule(&self, real: &UserName) -> Option<&Rule> {
        find(&self.rules, |(user, _)| user, real).map(|(_, rule)| rule)
    }
}
