//! From the principal who logged in to the subject who acts.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use thiserror::Error;

use super::impersonation::{Ban, TargetGroups};
use super::{
    GroupMapping, GroupsUnavailable, HostNames, HostWatch, Impersonation, ImpersonationReport,
    Policy, Prohibited, Refusal,
};
use crate::identity::{Groups, Principal, Subject, UserName};

/// Why nobody can act for this principal now.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a caller must answer 403 to one and 503 to the other"
)]
pub enum ResolveError {
    /// The principal may not act for that user.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The group service did not answer.
    #[error(transparent)]
    Unavailable(#[from] GroupsUnavailable),
}

/// Group mapping and impersonation rules of one service.
///
/// The rules can be replaced while the service runs. Clones share them.
#[derive(Clone)]
pub struct Resolver {
    groups: Arc<dyn GroupMapping>,
    rules: Arc<ArcSwap<Impersonation>>,
    prohibited: Arc<Prohibited>,
}

impl Resolver {
    /// A resolver that asks `groups` and obeys `impersonation`.
    #[must_use]
    pub fn new(groups: Arc<dyn GroupMapping>, impersonation: Impersonation) -> Self {
        Self {
            groups,
            rules: Arc::new(ArcSwap::from_pointee(impersonation)),
            prohibited: Arc::default(),
        }
    }

    /// The same, with impersonations that no rules can allow, now or later.
    #[must_use]
    pub fn prohibiting(mut self, prohibited: Prohibited) -> Self {
        self.prohibited = Arc::new(prohibited);
        self
    }

    /// The rules that count now.
    #[must_use]
    pub fn impersonation(&self) -> Arc<Impersonation> {
        self.rules.load_full()
    }

    /// Replaces all rules at once (Hadoop's `refreshSuperUserGroupsConfiguration`). Requests that are being decided finish
    /// by the old ones. Resolve the host names of the new rules first: until then they stand for nobody.
    ///
    /// Rules that could not be read never come here, so the old ones stay:
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::time::Instant;
    /// use bailiwick::authz::{HostNames, Impersonation, Resolver, RuleError, StaticGroups};
    ///
    /// # fn properties() -> [(&'static str, &'static str); 1] { [("hadoop.proxyuser.knox.user", "*")] }
    /// let names = HostNames::system();
    /// let resolver = Resolver::new(Arc::new(StaticGroups::default()), Impersonation::none());
    /// let reload = |now: Instant| -> Result<(), RuleError> {
    ///     let rules = Impersonation::hadoop("hadoop.proxyuser", properties())?;
    ///     names.refresh(rules.host_lists(), now);
    ///     resolver.replace(rules);
    ///     Ok(())
    /// };
    /// // Somebody has misspelt `users`.
    /// assert!(reload(Instant::now()).is_err());
    /// assert_eq!(resolver.impersonation().users().len(), 0);
    /// ```
    pub fn replace(&self, impersonation: Impersonation) {
        self.rules.store(Arc::new(impersonation));
    }

    /// Refreshes the host names of the rules that count, in a thread of its own, until the [`HostWatch`] is dropped. Every
    /// minute is a good interval. The first round is after the first interval; do one by hand before.
    ///
    /// # Errors
    ///
    /// If the operating system gives no thread.
    pub fn watch_hosts(&self, names: &HostNames, interval: Duration) -> io::Result<HostWatch> {
        let (rules, names) = (self.rules.clone(), names.clone());
        HostWatch::start(interval, move |now| {
            names.refresh(rules.load_full().host_lists(), now);
        })
    }

    /// The subject for `principal`, or for `act_as` where given and allowed. To act as oneself is no impersonation.
    ///
    /// Nobody may act as a super user of `policy`, or as whatever else is [`Prohibited`], whatever the rules say. The groups
    /// of whoever is to act are looked up once. The unnamed principal has none, acts for nobody, and nobody for it.
    ///
    /// # Errors
    ///
    /// [`ResolveError::Refused`] and [`ResolveError::Unavailable`].
    pub fn resolve(
        &self,
        policy: &Policy,
        principal: &Principal,
        act_as: Option<&UserName>,
        peer: Option<IpAddr>,
    ) -> Result<Subject, ResolveError> {
        let real = principal.name();
        let Some(target) = act_as.filter(|target| *target != real) else {
            let groups = match real.is_unnamed() {
                true => Groups::default(),
                false => self.groups.groups(real)?,
            };
            let subject = Subject::asserted(real.clone(), groups, principal.mechanism());
            return Ok(policy.admit(subject));
        };
        let rules = self.rules.load();
        let prohibited = |ban| rules.prohibited(real, target, ban);
        let ban = self.prohibited.names(policy, real, target);
        if let Some(unnamed @ Ban::Unnamed) = ban {
            return Err(prohibited(unnamed).into());
        }
        let mut groups = TargetGroups::new(target, &*self.groups);
        // Rules and groups are asked in any case: what is prohibited gets their answer, so that it does not stand out.
        let decided = rules.decide(real, target, &mut groups, peer);
        decided.map_err(|error| match (error, &ban) {
            (ResolveError::Refused(refusal), Some(ban)) => refusal.because(ban.clone()).into(),
            (error, _) => error,
        })?;
        let groups = groups
            .take()
            .map_err(|error| rules.unavailable(real, error))?;
        if let Some(ban) = ban.or_else(|| self.prohibited.groups(policy, &groups)) {
            return Err(prohibited(ban).into());
        }
        // Not admitted by the policy: who acts through somebody is no super user.
        let subject = Subject::asserted(target.clone(), groups, principal.mechanism());
        Ok(subject.via(real.clone()))
    }

    /// Says step by step why [`resolve`](Self::resolve) allows or refuses that `principal` acts as `target`: what is
    /// prohibited, and what the rules say. A dry run for whoever has to find out which property to set.
    #[must_use]
    pub fn explain(
        &self,
        policy: &Policy,
        principal: &Principal,
        target: &UserName,
        peer: Option<IpAddr>,
    ) -> ImpersonationReport {
        let real = principal.name();
        let mut report = ImpersonationReport::new(real, target, peer);
        let mut groups = TargetGroups::new(target, &*self.groups);
        let rules = self.rules.load();
        if real == target {
            rules.report(&mut report, &mut groups);
            if !real.is_unnamed()
                && let Err(error) = groups.get()
            {
                report.fail(error.into());
            }
            return report;
        }
        let prohibited = |ban| rules.prohibited(real, target, ban);
        let ban = self.prohibited.names(policy, real, target);
        if let Some(unnamed @ Ban::Unnamed) = ban {
            report.prohibit(Some(prohibited(unnamed)));
            rules.report(&mut report, &mut groups);
            return report;
        }
        rules.report(&mut report, &mut groups);
        match groups.get() {
            Ok(groups) => report.prohibit(self.prohibited.groups(policy, groups).map(prohibited)),
            Err(error) => report.fail(rules.unavailable(real, error)),
        }
        if let Some(ban) = ban {
            report.ban(ban, prohibited);
        }
        report
    }
}
