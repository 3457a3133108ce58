//! May this user act for that one: `cargo bench --bench impersonation`. Groups are cached, as a service has them.
//!
//! The columns are the number of different questions asked in turn, as in `decide`.

mod measure;

use std::env::args;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use bailiwick::acl::Dialect;
use bailiwick::authz::{
    AccessList, GroupMapping, GroupsUnavailable, HostNames, Impersonation, Policy, Resolver,
};
use bailiwick::identity::{GroupName, Groups, Mechanism, Principal, Subject, UserName};
use measure::time_each;

const COUNTS: [usize; 3] = [1, 64, 4096];

/// A cache that always has the answer: what is measured is the decision.
struct Cached(Groups);

impl GroupMapping for Cached {
    fn groups(&self, _: &UserName) -> Result<Groups, GroupsUnavailable> {
        Ok(self.0.clone())
    }
}

struct Question {
    real: Principal,
    target: UserName,
    peer: Option<IpAddr>,
}

fn main() {
    let names = |kind: &str, count: usize| {
        let names: Vec<_> = (0..count).map(|n| format!("{kind}{n}")).collect();
        names.join(",")
    };
    // A hundred proxies, each with a rule for 50 users, 50 groups, 8 networks and 8 host names.
    let networks: Vec<_> = (0..8).map(|n| format!("10.{n}.0.0/16")).collect();
    let networks = &networks.join(",");
    let gateways = &names("gw", 8);
    let (users, groups) = (&names("user", 50), &names("group", 50));
    let by_user = &rules(Some(users), None, "*");
    let by_group = &rules(None, Some(groups), "*");
    let by_network = &rules(Some("*"), None, networks);
    let by_name = &rules(Some("*"), None, gateways);
    let everything = &rules(
        Some("nobody"),
        Some(groups),
        &format!("{networks},{gateways}"),
    );

    // The target is in 16 groups, of which the last is in the rule.
    let member = |last: &str| {
        let groups = (0..15)
            .map(|n| format!("other{n}"))
            .chain([last.to_owned()]);
        Cached(groups.map(|name| GroupName::new(&name).unwrap()).collect())
    };
    let (member, stranger) = (&member("group49"), &member("other15"));
    let most = COUNTS[COUNTS.len() - 1];
    let inside: Vec<_> = (0..most).map(|n| question(n, [10, 7, 1, 1])).collect();
    let outside: Vec<_> = (0..most).map(|n| question(n, [192, 0, 2, 200])).collect();
    let gateway: Vec<_> = (0..most).map(|n| question(n, [192, 0, 2, 7])).collect();

    print!("{:42}", "median of one decision, of questions");
    println!("{}", COUNTS.map(|count| format!("{count:>10}")).concat());
    row("by user, among 50", &inside, |q| {
        authorize(by_user, member, q)
    });
    row("by group, among 50", &inside, |q| {
        authorize(by_group, member, q)
    });
    row("by host, a network among 8", &inside, |q| {
        authorize(by_network, member, q)
    });
    row("by host, a name among 8", &gateway, |q| {
        authorize(by_name, member, q)
    });
    row("refused: no group among 50", &inside, |q| {
        authorize(by_group, stranger, q)
    });
    row("refused: no host among 16", &outside, |q| {
        authorize(everything, member, q)
    });
    row("by group, by name", &gateway, |q| {
        authorize(everything, member, q)
    });

    let policy = &Policy::new(Dialect::HDFS).with_super_user(UserName::new("hdfs").unwrap());
    let groups = Arc::new(Cached(member.0.clone()));
    let resolver = &Resolver::new(groups, everything.clone());
    row("to a subject, with the group lookup", &gateway, |q| {
        resolver
            .resolve(policy, &q.real, Some(&q.target), q.peer)
            .is_ok()
    });
    let list: &AccessList = &format!("{users} {}", names("group", 50)).parse().unwrap();
    let subjects: Vec<_> = inside.iter().map(|q| subject(q, &member.0)).collect();
    row("access list, by group among 50", &subjects, |subject| {
        list.allows(subject)
    });
}

fn question(n: usize, peer: [u8; 4]) -> Question {
    let real = UserName::new(&format!("proxy{}", n % 100)).unwrap();
    Question {
        real: Principal::asserted(real, Mechanism::Kerberos),
        target: UserName::new(&format!("user{}", n % 50)).unwrap(),
        peer: Some(peer.into()),
    }
}

fn subject(question: &Question, groups: &Groups) -> Subject {
    let user = UserName::new(&format!("not-{}", question.target)).unwrap();
    Subject::asserted(user, groups.clone(), Mechanism::Kerberos)
}

fn rules(users: Option<&str>, groups: Option<&str>, hosts: &str) -> Impersonation {
    let mut properties = Vec::new();
    for n in 0..100 {
        let kinds = [("users", users), ("groups", groups), ("hosts", Some(hosts))];
        for (kind, value) in kinds {
            properties.extend(value.map(|value| (format!("p.proxy{n}.{kind}"), value)));
        }
    }
    let properties = properties.iter().map(|(key, value)| (key.as_str(), *value));
    let rules = Impersonation::hadoop("p", properties).unwrap();
    let names = HostNames::new(|name| {
        let number: u8 = name.trim_start_matches("gw").parse().unwrap();
        Ok(vec![[192, 0, 2, number].into()])
    });
    assert!(
        names
            .refresh(rules.host_lists(), Instant::now())
            .failed
            .is_empty()
    );
    rules
}

fn authorize(rules: &Impersonation, groups: &Cached, q: &Question) -> bool {
    rules
        .authorize(q.real.name(), &q.target, groups, q.peer)
        .is_ok()
}

/// A row, unless the command line names others by parts of their names.
fn row<'q, Q>(name: &str, questions: &'q [Q], ask: impl Fn(&'q Q) -> bool) {
    let mut parts = args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .peekable();
    if parts.peek().is_some() && !parts.any(|part| name.contains(&part)) {
        return;
    }
    let allowed = !name.starts_with("refused");
    assert!(
        questions.iter().all(|question| ask(question) == allowed),
        "{name}"
    );
    let figures = COUNTS.map(|count| time_each(&questions[..count], &ask));
    println!("{name:42}{}", figures.map(|f| format!("{f:>10}")).concat());
}
