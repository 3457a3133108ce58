//! Random rules and questions, beside the oracle.

use std::collections::BTreeMap;
use std::net::IpAddr;

use bailiwick::authz::{Impersonation, StaticGroups};
use bailiwick::identity::UserName;

use crate::proxy::agree;
use crate::proxy_oracle::{Answer, Question};
use crate::random::{Random, seed};
use crate::{Down, user};

const REALS: [&str; 4] = ["yarn", "oozie", "dr.who", "alice@EXAMPLE.COM"];
const USERS: [&str; 6] = ["alice", "bob", "carol", "dr.who", "a b", "üser"];
const GROUPS: [&str; 5] = ["staff", "eng", "ops", "Domain Users", "alice"];
const HOSTS: [&str; 16] = [
    "10.1.2.3",
    "10.1.2.0/24",
    "10.9.9.9/8",
    "192.168.1.77/28",
    "0.0.0.0/0",
    "10.1.2.3/32",
    "10.1.2.3/31",
    "gw1",
    "GW2",
    "nowhere",
    "::1",
    "2001:db8::/32",
    "2001:DB8::7",
    "::ffff:10.1.2.3",
    "::ffff:10.0.0.0/104",
    "::/0",
];
const PEERS: [&str; 14] = [
    "10.1.2.3",
    "10.1.2.2",
    "10.1.3.0",
    "192.168.1.64",
    "192.168.1.80",
    "0.0.0.0",
    "255.255.255.255",
    "::1",
    "2001:db8::7",
    "::ffff:10.1.2.3",
    "172.16.0.1",
    "172.16.0.2",
    "172.16.0.3",
    "fe80::1",
];

fn word<'a>(random: &mut Random, among: &[&'a str]) -> &'a str {
    among[random.below(among.len())]
}

/// A list as people write them, and as they do not.
fn list(random: &mut Random, among: &[&str]) -> String {
    if random.once_in(6) {
        return word(random, &["*", " *", "*\n", "*,*", "", " ", ",", ",*,"]).to_owned();
    }
    let mut text = word(random, &["", "", "", " ", ",", "\n"]).to_owned();
    for at in 0..=random.below(4) {
        if at > 0 {
            text.push_str(word(
                random,
                &[",", ",", ",", " ,", ", ", "\n", ",,", "\t,\n", " \n "],
            ));
        }
        text.push_str(if random.once_in(15) {
            "*"
        } else {
            word(random, among)
        });
    }
    text.push_str(word(random, &["", "", "", " ", ",", "\n"]));
    text
}

fn question(random: &mut Random, prefix: &str, has_hosts: bool) -> Question {
    let mut properties = BTreeMap::new();
    for real in REALS {
        if random.percent(30) {
            continue;
        }
        let mut set = |kind: &str, value: String| {
            properties.insert(format!("{prefix}.{real}.{kind}"), value);
        };
        if random.percent(60) {
            set("users", list(random, &USERS));
        }
        if random.percent(60) {
            set("groups", list(random, &GROUPS));
        }
        if has_hosts && random.percent(80) {
            set("hosts", list(random, &HOSTS));
        }
    }
    let address = |text: &&str| text.parse::<IpAddr>().unwrap();
    let target = if random.once_in(20) {
        random.pick(&REALS)
    } else {
        random.pick(&USERS)
    };
    Question {
        properties,
        real: (*random.pick(&REALS)).to_owned(),
        target: (*target).to_owned(),
        groups: (!random.once_in(10)).then(|| {
            let groups = random.some(&[&GROUPS[..], &["other", "*"]].concat(), 4);
            groups
                .into_iter()
                .filter(|group| *group != "*")
                .map(str::to_owned)
                .collect()
        }),
        peer: (!random.once_in(15)).then(|| address(random.pick(&PEERS))),
        hosts: BTreeMap::from([
            ("gw1".to_owned(), vec![address(&"172.16.0.1")]),
            (
                "gw2".to_owned(),
                vec![address(&"172.16.0.2"), address(&"::ffff:172.16.0.3")],
            ),
        ]),
    }
}

#[test]
fn a_hundred_thousand_decisions_are_those_of_the_oracle() {
    let mut random = Random::new(seed("impersonation", || 5));
    let mut counts = [0_u32; 3];
    for round in 0..100_000 {
        let prefix = *random.pick(&["hadoop.proxyuser", "x", "httpfs.proxyuser"]);
        let system = (round % 2 == 0).then_some(prefix);
        let under = system.unwrap_or("alluxio.master.security.impersonation");
        let mut question = question(&mut random, under, system.is_some());
        if system.is_none() {
            // To Alluxio, a line end is a part of a name, and there is no such name.
            for value in question.properties.values_mut() {
                *value = value.replace('\n', ",");
            }
        }
        let answer = agree(system, &question).unwrap();
        counts[match answer {
            Answer::Yes => 0,
            Answer::No(_) => 1,
            Answer::NotKnown => 2,
        }] += 1;
    }
    println!("impersonation: {counts:?} allowed, refused, not known");
    assert!(counts.iter().all(|count| *count > 2_000), "{counts:?}");
}

#[test]
fn what_stars_mean_depends_on_the_system() {
    let groups: StaticGroups = "alice=staff".parse().unwrap();
    let ask = |rules: &Impersonation, peer: &str| {
        let peer = Some(peer.parse().unwrap());
        rules
            .authorize(&user("yarn"), &user("alice"), &groups, peer)
            .is_ok()
    };
    let alluxio = |users| {
        let key = "alluxio.master.security.impersonation.yarn.users";
        Impersonation::alluxio([(key, users)]).unwrap()
    };
    let hadoop = |users, hosts| {
        Impersonation::hadoop("p", [("p.yarn.users", users), ("p.yarn.hosts", hosts)]).unwrap()
    };
    assert!(ask(&alluxio("bob,*"), "10.0.0.1"));
    assert!(!ask(&hadoop("bob,*", "*"), "10.0.0.1"));
    assert!(ask(&hadoop(" * ", "*,*"), "10.0.0.1"));
    assert!(
        !ask(&hadoop("*", "10.0.0.2,*"), "10.0.0.1"),
        "a name that nobody has"
    );
    let rules = hadoop("bob,*", "10.0.0.2,*");
    let report = rules
        .explain(&user("yarn"), &user("alice"), &groups, None)
        .to_string();
    assert_eq!(
        report.matches("beside others, * has no meaning").count(),
        2,
        "{report}"
    );
}

#[test]
fn nothing_is_proposed_for_whom_no_list_can_name() {
    let hosts_missing = [("p.yarn.users", "bob")];
    let rules = Impersonation::hadoop("p", hosts_missing).unwrap();
    let remedies = |real: &UserName, target: &UserName| {
        let report = rules.explain(real, target, &StaticGroups::default(), None);
        assert!(report.verdict().is_err());
        report.remedies().len()
    };
    let unnamed = UserName::unnamed();
    assert_eq!(remedies(&user("yarn"), &user("alice")), 2);
    assert_eq!(remedies(&user("yarn"), &user("*")), 0);
    assert_eq!(remedies(&user("yarn"), &unnamed), 0);
    assert_eq!(remedies(&unnamed, &user("alice")), 0);
}

#[test]
fn groups_are_asked_for_only_if_they_matter() {
    for (users, groups, known) in [
        ("alice", "staff", true),
        ("*", "staff", true),
        ("bob", "*", true),
        ("bob", "", true),
        ("bob", "staff", false),
    ] {
        for prefix in ["p", Impersonation::ALLUXIO_PREFIX] {
            let properties = [
                (format!("{prefix}.yarn.users"), users),
                (format!("{prefix}.yarn.groups"), groups),
            ];
            let properties = properties.iter().map(|(key, value)| (key.as_str(), *value));
            let rules = if prefix == "p" {
                Impersonation::hadoop(prefix, properties)
            } else {
                Impersonation::alluxio(properties)
            };
            let answer = rules
                .unwrap()
                .authorize(&user("yarn"), &user("alice"), &Down, None);
            let unavailable = matches!(answer, Err(bailiwick::authz::ResolveError::Unavailable(_)));
            assert_eq!(unavailable, !known, "{prefix} {users} {groups}");
        }
    }
}

#[test]
fn a_principal_that_was_not_translated_is_pointed_at() {
    let rules = [
        ("hadoop.proxyuser.hive.users", "*"),
        ("hadoop.proxyuser.hive.hosts", "*"),
    ];
    let rules = Impersonation::hadoop("hadoop.proxyuser", rules).unwrap();
    let explain = |real: &str| {
        let report = rules.explain(&user(real), &user("alice"), &Down, None);
        assert_eq!(report.verdict().is_ok(), real == "hive");
        report.to_string()
    };
    assert!(!explain("hive").contains("auth_to_local"));
    let hint = "rules are for short names: there are some for hive. Is auth_to_local applied?";
    assert!(
        explain("hive@EXAMPLE.COM").contains(hint),
        "{}",
        explain("hive@EXAMPLE.COM")
    );
    assert!(explain("hue@EXAMPLE.COM").contains("rules are for short names. Is auth_to_local"));
    // A principal with a host is no user name at all.
    let key = "hadoop.proxyuser.hive/node1@EXAMPLE.COM.users";
    let error = Impersonation::hadoop("hadoop.proxyuser", [(key, "*")]).unwrap_err();
    assert!(error.to_string().contains("holds '/' at byte 4"), "{error}");
}
