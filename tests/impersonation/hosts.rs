//! Host names: resolved in time, refreshed, kept for a while, and never on the request path.

use std::collections::BTreeMap;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bailiwick::authz::{HostList, HostNames, HostRound, Impersonation, Resolver, StaticGroups};

use crate::user;

/// A name service that can be changed: a name that is not in it fails.
#[derive(Clone, Default)]
struct Service(Arc<Mutex<BTreeMap<String, Vec<IpAddr>>>>);

impl Service {
    fn says(&self, name: &str, addresses: &[&str]) {
        let addresses = addresses.iter().map(|a| a.parse().unwrap()).collect();
        self.0.lock().unwrap().insert(name.to_owned(), addresses);
    }

    fn fails(&self, name: &str) {
        self.0.lock().unwrap().remove(name);
    }

    fn names(&self) -> HostNames {
        let service = self.clone();
        HostNames::new(move |name| {
            let found = service.0.lock().unwrap().get(name).cloned();
            found.ok_or_else(|| io::Error::other("server failure"))
        })
    }
}

fn includes(list: &HostList, peer: &str) -> bool {
    list.includes(Some(peer.parse().unwrap()))
}

fn failed(round: &HostRound) -> Vec<String> {
    round.failed.iter().map(ToString::to_string).collect()
}

#[test]
fn a_name_is_all_its_addresses_in_any_case_and_family() {
    let service = Service::default();
    service.says(
        "gw1",
        &["192.0.2.2", "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.3"],
    );
    let list = HostList::parse("GW1, gw1, Gw1,198.51.100.1").unwrap();
    assert_eq!(list.names().collect::<Vec<_>>(), ["gw1"]);
    assert_eq!(list.unresolved(), ["gw1"], "parsing resolves nothing");
    assert!(!includes(&list, "192.0.2.1") && includes(&list, "198.51.100.1"));
    let round = service.names().refresh([&list], Instant::now());
    assert_eq!(
        (round.changed, round.failed.len()),
        (vec!["gw1".to_owned()], 0)
    );
    for peer in [
        "192.0.2.1",
        "192.0.2.2",
        "192.0.2.3",
        "::ffff:192.0.2.1",
        "2001:db8::1",
    ] {
        assert!(includes(&list, peer), "{peer}");
        assert!(includes(&list.clone(), peer), "clones share");
    }
    assert!(!includes(&list, "192.0.2.4") && !list.includes(None));
    assert!(list.unresolved().is_empty());
}

#[test]
fn what_can_be_neither_an_address_nor_a_name_is_refused() {
    let says = |item: &str| HostList::parse(item).unwrap_err().to_string();
    // getaddrinfo takes these for addresses.
    for item in [
        "10.1",
        "010.0.0.1",
        "167772161",
        "0x0a000001",
        "0X0A.0.0x1",
        "1.2.3.4.",
    ] {
        let expected = format!("invalid address {item:?}: expected four numbers");
        assert!(says(item).starts_with(&expected), "{}", says(item));
    }
    for (item, character) in [
        ("fe80::1%eth0", ':'),
        ("10.0.0.1:8020", ':'),
        ("[::1]", '['),
        ("*.example.com", '*'),
        ("gw1 gw2", ' '),
        ("gw1;gw2", ';'),
        ("gw\u{0}", '\u{0}'),
    ] {
        let list = format!("gw9,{item},gw8");
        let expected =
            format!("invalid host {item:?}: no address, and a host name holds no {character:?}");
        assert_eq!(says(&list), expected);
    }
    let names = "0xy.example.com,1e100.net,a_b-c.,bücher.example,node.10";
    assert_eq!(HostList::parse(names).unwrap().names().len(), 5);
}

#[test]
fn a_name_follows_its_changes_and_outlives_a_failure_for_an_hour() {
    let service = Service::default();
    let names = service.names();
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = told.clone();
    names.on_change(move |round| tell.lock().unwrap().push(round.clone()));
    let list = HostList::parse("gw").unwrap();
    let start = Instant::now();
    let at = |minutes: u64| start + Duration::from_secs(60 * minutes);
    let refresh = |minutes| names.refresh([&list], at(minutes));

    let round = refresh(0);
    assert_eq!(
        failed(&round),
        ["host name \"gw\" stands for nobody: server failure"]
    );
    service.says("gw", &["192.0.2.1"]);
    assert_eq!(refresh(1).changed, ["gw"]);
    assert!(includes(&list, "192.0.2.1"));
    service.says("gw", &["192.0.2.9"]);
    assert_eq!(refresh(2).changed, ["gw"]);
    assert!(includes(&list, "192.0.2.9") && !includes(&list, "192.0.2.1"));
    assert!(refresh(3).changed.is_empty());

    service.fails("gw");
    for minutes in [4, 5, 62] {
        let round = refresh(minutes);
        assert_eq!(
            failed(&round),
            ["host name \"gw\" keeps its last addresses: server failure"]
        );
        assert_eq!(round.failed[0].since, at(4));
        assert!(includes(&list, "192.0.2.9"), "{minutes}");
    }
    let round = refresh(63);
    assert_eq!(round.changed, ["gw"]);
    assert_eq!(
        failed(&round),
        ["host name \"gw\" stands for nobody: server failure"]
    );
    assert!(
        !includes(&list, "192.0.2.9"),
        "an hour after the last answer"
    );

    service.says("gw", &["192.0.2.9"]);
    assert!(refresh(64).failed.is_empty() && includes(&list, "192.0.2.9"));
    service.says("gw", &[]);
    let round = refresh(65);
    assert_eq!(
        failed(&round),
        ["host name \"gw\" stands for nobody: it has no address"]
    );
    assert!(!includes(&list, "192.0.2.9"), "no address is an answer");
    assert_eq!(refresh(66).failed[0].since, at(65));
    // What was news: failed, found, moved, failing, given up, found, gone.
    assert_eq!(told.lock().unwrap().len(), 7);
}

#[test]
fn nothing_is_kept_if_nothing_is_to_be_kept() {
    let service = Service::default();
    let names = service.names().with_keep(Duration::ZERO);
    let list = HostList::parse("gw").unwrap();
    service.says("gw", &["192.0.2.1"]);
    let now = Instant::now();
    names.refresh([&list], now);
    assert!(includes(&list, "192.0.2.1"));
    service.fails("gw");
    names.refresh([&list], now);
    assert!(!includes(&list, "192.0.2.1"));
}

#[test]
fn too_many_addresses_are_a_failure() {
    let names = HostNames::new(|name| {
        let count: u32 = name.trim_start_matches("gw").parse().unwrap();
        Ok((0..count).map(|n| IpAddr::from(n.to_be_bytes())).collect())
    });
    let list = HostList::parse("gw256,gw257").unwrap();
    let round = names.refresh([&list], Instant::now());
    assert_eq!(round.changed, ["gw256"]);
    assert_eq!(
        failed(&round),
        ["host name \"gw257\" stands for nobody: it has 257 addresses"]
    );
}

#[test]
fn a_resolver_that_panics_is_a_failure() {
    let names = HostNames::new(|name| match name {
        "good" => Ok(vec![[192, 0, 2, 1].into()]),
        _ => panic!("no such name"),
    });
    let list = HostList::parse("bad,good").unwrap();
    for _ in 0..2 {
        let round = names.refresh([&list], Instant::now());
        assert_eq!(
            failed(&round),
            ["host name \"bad\" stands for nobody: the resolver panicked"]
        );
        assert!(includes(&list, "192.0.2.1"));
    }
}

/// A resolver in which names that begin with `slow` hang until they are released.
struct Hanging {
    names: HostNames,
    asked: Arc<AtomicUsize>,
    release: Vec<Sender<()>>,
}

impl Hanging {
    fn new(count: usize) -> Self {
        let (release, waiting): (Vec<_>, Vec<_>) = (0..count).map(|_| channel::<()>()).unzip();
        let waiting: Vec<_> = waiting.into_iter().map(Mutex::new).collect();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let names = HostNames::new(move |name| {
            if let Some(number) = name.strip_prefix("slow") {
                count.fetch_add(1, Ordering::SeqCst);
                let number: usize = number.parse().unwrap();
                let _ = waiting[number].lock().unwrap().recv();
            }
            Ok(vec![[192, 0, 2, 1].into()])
        });
        let names = names.with_deadline(Duration::from_millis(100));
        Self {
            names,
            asked,
            release,
        }
    }
}

#[test]
fn a_lookup_that_hangs_holds_up_nobody_else_and_is_not_repeated() {
    let mut hanging = Hanging::new(1);
    let list = HostList::parse("fast,slow0").unwrap();
    for _ in 0..3 {
        let start = Instant::now();
        let round = hanging.names.refresh([&list], start);
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "{:?}",
            start.elapsed()
        );
        assert_eq!(
            failed(&round),
            ["host name \"slow0\" stands for nobody: no answer in time"]
        );
        assert!(includes(&list, "192.0.2.1"));
    }
    assert_eq!(
        hanging.asked.load(Ordering::SeqCst),
        1,
        "one lookup in three rounds"
    );
    // The late answer counts in a later round.
    hanging.release.clear();
    let start = Instant::now();
    while !hanging
        .names
        .refresh([&list], Instant::now())
        .failed
        .is_empty()
    {
        assert!(start.elapsed() < Duration::from_secs(10));
    }
}

#[test]
fn a_late_answer_is_as_old_as_the_round_that_it_was_late_for() {
    for minutes in [&[1, 59][..], &[61]] {
        let hanging = Hanging::new(HostNames::THREADS);
        let slow: Vec<_> = (0..HostNames::THREADS)
            .map(|n| format!("slow{n}"))
            .collect();
        let all = HostList::parse(&format!("{},zoe", slow.join(","))).unwrap();
        let start = Instant::now();
        hanging.names.refresh([&all], start);
        // The thread that has answered goes on to the next name: if that is known, the answer is there.
        hanging.release[0].send(()).unwrap();
        let next = HostList::parse("zoe").unwrap();
        while !includes(&next, "192.0.2.1") {
            assert!(start.elapsed() < Duration::from_secs(10));
            hanging.names.refresh([&next], start);
        }
        // The name is asked for again, and hangs again.
        let late = HostList::parse("slow0").unwrap();
        let refresh = |minutes: u64| {
            let at = start + Duration::from_secs(60 * minutes);
            hanging.names.refresh([&late], at);
            includes(&late, "192.0.2.1")
        };
        for minutes in minutes {
            assert_eq!(refresh(*minutes), *minutes < 60, "{minutes}");
        }
        assert!(!refresh(60), "an hour after the round that it was late for");
    }
}

/// What a name service says while it goes down: late the truth, and then at once that it does not know.
#[test]
fn a_late_answer_counts_before_the_failure_that_comes_after_it() {
    for truth in [vec![[192, 0, 2, 2].into()], vec![]] {
        let (release, waiting) = channel::<()>();
        let (waiting, asked) = (Mutex::new(waiting), AtomicUsize::new(0));
        let (done, finished) = channel::<()>();
        let done = Mutex::new(done);
        let late = truth.clone();
        let names = HostNames::new(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
            0 => Ok(vec![[192, 0, 2, 1].into()]),
            1 => {
                let _ = waiting.lock().unwrap().recv();
                done.lock().unwrap().send(()).unwrap();
                Ok(late.clone())
            }
            _ => Err(std::io::Error::other("SERVFAIL")),
        });
        let names = names.with_deadline(Duration::from_millis(100));
        let list = HostList::parse("gw").unwrap();
        let start = Instant::now();
        names.refresh([&list], start);
        names.refresh([&list], start + Duration::from_secs(60));
        assert!(includes(&list, "192.0.2.1"), "not answered in time");
        release.send(()).unwrap();
        finished.recv().unwrap();
        // Mostly enough for the answer to be there before the next round. If it is not, it is that round's, and no worse.
        std::thread::sleep(Duration::from_millis(50));
        let later = start + Duration::from_secs(120);
        while !failed(&names.refresh([&list], later))
            .concat()
            .contains("SERVFAIL")
        {}
        assert!(!includes(&list, "192.0.2.1"), "it has passed on");
        assert_eq!(includes(&list, "192.0.2.2"), !truth.is_empty());
    }
}

/// A round that is over before it has begun asks nobody in time, and everybody afterwards.
#[test]
fn what_a_round_does_not_get_to_is_asked_for_afterwards() {
    let names = HostNames::new(|name| {
        let number: u8 = name.trim_start_matches("gw").parse().unwrap();
        Ok(vec![[192, 0, 2, number].into()])
    });
    let names = names.with_deadline(Duration::ZERO);
    let gateways: Vec<_> = (0..40).map(|n| format!("gw{n}")).collect();
    let list = HostList::parse(&gateways.join(",")).unwrap();
    let start = Instant::now();
    while !list.unresolved().is_empty() {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{:?}",
            list.unresolved()
        );
        names.refresh([&list], start);
    }
}

#[test]
fn hanging_lookups_are_bounded_and_the_rest_fails_until_they_end() {
    let count = HostNames::THREADS + 3;
    let mut hanging = Hanging::new(count);
    let slow: Vec<_> = (0..count).map(|n| format!("slow{n}")).collect();
    let slow = HostList::parse(&slow.join(",")).unwrap();
    let round = hanging.names.refresh([&slow], Instant::now());
    assert_eq!(round.failed.len(), count);
    assert_eq!(hanging.asked.load(Ordering::SeqCst), HostNames::THREADS);
    let fast = HostList::parse("fast").unwrap();
    let round = hanging.names.refresh([&fast], Instant::now());
    assert_eq!(
        failed(&round),
        ["host name \"fast\" stands for nobody: no answer in time"]
    );
    // One thread that is free again is enough.
    drop(hanging.release.remove(0));
    let start = Instant::now();
    while !hanging
        .names
        .refresh([&fast], Instant::now())
        .failed
        .is_empty()
    {
        assert!(start.elapsed() < Duration::from_secs(10));
    }
    assert!(includes(&fast, "192.0.2.1"));
}

#[test]
fn the_operating_system_knows_localhost_and_not_what_is_invalid() {
    // RFC 6761: `.invalid` never resolves.
    let list = HostList::parse("LocalHost,host.invalid").unwrap();
    let names = HostNames::system().with_deadline(Duration::from_secs(30));
    let round = names.refresh([&list], Instant::now());
    assert_eq!(round.changed, ["localhost"]);
    assert_eq!(round.failed.len(), 1);
    assert_eq!(round.failed[0].name, "host.invalid");
    assert!(includes(&list, "127.0.0.1") || includes(&list, "::1"));
    assert!(!includes(&list, "192.0.2.1"));
}

#[test]
fn a_watch_follows_the_rules_that_count() {
    let service = Service::default();
    service.says("gw", &["192.0.2.1"]);
    service.says("gw2", &["192.0.2.2"]);
    let names = service.names();
    let rules = |hosts| {
        Impersonation::hadoop("p", [("p.knox.users", "*"), ("p.knox.hosts", hosts)]).unwrap()
    };
    let resolver = Resolver::new(Arc::new(StaticGroups::default()), rules("gw"));
    let allows = |peer: &str| {
        let (real, target) = (user("knox"), user("alice"));
        let peer = Some(peer.parse().unwrap());
        let groups = StaticGroups::default();
        resolver
            .impersonation()
            .authorize(&real, &target, &groups, peer)
            .is_ok()
    };
    let until = |what: &dyn Fn() -> bool| {
        let start = Instant::now();
        while !what() {
            assert!(start.elapsed() < Duration::from_secs(20));
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    let watch = resolver
        .watch_hosts(&names, Duration::from_millis(1))
        .unwrap();
    until(&|| allows("192.0.2.1"));
    resolver.replace(rules("gw2"));
    until(&|| allows("192.0.2.2"));
    assert!(!allows("192.0.2.1"));
    // News that panics ends that call and not the thread.
    names.on_change(|_| panic!("what the user does"));
    service.says("gw2", &["192.0.2.3"]);
    until(&|| allows("192.0.2.3"));
    service.says("gw2", &["192.0.2.4"]);
    until(&|| allows("192.0.2.4"));
    drop(watch);
    service.says("gw2", &["192.0.2.5"]);
    std::thread::sleep(Duration::from_millis(20));
    assert!(
        allows("192.0.2.4") && !allows("192.0.2.5"),
        "nobody watches"
    );
}
