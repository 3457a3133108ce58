//! Who becomes a subject.

use super::*;

/// A group service that is down.
struct Down;

impl GroupMapping for Down {
    fn groups(&self, user: &UserName) -> Result<Groups, GroupsUnavailable> {
        Err(GroupsUnavailable::new(user, "connection refused"))
    }
}

#[test]
fn a_broken_group_service_is_no_refusal_and_super_users_are_nobodys_mask() {
    let policy = Policy::new(Dialect::HDFS).with_super_user(user("hdfs"));
    let any = [
        ("hadoop.proxyuser.yarn.users", "*"),
        ("hadoop.proxyuser.yarn.hosts", "*"),
    ];
    let rules = || Impersonation::hadoop("hadoop.proxyuser", any).unwrap();
    let yarn = Principal::asserted(user("yarn"), Mechanism::Simple);
    let groups: StaticGroups = "alice=staff".parse().unwrap();
    let resolver = Resolver::new(Arc::new(groups), rules());
    let as_user = |name| resolver.resolve(&policy, &yarn, Some(&user(name)), None);
    let alice = as_user("alice").unwrap();
    assert_eq!(
        (alice.user().as_str(), alice.real_user().unwrap().as_str()),
        ("alice", "yarn")
    );
    assert!(
        as_user("yarn").unwrap().real_user().is_none(),
        "to act as oneself is no impersonation"
    );
    assert!(matches!(as_user("hdfs"), Err(ResolveError::Refused(_))));

    let down = Resolver::new(Arc::new(Down), rules());
    assert!(matches!(
        down.resolve(&policy, &yarn, None, None),
        Err(ResolveError::Unavailable(_))
    ));
    let by_group = [
        ("hadoop.proxyuser.yarn.groups", "staff"),
        ("hadoop.proxyuser.yarn.hosts", "*"),
    ];
    let down = Resolver::new(
        Arc::new(Down),
        Impersonation::hadoop("hadoop.proxyuser", by_group).unwrap(),
    );
    let error = down
        .resolve(&policy, &yarn, Some(&user("alice")), None)
        .unwrap_err();
    assert!(matches!(error, ResolveError::Unavailable(_)), "{error}");
}

#[test]
fn rules_that_are_no_rules_are_named() {
    for (key, value, says) in [
        (
            "p.yarn.user",
            "a",
            "unknown impersonation property \"p.yarn.user\": expected p.USER.users|groups|hosts",
        ),
        (
            "p.users",
            "a",
            "unknown impersonation property \"p.users\": expected p.USER.users|groups|hosts",
        ),
        (
            "p.yarn.users",
            "a:b",
            "invalid impersonation property \"p.yarn.users\": user name \"a:b\" holds ':' at byte 1",
        ),
        (
            "p.yarn.hosts",
            "10.0.0.0/33",
            "invalid impersonation property \"p.yarn.hosts\": invalid network \"10.0.0.0/33\": expected ADDRESS/BITS",
        ),
    ] {
        assert_eq!(
            Impersonation::hadoop("p", [(key, value)])
                .unwrap_err()
                .to_string(),
            says
        );
    }
    assert!(
        Impersonation::hadoop("p", [("p.a.b.users", "*"), ("other", "x")]).is_ok(),
        "names have dots"
    );
}
