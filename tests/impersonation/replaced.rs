//! Rules that are replaced while they are asked, and several sets of them side by side.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bailiwick::acl::Dialect;
use bailiwick::authz::{Impersonation, Policy, ResolveError, Resolver, StaticGroups};
use bailiwick::config::{Format, Settings, impersonation};
use bailiwick::identity::{Mechanism, Principal};

use crate::user;

fn resolver(rules: Impersonation) -> Resolver {
    let groups: StaticGroups = "alice=staff;bob=staff".parse().unwrap();
    Resolver::new(Arc::new(groups), rules)
}

fn users(text: &str) -> Impersonation {
    Impersonation::hadoop("p", [("p.yarn.users", text), ("p.yarn.hosts", "*")]).unwrap()
}

/// Whom yarn may act for.
fn allowed(resolver: &Resolver) -> Vec<&'static str> {
    let policy = Policy::new(Dialect::HDFS);
    let yarn = Principal::asserted(user("yarn"), Mechanism::Simple);
    let targets = ["alice", "bob"].into_iter();
    let allowed = targets.filter(|name| {
        let target = user(name);
        match resolver.resolve(&policy, &yarn, Some(&target), None) {
            Ok(subject) => {
                assert_eq!(
                    (subject.user(), subject.real_user()),
                    (&target, Some(yarn.name()))
                );
                true
            }
            Err(ResolveError::Refused(_)) => false,
            Err(error) => panic!("{error}"),
        }
    });
    allowed.collect()
}

#[test]
fn all_rules_change_at_once_for_every_clone() {
    let resolver = resolver(users("alice"));
    let clone = resolver.clone();
    assert_eq!(allowed(&resolver), ["alice"]);
    clone.replace(users("bob"));
    assert_eq!(allowed(&resolver), ["bob"]);
    resolver.replace(Impersonation::none());
    assert!(allowed(&clone).is_empty());
}

#[test]
fn a_file_that_cannot_be_understood_leaves_the_rules_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("core-site.xml");
    let write = |kind: &str, value: &str| {
        let property = |kind: &str, value: &str| {
            format!(
                "<property>\n<name>hadoop.proxyuser.yarn.{kind}</name><value>{value}</value></property>\n"
            )
        };
        let properties = property("hosts", "*") + &property(kind, value);
        std::fs::write(
            &path,
            format!("<configuration>\n{properties}</configuration>"),
        )
        .unwrap();
    };
    let load = || {
        let settings = Settings::open(&path, Format::HadoopXml)?;
        impersonation::hadoop(&settings, Impersonation::HADOOP_PREFIX)
    };
    write("users", "alice");
    let resolver = resolver(load().unwrap());
    let reload = || {
        load()
            .map(|rules| resolver.replace(rules))
            .map_err(|e| e.to_string())
    };
    assert_eq!(allowed(&resolver), ["alice"]);
    let place = |line: usize| format!("{}:{line}: ", path.display());

    write("user", "bob");
    let says = "`hadoop.proxyuser.yarn.user`: expected hadoop.proxyuser.USER.users|groups|hosts";
    assert_eq!(reload(), Err(place(4) + says));
    write("users", "bob:staff");
    let says = "`hadoop.proxyuser.yarn.users`: user name \"bob:staff\" holds ':' at byte 3";
    assert_eq!(reload(), Err(place(4) + says));
    std::fs::write(&path, "<configuration>").unwrap();
    assert!(reload().is_err());
    std::fs::remove_file(&path).unwrap();
    assert!(reload().is_err());
    assert_eq!(allowed(&resolver), ["alice"]);

    write("users", "bob");
    assert_eq!(reload(), Ok(()));
    assert_eq!(allowed(&resolver), ["bob"]);
}

#[test]
fn properties_of_alluxio_are_read_with_their_places() {
    let read = |text: &str| {
        let settings = Settings::read("site", text.as_bytes(), Format::Properties).unwrap();
        impersonation::alluxio(&settings).map_err(|error| error.to_string())
    };
    let rules = "team=alice\nbroken=${no.such.key}\n\
                 alluxio.master.security.impersonation.yarn.users=${team},carol\n\
                 alluxio.master.security.impersonation.dr.who.groups=*\n";
    let rules = read(rules).unwrap();
    assert_eq!(rules.users().len(), 2);
    assert_eq!(allowed(&resolver(rules)), ["alice"]);
    for (text, says) in [
        (
            "a=1\nalluxio.master.security.impersonation.yarn.hosts=*",
            "site:2: `alluxio.master.security.impersonation.yarn.hosts`: expected \
             alluxio.master.security.impersonation.USER.users|groups",
        ),
        (
            "alluxio.master.security.impersonation.a/b.users=*",
            "site:1: `alluxio.master.security.impersonation.a/b.users`: user name \"a/b\" holds '/' at byte 1",
        ),
        (
            "alluxio.master.security.impersonation.a.users=${b}",
            "site:1: `alluxio.master.security.impersonation.a.users` refers to `${b}`: no such setting",
        ),
    ] {
        assert_eq!(read(text).unwrap_err(), says);
    }
}

#[test]
fn a_bad_network_and_a_missing_prefix_are_told_with_their_places() {
    let settings = Settings::default().with("kms.proxyuser.yarn.hosts", "10.0.0.0/33");
    let read = |prefix| {
        impersonation::hadoop(&settings, prefix)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        read("kms.proxyuser"),
        "(set by the program): `kms.proxyuser.yarn.hosts`: invalid network \"10.0.0.0/33\": expected ADDRESS/BITS"
    );
    assert!(
        read("").ends_with("impersonation properties need a prefix"),
        "{}",
        read("")
    );
    assert_eq!(
        impersonation::hadoop(&settings, "other")
            .unwrap()
            .users()
            .len(),
        0
    );
}

/// KNOX-2831: there, the second topology's rules replaced the first's.
#[test]
fn services_in_one_process_have_rules_of_their_own() {
    let properties = [
        ("webhdfs.proxyuser.yarn.users", "alice"),
        ("webhdfs.proxyuser.yarn.hosts", "*"),
        ("kms.proxyuser.yarn.users", "bob"),
        ("kms.proxyuser.yarn.hosts", "*"),
    ];
    let service = |prefix| resolver(Impersonation::hadoop(prefix, properties).unwrap());
    let (webhdfs, kms) = (service("webhdfs.proxyuser"), service("kms.proxyuser"));
    assert_eq!(
        (allowed(&webhdfs), allowed(&kms)),
        (vec!["alice"], vec!["bob"])
    );
    kms.replace(Impersonation::none());
    assert_eq!((allowed(&webhdfs), allowed(&kms).len()), (vec!["alice"], 0));
}

#[test]
fn who_asks_during_a_replacement_sees_one_set_or_the_other() {
    let resolver = resolver(users("alice"));
    let seen = [AtomicBool::new(false), AtomicBool::new(false)];
    let all_seen = || seen.iter().all(|one| one.load(Ordering::Relaxed));
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !all_seen() {
                    let rules = resolver.impersonation();
                    let ask = |name| {
                        let groups = StaticGroups::default();
                        rules
                            .authorize(&user("yarn"), &user(name), &groups, None)
                            .is_ok()
                    };
                    let both = (ask("alice"), ask("bob"));
                    assert!(both == (true, false) || both == (false, true), "{both:?}");
                    seen[usize::from(both.1)].store(true, Ordering::Relaxed);
                }
            });
        }
        while !all_seen() {
            assert!(start.elapsed() < Duration::from_secs(20));
            resolver.replace(users("bob"));
            resolver.replace(users("alice"));
        }
    });
}
