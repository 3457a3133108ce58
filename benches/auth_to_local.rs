//! Local names of Kerberos principals: `cargo bench --bench auth_to_local`.
//!
//! Ten rules as they are written for a cluster, of which the last applies, and rows that say what each kind of rule costs.

mod measure;

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use bailiwick::authn::{AuthToLocal, RuleMechanism};
use measure::time_each;

/// As in Hadoop's documentation, and two for people.
const CLUSTER: &str = r"
    RULE:[2:$1/$2@$0]([ndj]n/.*@EXAMPLE\.COM)s/.*/hdfs/
    RULE:[2:$1/$2@$0]([rn]m/.*@EXAMPLE\.COM)s/.*/yarn/
    RULE:[2:$1/$2@$0](jhs/.*@EXAMPLE\.COM)s/.*/mapred/
    RULE:[2:$1@$0](hbase@EXAMPLE\.COM)s/.*/hbase/
    RULE:[2:$1@$0](hive@EXAMPLE\.COM)s/.*/hive/
    RULE:[2:$1@$0](HTTP@EXAMPLE\.COM)s/.*/http/
    RULE:[1:$1@$0](ambari-qa-c1@EXAMPLE\.COM)s/.*/ambari-qa/
    RULE:[1:$1@$0](.*@ACME\.COM)s/@.*//
    RULE:[2:$1@$0](.*@EXAMPLE\.COM)s/@.*//
    RULE:[1:$1@$0](.*@EXAMPLE\.COM)s/@.*///L";

/// Ten realms, all for the same number of components, with the dots as people leave them.
const REALMS: &str = r"
    RULE:[1:$1@$0](.*@ONE.EXAMPLE.COM)s/@.*//
    RULE:[1:$1@$0](.*@TWO.EXAMPLE.COM)s/@.*//
    RULE:[1:$1@$0](.*@THREE.EXAMPLE.COM)s/@.*//
    RULE:[1:$1@$0](.*@FOUR.EXAMPLE.COM)s/@.*//
    RULE:[1:$1@$0](.*@ACME.COM)s/@.*//
    RULE:[1:$1@$0](.*@ACME.ORG)s/@.*//
    RULE:[1:$1@$0](.*@CORP.ACME.COM)s/@.*//
    RULE:[1:$1@$0](.*@EXAMPLE.ORG)s/@.*//
    RULE:[1:$1@$0](.*@EXAMPLE.NET)s/@.*//
    RULE:[1:$1@$0](.*@EXAMPLE.COM)s/@.*//";

fn rules(text: &str) -> AuthToLocal {
    AuthToLocal::parse(text, RuleMechanism::Hadoop, "EXAMPLE.COM").unwrap()
}

fn main() {
    println!("{:54}{:>10}", "median of one principal", "");
    for (name, text, principal) in [
        (
            "ten rules of a cluster, the last applies",
            CLUSTER,
            "alice@EXAMPLE.COM",
        ),
        ("- and makes it lower case", CLUSTER, "Alice@EXAMPLE.COM"),
        (
            "- the one before, for a service",
            CLUSTER,
            "oozie/node1.example.com@EXAMPLE.COM",
        ),
        ("- the first", CLUSTER, "nn/node1.example.com@EXAMPLE.COM"),
        (
            "ten realms with dots, the last applies",
            REALMS,
            "alice@EXAMPLE.COM",
        ),
        ("DEFAULT", "DEFAULT", "alice@EXAMPLE.COM"),
        ("format alone", "RULE:[1:$1]", "alice@EXAMPLE.COM"),
        (
            "filter by automaton",
            "RULE:[1:$1](a[a-z]+)",
            "alice@EXAMPLE.COM",
        ),
        (
            "replacement by engine",
            "RULE:[1:$1]s/i[a-z]/y/",
            "alice@EXAMPLE.COM",
        ),
        (
            "- with a group before the realm",
            r"RULE:[1:$1@$0]s/^(.*)@EXAMPLE\.COM$/$1/",
            "alice@EXAMPLE.COM",
        ),
        (
            "replacement by engine, with a group",
            "RULE:[1:$1]s/^a(.*)$/$1/",
            "alice@EXAMPLE.COM",
        ),
    ] {
        let rules = rules(text);
        let principals = vec![principal; 64];
        let each = time_each(&principals, |principal| {
            rules.short_name(principal).unwrap()
        });
        println!("{name:54}{each:>10}");
    }
    threads(
        "translations a second on one thread, on two: cluster",
        CLUSTER,
    );
    threads("- ten realms", REALMS);
}

/// One thread, then two with the same rules: twice as many in the same time, if they do not wait for each other.
fn threads(name: &str, text: &str) {
    const PASSES: usize = 1_000_000;
    let rules = rules(text);
    let a_second = |count: usize| {
        let start_together = Barrier::new(count);
        let worker = || {
            start_together.wait();
            let start = Instant::now();
            for _ in 0..PASSES {
                black_box(rules.short_name(black_box("alice@EXAMPLE.COM")).unwrap());
            }
            (start, Instant::now())
        };
        let times: Vec<_> = thread::scope(|scope| {
            let workers: Vec<_> = (0..count).map(|_| scope.spawn(worker)).collect();
            workers
                .into_iter()
                .map(|worker| worker.join().unwrap())
                .collect()
        });
        let start = times.iter().map(|(start, _)| *start).min().unwrap();
        let end = times.iter().map(|(_, end)| *end).max().unwrap();
        (count * PASSES) as f64 / (end - start).as_secs_f64() / 1e6
    };
    println!("{name:54}{:>8.1} M{:>8.1} M", a_second(1), a_second(2));
}
