//! Why an impersonation is allowed or refused, step by step.

use std::fmt;
use std::net::IpAddr;

use super::read::Grammar;
use super::rules::{System, TargetGroups};
use super::{Ban, Impersonation, Refusal};
use crate::authz::ResolveError;
use crate::authz::names::hadoop_items;
use crate::identity::{GroupName, Groups, UserName};

/// What was asked to decide an impersonation, which property decided it, and which would allow it. Displays as lines of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImpersonationReport {
    pub(super) real: UserName,
    pub(super) target: UserName,
    pub(super) peer: Option<IpAddr>,
    steps: Vec<String>,
    verdict: Result<(), ResolveError>,
    decided_by: Option<String>,
    remedies: Vec<Remedy>,
    /// Whether no setting would allow it.
    hopeless: bool,
}

/// A property, with the value that it would need.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Remedy {
    /// The property.
    pub property: String,
    /// Its whole value: what it has now, and what is missing.
    pub value: String,
}

impl ImpersonationReport {
    pub(in crate::authz) fn new(real: &UserName, target: &UserName, peer: Option<IpAddr>) -> Self {
        Self {
            real: real.clone(),
            target: target.clone(),
            peer,
            steps: Vec::new(),
            verdict: Ok(()),
            decided_by: None,
            remedies: Vec::new(),
            hopeless: false,
        }
    }

    /// What was decided: the same as without a report.
    ///
    /// # Errors
    ///
    /// Those of [`Resolver::resolve`](crate::authz::Resolver::resolve).
    pub const fn verdict(&self) -> Result<(), &ResolveError> {
        match &self.verdict {
            Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// The property that decided, whether it is set or not. None where no rule decided.
    #[must_use]
    pub fn decided_by(&self) -> Option<&str> {
        self.decided_by.as_deref()
    }

    /// What is asked, one line for each step.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = &str> {
        self.steps.iter().map(String::as_str)
    }

    /// The properties that would allow it, if all of them were set like that. Empty if it is allowed, if nothing short of
    /// everybody would allow it, and if it is not known because the group service does not answer.
    #[must_use]
    pub fn remedies(&self) -> &[Remedy] {
        match self.verdict {
            Err(ResolveError::Refused(_)) if !self.hopeless => &self.remedies,
            _ => &[],
        }
    }

    fn step(&mut self, text: String) {
        self.steps.push(text);
    }

    /// The first error is the verdict.
    fn decide(&mut self, error: ResolveError, property: Option<String>) {
        if self.verdict.is_ok() {
            self.verdict = Err(error);
            self.decided_by = property;
        }
    }

    /// Takes it that no rule can allow it, after the rules and the groups have been asked: the answer is theirs, but for the
    /// reason. `allowed` is what is said if they allow it.
    pub(in crate::authz) fn ban(&mut self, ban: Ban, allowed: impl FnOnce(Ban) -> Refusal) {
        self.hopeless = true;
        let refusal = match &self.verdict {
            Err(ResolveError::Refused(refusal)) => refusal.clone().because(ban),
            _ => allowed(ban),
        };
        self.steps.insert(0, format!("prohibited: {refusal}"));
        if !matches!(self.verdict, Err(ResolveError::Unavailable(_))) {
            self.verdict = Err(refusal.into());
            self.decided_by = None;
        }
    }

    /// Takes what no rule can allow, if it is so.
    pub(in crate::authz) fn prohibit(&mut self, refusal: Option<Refusal>) {
        if let Some(refusal) = refusal {
            self.hopeless = true;
            self.step(format!("prohibited: {refusal}"));
            self.decide(refusal.into(), None);
        }
    }

    /// Takes a lookup that failed after the rules have been asked.
    pub(in crate::authz) fn fail(&mut self, error: ResolveError) {
        self.decide(error, None);
    }
}

impl fmt::Display for ImpersonationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { real, target, .. } = self;
        write!(f, "user {real}, connected from ")?;
        match self.peer {
            Some(peer) => write!(f, "{}", peer.to_canonical())?,
            None => f.write_str("an unknown address")?,
        }
        writeln!(f, ", wants to act for {target}")?;
        for step in &self.steps {
            writeln!(f, "- {step}")?;
        }
        match &self.verdict {
            Ok(()) => f.write_str("allowed")?,
            Err(ResolveError::Refused(refusal)) => write!(f, "refused: {refusal}")?,
            Err(ResolveError::Unavailable(error)) => write!(f, "not known now: {error}")?,
        }
        if let Some(property) = &self.decided_by {
            write!(f, "\ndecided by {property}")?;
        }
        for (at, Remedy { property, value }) in self.remedies().iter().enumerate() {
            if at == 0 {
                f.write_str("; these settings would allow it:")?;
            }
            write!(f, "\n- {property} = {value}")?;
        }
        Ok(())
    }
}

impl Impersonation {
    /// Adds the steps of these rules. They are read anew from the text of the properties.
    pub(in crate::authz) fn report(
        &self,
        report: &mut ImpersonationReport,
        groups: &mut TargetGroups<'_>,
    ) {
        let (real, target) = (report.real.clone(), report.target.clone());
        if real == target {
            return report.step("to act as oneself is no impersonation".to_owned());
        }
        let key = |kind: &str| format!("{}.{real}.{kind}", self.prefix);
        let rule = self.rule(&real);
        if rule.is_none() {
            report.step(format!("no property begins with {}.{real}.", self.prefix));
            self.hint_at_short_name(report);
        }
        let users = rule.and_then(|rule| rule.users.as_deref());
        let in_groups = rule.and_then(|rule| rule.groups.as_deref());

        let mut allowed_by = None;
        let by_name = self.named(&key("users"), users, &target, report);
        if by_name {
            allowed_by = Some(key("users"));
        }
        match self.in_groups(&key("groups"), in_groups, by_name, groups, &target, report) {
            Ok(true) => allowed_by = Some(key("groups")),
            Ok(false) => {}
            Err(error) => return report.decide(error, Some(key("groups"))),
        }
        if allowed_by.is_none() {
            let refusal = self.refusal(&real, &target, rule.is_some(), false, report.peer);
            report.decide(refusal.into(), Some(key("users")));
            let value = self.with_item(users, target.as_str());
            let property = key("users");
            report.remedies.push(Remedy { property, value });
            // A `*` would be everybody, and who has no name is in no list.
            report.hopeless |= target.as_str() == "*" || target.is_unnamed() || real.is_unnamed();
        }
        if self.system == System::Hadoop && !self.peer_included(&key("hosts"), rule, report) {
            let refusal = self.refusal(&real, &target, rule.is_some(), true, report.peer);
            report.decide(refusal.into(), Some(key("hosts")));
            let hosts = rule.and_then(|rule| rule.hosts.as_ref());
            let value = match report.peer {
                Some(peer) => {
                    let peer = peer.to_canonical().to_string();
                    self.with_item(hosts.map(|hosts| &*hosts.text), &peer)
                }
                None => "*".to_owned(),
            };
            let property = key("hosts");
            report.remedies.push(Remedy { property, value });
        }
        if report.verdict.is_ok() {
            report.decided_by = allowed_by;
        }
    }

    /// Whether the user is in a list of users.
    fn named(
        &self,
        key: &str,
        text: Option<&str>,
        target: &UserName,
        report: &mut ImpersonationReport,
    ) -> bool {
        let Some(text) = text else {
            report.step(format!("{key} is not set"));
            return false;
        };
        let users = (self.grammar().users)(text).unwrap_or_default();
        let named = users.everyone || users.names.contains(target);
        let says = match (users.everyone, named) {
            (true, _) => "everybody".to_owned(),
            (false, true) => format!("{target} is in it"),
            (false, false) => format!("{target} is not in it"),
        };
        report.step(format!("{key} is {text:?}: {says}{}", self.lone_star(text)));
        named
    }

    /// Whether one of the user's groups is in a list of groups.
    fn in_groups(
        &self,
        key: &str,
        text: Option<&str>,
        by_name: bool,
        groups: &mut TargetGroups<'_>,
        target: &UserName,
        report: &mut ImpersonationReport,
    ) -> Result<bool, ResolveError> {
        let Some(text) = text else {
            report.step(format!("{key} is not set"));
            return Ok(false);
        };
        let listed = (self.grammar().groups)(text).unwrap_or_default();
        let star = self.lone_star(text);
        if by_name || listed.everyone {
            let says = if by_name { "not asked" } else { "everybody" };
            report.step(format!("{key} is {text:?}: {says}{star}"));
            return Ok(!by_name);
        }
        if listed.names.is_empty() {
            report.step(format!("{key} is {text:?}: no group"));
            return Ok(false);
        }
        match groups.get() {
            Ok(groups) => {
                let found = listed.names.iter().find(|g| groups.contains(g.as_ref()));
                let says = match found {
                    Some(group) => format!("{target} is a member of {group}"),
                    None => format!("{target} is a member of {}", names_of(groups)),
                };
                report.step(format!("{key} is {text:?}: {says}{star}"));
                Ok(found.is_some())
            }
            Err(error) => {
                report.step(format!("{key} is {text:?}: {error}"));
                Err(self.unavailable(&report.real, error))
            }
        }
    }

    /// Whether the rule allows the machine that the peer connects from.
    fn peer_included(
        &self,
        key: &str,
        rule: Option<&super::rules::Rule>,
        report: &mut ImpersonationReport,
    ) -> bool {
        let Some(hosts) = rule.and_then(|rule| rule.hosts.as_ref()) else {
            report.step(format!("{key} is not set: from nowhere"));
            return false;
        };
        let included = hosts.list.includes(report.peer);
        let peer = report.peer.map_or_else(
            || "an unknown address".to_owned(),
            |peer| peer.to_canonical().to_string(),
        );
        let is = if included { "is" } else { "is not" };
        let mut says = format!("{key} is {:?}: {peer} {is} in it", hosts.text);
        let names = hosts.list.names_in_words();
        if !names.is_empty() {
            says.push_str(&format!(" ({})", names.join("; ")));
        }
        says.push_str(self.lone_star(&hosts.text));
        report.step(says);
        included
    }

    /// A principal that was not translated matches no rule, and that is hard to see.
    fn hint_at_short_name(&self, report: &mut ImpersonationReport) {
        let real = report.real.as_str();
        let Some((short, _)) = real.split_once('@') else {
            return;
        };
        let has_rules = self.users().any(|user| user.as_str() == short);
        let mut hint = format!("{real} looks like a principal, and rules are for short names");
        if has_rules {
            hint.push_str(&format!(": there are some for {short}"));
        }
        hint.push_str(". Is auth_to_local applied?");
        report.step(hint);
    }

    /// The value of a property with one item more.
    fn with_item(&self, text: Option<&str>, item: &str) -> String {
        let text = text.unwrap_or_default();
        let mut items: Vec<_> = match self.system {
            System::Alluxio => text.split(',').map(str::trim).collect(),
            System::Hadoop => hadoop_items(text).collect(),
        };
        items.retain(|item| !item.is_empty());
        items.push(item);
        items.join(",")
    }

    /// A `*` that does not mean what it seems to.
    fn lone_star(&self, text: &str) -> &'static str {
        let mut items = hadoop_items(text);
        let beside = self.system == System::Hadoop
            && items.clone().any(|item| item == "*")
            && items.any(|item| item != "*");
        if beside {
            "; beside others, * has no meaning"
        } else {
            ""
        }
    }

    const fn grammar(&self) -> &'static Grammar {
        match self.system {
            System::Alluxio => &Grammar::ALLUXIO,
            System::Hadoop => &Grammar::HADOOP,
        }
    }
}

fn names_of(groups: &Groups) -> String {
    let mut names: Vec<_> = groups.iter().map(GroupName::as_str).collect();
    names.sort_unstable();
    if names.is_empty() {
        return "no group".to_owned();
    }
    format!("{} only", names.join(", "))
}
