//! What no rule can allow.

use std::sync::Arc;

use bailiwick::acl::Dialect;
use bailiwick::audit::{Format, Record};
use bailiwick::authz::{Impersonation, Policy, Prohibited, ResolveError, Resolver, StaticGroups};
use bailiwick::identity::{Mechanism, Principal, UserName};

use crate::{Down, group, user};

/// Rules by which everybody may act for everybody.
fn everything() -> [Impersonation; 2] {
    let mut alluxio = Vec::new();
    let mut hadoop = Vec::new();
    for real in ["yarn", "guest", "hdfs"] {
        for kind in ["users", "groups", "hosts"] {
            hadoop.push((format!("p.{real}.{kind}"), "*"));
            if kind != "hosts" {
                alluxio.push((
                    format!("{}.{real}.{kind}", Impersonation::ALLUXIO_PREFIX),
                    "*",
                ));
            }
        }
    }
    let pairs =
        |rules: &[(String, &'static str)]| -> Vec<(String, &'static str)> { rules.to_vec() };
    let (alluxio, hadoop) = (pairs(&alluxio), pairs(&hadoop));
    [
        Impersonation::alluxio(alluxio.iter().map(|(key, value)| (key.as_str(), *value))).unwrap(),
        Impersonation::hadoop(
            "p",
            hadoop.iter().map(|(key, value)| (key.as_str(), *value)),
        )
        .unwrap(),
    ]
}

fn policy() -> Policy {
    Policy::new(Dialect::HDFS)
        .with_super_user(user("hdfs"))
        .with_super_group(group("supergroup"))
}

fn resolver(rules: Impersonation) -> Resolver {
    let groups: StaticGroups = "alice=staff;root=supergroup;eve=staff,admins"
        .parse()
        .unwrap();
    Resolver::new(Arc::new(groups), rules).prohibiting(
        Prohibited::default()
            .as_user(user("backup"))
            .as_member_of(group("admins"))
            .by_user(user("guest")),
    )
}

fn principal(name: &str) -> Principal {
    Principal::asserted(user(name), Mechanism::Kerberos)
}

#[test]
fn no_rule_allows_what_is_prohibited_and_the_text_says_why() {
    for rules in everything() {
        let resolver = resolver(rules);
        let policy = policy();
        for (real, target, why) in [
            ("yarn", "hdfs", Some("nobody may act as a super user")),
            ("yarn", "root", Some("nobody may act as a super user")),
            ("hdfs", "root", Some("nobody may act as a super user")),
            (
                "yarn",
                "backup",
                Some("nobody may act as backup, whatever the rules say"),
            ),
            (
                "yarn",
                "eve",
                Some("nobody may act as a member of admins, whatever the rules say"),
            ),
            (
                "guest",
                "alice",
                Some("guest may act for nobody, whatever the rules say"),
            ),
            ("yarn", "alice", None),
            ("hdfs", "alice", None),
            ("guest", "guest", None),
            ("backup", "backup", None),
            ("hdfs", "hdfs", None),
        ] {
            let target = user(target);
            let resolved = resolver.resolve(&policy, &principal(real), Some(&target), None);
            let report = resolver.explain(&policy, &principal(real), &target, None);
            match (why, &resolved) {
                (None, Ok(subject)) => assert_eq!(subject.user(), &target),
                (Some(why), Err(ResolveError::Refused(refusal))) => {
                    let says =
                        format!("User: {real} is not allowed to impersonate {target}: {why}");
                    assert_eq!(refusal.to_string(), says);
                    assert!(!refusal.public().contains("nobody may"), "{refusal:?}");
                    assert_eq!(refusal.property(), None, "no property would allow it");
                    assert!(
                        report
                            .to_string()
                            .contains(&format!("- prohibited: {says}"))
                    );
                    assert!(report.remedies().is_empty());
                }
                _ => panic!("{real} {target}: {resolved:?}"),
            }
            let resolved = resolved.as_ref().map(|_| ());
            assert_eq!(report.verdict(), resolved, "{report}");
        }
    }
}

/// Whoever is refused must not learn from the words who is a super user, or in which group.
#[test]
fn the_peer_is_told_the_same_of_what_is_prohibited_and_of_what_no_rule_allows() {
    let alluxio = [(
        "alluxio.master.security.impersonation.yarn.groups",
        "admins",
    )];
    let hadoop = [("p.yarn.groups", "admins"), ("p.yarn.hosts", "*")];
    let elsewhere = [("p.yarn.users", "*"), ("p.yarn.hosts", "192.0.2.1")];
    for rules in [
        Impersonation::alluxio(alluxio).unwrap(),
        Impersonation::hadoop("p", hadoop).unwrap(),
        Impersonation::hadoop("p", elsewhere).unwrap(),
    ] {
        let resolver = resolver(rules);
        let public = |real: &str, target: &str| {
            let refused = resolver.resolve(&policy(), &principal(real), Some(&user(target)), None);
            let Err(ResolveError::Refused(refusal)) = refused else {
                panic!("{refused:?}")
            };
            refusal
                .public()
                .replace(real, "REAL")
                .replace(target, "TARGET")
        };
        // Nothing is prohibited about alice. The rules allow eve, and no rule is oozie's.
        let with_rules = public("yarn", "alice");
        for target in ["hdfs", "root", "backup", "eve"] {
            assert_eq!(public("yarn", target), with_rules, "{target}");
        }
        let without = public("oozie", "alice");
        for (real, target) in [("oozie", "hdfs"), ("oozie", "backup"), ("guest", "alice")] {
            assert_eq!(public(real, target), without, "{real} {target}");
        }
    }
}

#[test]
fn a_report_about_oneself_knows_that_the_groups_are_unknown() {
    let resolver = Resolver::new(Arc::new(Down), Impersonation::none());
    let alice = principal("alice");
    let error = resolver
        .resolve(&policy(), &alice, Some(alice.name()), None)
        .unwrap_err();
    assert!(matches!(error, ResolveError::Unavailable(_)), "{error}");
    let report = resolver.explain(&policy(), &alice, alice.name(), None);
    assert_eq!(report.verdict(), Err(&error), "{report}");
    // Nobody is asked about the groups of somebody without a name.
    let unnamed = Principal::unnamed();
    let report = resolver.explain(&policy(), &unnamed, unnamed.name(), None);
    assert_eq!(report.verdict(), Ok(()), "{report}");
}

#[test]
fn nothing_is_proposed_that_would_still_be_prohibited() {
    // eve's group is prohibited, and there is no rule for yarn yet either.
    let resolver = resolver(Impersonation::none());
    let report = resolver.explain(&policy(), &principal("yarn"), &user("eve"), None);
    let error = report.verdict().unwrap_err().to_string();
    assert_eq!(
        error, "User: yarn is not allowed to impersonate eve",
        "the rules decide first"
    );
    assert!(report.remedies().is_empty(), "{report}");
    let report = resolver.explain(&policy(), &principal("yarn"), &user("alice"), None);
    assert_eq!(report.remedies().len(), 2, "{report}");
}

#[test]
fn new_rules_do_not_change_what_is_prohibited() {
    let [alluxio, hadoop] = everything();
    let resolver = resolver(alluxio);
    resolver.replace(hadoop);
    let refused = resolver.resolve(&policy(), &principal("yarn"), Some(&user("backup")), None);
    assert!(matches!(refused, Err(ResolveError::Refused(_))));
}

#[test]
fn who_has_no_name_acts_for_nobody_and_nobody_acts_for_them() {
    for rules in everything() {
        let resolver = resolver(rules);
        let unnamed = Principal::unnamed();
        let resolve = |principal: &Principal, target: Option<&UserName>| {
            let resolved = resolver.resolve(&policy(), principal, target, None);
            resolved.map_err(|error| error.to_string())
        };
        let subject = resolve(&unnamed, None).unwrap();
        assert!(subject.user().is_unnamed() && subject.real_user().is_none());
        assert!(
            resolve(&unnamed, Some(&UserName::unnamed()))
                .unwrap()
                .real_user()
                .is_none()
        );
        assert_eq!(
            resolve(&unnamed, Some(&user("alice"))).unwrap_err(),
            "a user without a name is not allowed to impersonate alice"
        );
        assert_eq!(
            resolve(&principal("yarn"), Some(&UserName::unnamed())).unwrap_err(),
            "User: yarn is not allowed to impersonate a user without a name"
        );
    }
}

#[test]
fn a_group_service_that_is_down_is_no_refusal_and_keeps_alluxios_words() {
    let by_group = [("alluxio.master.security.impersonation.yarn.groups", "staff")];
    let by_group = Impersonation::alluxio(by_group).unwrap();
    let [alluxio, hadoop] = everything();
    let alluxios = "Failed to authenticate client user=\"yarn\" connecting to Alluxio master and impersonating as \
                    impersonationUser=\"alice\" to access Alluxio file system: Failed to get groups that \
                    impersonationUser=\"alice\" belongs to.";
    let hadoops = "whether user yarn may impersonate alice is not known: groups of user alice are unavailable: \
                   connection refused";
    for (rules, says) in [(by_group, alluxios), (alluxio, alluxios), (hadoop, hadoops)] {
        let resolver = Resolver::new(Arc::new(Down), rules);
        let (yarn, alice) = (principal("yarn"), user("alice"));
        let error = resolver
            .resolve(&policy(), &yarn, Some(&alice), None)
            .unwrap_err();
        let ResolveError::Unavailable(unavailable) = &error else {
            panic!("{error}")
        };
        assert_eq!(unavailable.to_string(), says);
        assert_eq!(
            (&unavailable.user, unavailable.real()),
            (&alice, Some(yarn.name()))
        );
        let report = resolver.explain(&policy(), &yarn, &alice, None);
        assert_eq!(report.verdict(), Err(&error), "{report}");
        assert!(report.remedies().is_empty());
        let own = resolver.resolve(&policy(), &yarn, None, None).unwrap_err();
        assert_eq!(
            own.to_string(),
            "groups of user yarn are unavailable: connection refused"
        );
    }
    // A name that is prohibited does not stand out.
    for rules in everything() {
        let resolver = Resolver::new(Arc::new(Down), rules);
        let (yarn, hdfs) = (principal("yarn"), user("hdfs"));
        let error = resolver
            .resolve(&policy(), &yarn, Some(&hdfs), None)
            .unwrap_err();
        assert!(matches!(error, ResolveError::Unavailable(_)));
        let report = resolver.explain(&policy(), &yarn, &hdfs, None);
        assert_eq!(report.verdict(), Err(&error), "{report}");
        assert!(report.to_string().contains("prohibited: "), "{report}");
    }
}

#[test]
fn the_audit_shows_who_acted_through_whom() {
    let [_, hadoop] = everything();
    let resolver = resolver(hadoop);
    let line = |principal: &Principal, target: Option<&UserName>| {
        let subject = resolver
            .resolve(&policy(), principal, target, None)
            .unwrap();
        let record = Record::new("open", "/f").by(&subject);
        [Format::Hdfs, Format::Alluxio].map(|format| record.line(format).to_string())
    };
    let [hdfs, alluxio] = line(&principal("yarn"), Some(&user("alice")));
    assert!(
        hdfs.contains("ugi=alice (auth:PROXY) via yarn (auth:KERBEROS)"),
        "{hdfs}"
    );
    assert!(
        alluxio.contains("ugi=alice,staff via yarn (AUTH=KERBEROS)"),
        "{alluxio}"
    );
    let [hdfs, alluxio] = line(&Principal::unnamed(), None);
    assert!(hdfs.contains("ugi=N/A (auth:NOSASL)\t"), "{hdfs}");
    assert!(alluxio.contains("ugi=N/A,N/A (AUTH=NOSASL)\t"), "{alluxio}");
}
