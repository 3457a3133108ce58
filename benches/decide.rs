//! The decision engine on one thread and on two: `cargo bench --bench decide`. Against other engines: `benches/peers`.
//!
//! The argument is the number of different questions asked in turn: one is hot in the first cache and known to the branch
//! predictor by heart, 64 fit the second cache, 4096 do not.

mod world;

use std::cell::Cell;

use bailiwick::acl::{Kind, Mode, Protection};
use bailiwick::authz::{Attrs, Op};
use bailiwick::identity::{GroupName, UserName};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use world::{Prehashed, Question, Stored, WANTED, Way, policy, questions};

fn main() {
    divan::main();
}

const COUNTS: [usize; 3] = [1, 64, 4096];

/// Runs `ask` on one of `count` questions after the other.
fn in_turn(bencher: Bencher, count: usize, ask: impl Fn(usize) -> bool) {
    let turn = Cell::new(0);
    bencher.bench_local(|| {
        let now = turn.get();
        turn.set(if now + 1 == count { 0 } else { now + 1 });
        ask(black_box(now))
    });
}

fn prehashed(questions: &[Question]) -> Vec<(Vec<Prehashed>, Prehashed)> {
    let inodes = questions.iter().map(|q| {
        let way = q.way.iter().map(Stored::prehash).collect();
        (way, q.target.prehash())
    });
    inodes.collect()
}

fn path_prehashed(bencher: Bencher, count: usize, way: Way) {
    let policy = policy();
    let questions = questions(&policy, count, way);
    let inodes = prehashed(&questions);
    in_turn(bencher, count, |n| {
        let (way, target) = &inodes[n];
        let walk = policy.walk(&questions[n].subject);
        walk.enter_all(way.iter().map(|inode| inode.attrs()))
            .and_then(|walk| walk.check(Op::Open, Some(target.attrs())))
            .is_ok()
    });
}

#[divan::bench(args = COUNTS, sample_size = 1000)]
fn path_of_depth_6_names_prehashed(bencher: Bencher, count: usize) {
    path_prehashed(bencher, count, Way::Open);
}

#[divan::bench(args = COUNTS, sample_size = 1000)]
fn path_of_depth_6_closed_to_others(bencher: Bencher, count: usize) {
    path_prehashed(bencher, count, Way::Closed);
}

#[divan::bench(args = COUNTS, sample_size = 1000)]
fn path_of_depth_6_names_as_text(bencher: Bencher, count: usize) {
    let policy = policy();
    let questions = questions(&policy, count, Way::Open);
    in_turn(bencher, count, |n| {
        let question = &questions[n];
        let walk = policy.walk(&question.subject);
        walk.enter_all(question.way.iter().map(|inode| inode.attrs()))
            .and_then(|walk| walk.check(Op::Open, Some(question.target.attrs())))
            .is_ok()
    });
}

#[divan::bench(args = COUNTS, sample_size = 1000)]
fn one_inode_with_an_acl(bencher: Bencher, count: usize) {
    let policy = policy();
    let questions = questions(&policy, count, Way::Open);
    let inodes = prehashed(&questions);
    in_turn(bencher, count, |n| {
        let walk = policy.walk(&questions[n].subject);
        walk.check(Op::CheckAccess(WANTED), Some(inodes[n].1.attrs()))
            .is_ok()
    });
}

#[divan::bench(args = COUNTS, sample_size = 1000)]
fn one_inode_with_a_mode(bencher: Bencher, count: usize) {
    let policy = policy();
    let questions = questions(&policy, count, Way::Open);
    let inodes = prehashed(&questions);
    in_turn(bencher, count, |n| {
        let walk = policy.walk(&questions[n].subject);
        walk.check(Op::CheckAccess(WANTED), Some(inodes[n].0[0].attrs()))
            .is_ok()
    });
}

#[divan::bench]
fn listing_of_1000_children(bencher: Bencher) {
    let policy = policy();
    let questions = questions(&policy, 1000, Way::Open);
    let inodes = prehashed(&questions);
    let open = Protection::from(Mode::from_bits(0o755));
    let (owner, group) = (UserName::new("o").unwrap(), GroupName::new("g").unwrap());
    let directory = Attrs::new(Kind::Directory, &owner, &group, &open);
    bencher
        .counter(ItemsCount::new(1000_usize))
        .bench_local(|| {
            let walk = policy.walk(&questions[0].subject).enter(directory).unwrap();
            walk.check_each(
                Op::CheckAccess(WANTED),
                inodes.iter().map(|(way, _)| black_box(&way[0]).attrs()),
            )
            .filter(Result::is_ok)
            .count()
        });
}

/// Ten thousand path checks on each thread: twice the threads, the same time, if nothing is shared.
#[divan::bench(threads = [1, 2])]
fn threads(bencher: Bencher) {
    let policy = policy();
    let questions = questions(&policy, 64, Way::Open);
    let inodes = prehashed(&questions);
    bencher.counter(ItemsCount::new(10_000_usize)).bench(|| {
        let allowed = (0..10_000_usize).filter(|n| {
            let n = black_box(n % 64);
            let (way, target) = &inodes[n];
            let walk = policy.walk(&questions[n].subject);
            walk.enter_all(way.iter().map(|inode| inode.attrs()))
                .and_then(|walk| walk.check(Op::Open, Some(target.attrs())))
                .is_ok()
        });
        allowed.count()
    });
}
