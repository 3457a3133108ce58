//! A question about impersonation, asked of the library and of the oracle, and the report about it held against both.

use std::time::Instant;

use bailiwick::authz::{
    GroupMapping, GroupsUnavailable, HostNames, Impersonation, ResolveError, RuleError,
};
use bailiwick::identity::{GroupName, Groups, UserName};

use crate::proxy_oracle::{Answer, Question, alluxio, hadoop};

/// The groups of the question.
struct Known(Option<Groups>);

impl GroupMapping for Known {
    fn groups(&self, user: &UserName) -> Result<Groups, GroupsUnavailable> {
        let groups = self.0.clone();
        groups.ok_or_else(|| GroupsUnavailable::new(user, "down"))
    }
}

/// Reads the rules, as Hadoop's under that prefix or as Alluxio's without one.
fn read(prefix: Option<&str>, question: &Question) -> Result<Impersonation, RuleError> {
    let properties = question.properties.iter();
    let properties = properties.map(|(key, value)| (key.as_str(), value.as_str()));
    let rules = match prefix {
        Some(prefix) => Impersonation::hadoop(prefix, properties),
        None => Impersonation::alluxio(properties),
    }?;
    let known = |name| question.hosts.contains_key(name);
    // A round takes threads, which is more than all the rest takes.
    if rules.host_lists().any(|list| list.names().any(known)) {
        let hosts = question.hosts.clone();
        let names = HostNames::new(move |name| Ok(hosts.get(name).cloned().unwrap_or_default()));
        names.refresh(rules.host_lists(), Instant::now());
    }
    Ok(rules)
}

/// What both answer. Asking again with the remedies of the report applied is allowed.
pub(crate) fn agree(prefix: Option<&str>, question: &Question) -> Result<Answer, RuleError> {
    let rules = read(prefix, question)?;
    let real = UserName::new(&question.real).unwrap();
    let target = UserName::new(&question.target).unwrap();
    let groups = question.groups.as_ref().map(|groups| {
        let names = groups.iter().map(|group| GroupName::new(group).unwrap());
        names.collect()
    });
    let groups = Known(groups);
    let expected = match prefix {
        Some(prefix) => hadoop(prefix, question),
        None => alluxio(question),
    };
    let answered = rules.authorize(&real, &target, &groups, question.peer);
    let answer = match &answered {
        Ok(()) => Answer::Yes,
        Err(ResolveError::Refused(refusal)) => Answer::No(refusal.to_string()),
        Err(ResolveError::Unavailable(_)) => Answer::NotKnown,
    };
    assert_eq!(answer, expected, "{question:?}");

    let report = rules.explain(&real, &target, &groups, question.peer);
    let verdict = report.verdict().map_err(Clone::clone);
    assert_eq!(verdict, answered, "{question:?}\n{report}");
    let decided = report.decided_by();
    assert_eq!(decided.is_none(), real == target, "{question:?}\n{report}");
    if let Err(ResolveError::Refused(refusal)) = &answered {
        assert_eq!(decided.map(ToOwned::to_owned), refusal.property());
        let mut remedied = question.clone();
        for remedy in report.remedies() {
            let (property, value) = (remedy.property.clone(), remedy.value.clone());
            remedied.properties.insert(property, value);
        }
        let rules = read(prefix, &remedied)?;
        let now = rules.authorize(&real, &target, &groups, question.peer);
        // A user of that name cannot be named in a list.
        let hopeless = report.remedies().is_empty();
        assert!(
            !hopeless || question.target == "*",
            "{question:?}\n{report}"
        );
        assert_eq!(now.is_ok(), !hopeless, "{question:?}\n{report}");
    }
    Ok(answer)
}
