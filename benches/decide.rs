//! The decision engine on one thread and on two: `cargo bench --bench decide`. Against other engines: `benches/peers`.
//!
//! The columns are the number of different questions asked in turn: one is hot in the first cache and known to the branch
//! predictor by heart, 64 fit the second cache, 4096 do not.

mod measure;
mod world;

use std::env::args;
use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use bailiwick::acl::{Kind, Mode, Protection};
use bailiwick::authz::{Attrs, Denied, Op, Permit, Policy};
use bailiwick::identity::{GroupName, UserName};
use measure::{Nanos, median, time_each};
use world::{Question, WANTED, Way, policy, questions};

const COUNTS: [usize; 3] = [1, 64, 4096];
const CHILDREN: usize = 1000;

fn main() {
    let policy = &policy();
    let most = COUNTS[COUNTS.len() - 1];
    let open = &questions(policy, most, Way::Open);
    let closed = &questions(policy, most, Way::Closed);

    print!("{:42}", "median of one check, of questions");
    println!("{}", COUNTS.map(|count| format!("{count:>10}")).concat());
    row("path of depth 6, names prehashed", open, |q| {
        check_path(policy, q).is_ok()
    });
    row("- keeping the permit", open, |q| check_path(policy, q));
    row("- directories closed to others", closed, |q| {
        check_path(policy, q).is_ok()
    });
    row("- entered one by one", open, |q| {
        let mut walk = policy.walk(&q.subject);
        for inode in &q.prehashed.way {
            match walk.enter(inode.attrs()) {
                Ok(further) => walk = further,
                Err(_) => return false,
            }
        }
        walk.check(Op::Open, Some(q.prehashed.target.attrs()))
            .is_ok()
    });
    row("path of depth 6, names as text", open, |q| {
        let way = q.text.way.iter().map(|inode| inode.attrs());
        let walk = policy.walk(&q.subject).enter_all(way);
        walk.and_then(|walk| walk.check(Op::Open, Some(q.text.target.attrs())))
            .is_ok()
    });
    row("one inode with an ACL", open, |q| {
        check_one(policy, q, q.prehashed.target.attrs())
    });
    row("one inode with a mode", open, |q| {
        check_one(policy, q, q.prehashed.way[0].attrs())
    });
    listing("a child of 1000 with modes", policy, open, |q| {
        q.prehashed.way[0].attrs()
    });
    listing("a child of 1000 with ACLs", policy, open, |q| {
        q.prehashed.target.attrs()
    });
    threads(policy, &open[..64]);
}

/// In place, as a request's handler does.
#[inline(always)]
fn check_path<'a>(policy: &'a Policy, q: &'a Question) -> Result<Permit<'a>, Denied<'a>> {
    let way = q.prehashed.way.iter().map(|inode| inode.attrs());
    let walk = policy.walk(&q.subject).enter_all(way)?;
    walk.check(Op::Open, Some(q.prehashed.target.attrs()))
}

fn check_one<'a>(policy: &'a Policy, q: &'a Question, inode: Attrs<'a>) -> bool {
    let walk = policy.walk(&q.subject);
    walk.check(Op::CheckAccess(WANTED), Some(inode)).is_ok()
}

/// Whether the command line names no row, or this one by a part of its name.
fn wanted(name: &str) -> bool {
    let mut parts = args()
        .skip(1)
        .filter(|arg| !arg.starts_with('-'))
        .peekable();
    parts.peek().is_none() || parts.any(|part| name.contains(&part))
}

fn row<'q, A>(name: &str, questions: &'q [Question], ask: impl Fn(&'q Question) -> A) {
    if wanted(name) {
        let figures = COUNTS.map(|count| time_each(&questions[..count], &ask));
        println!("{name:42}{}", figures.map(|f| format!("{f:>10}")).concat());
    }
}

/// What each child costs when one user lists a directory.
fn listing(
    name: &str,
    policy: &Policy,
    questions: &[Question],
    child: impl Fn(&Question) -> Attrs<'_>,
) {
    if !wanted(name) {
        return;
    }
    let open = Protection::from(Mode::from_bits(0o755));
    let (owner, group) = (UserName::new("o").unwrap(), GroupName::new("g").unwrap());
    let directory = Attrs::new(Kind::Directory, &owner, &group, &open);
    let whole = time_each(&questions[..1], |q| {
        let walk = policy.walk(&q.subject).enter(directory).unwrap();
        let children = questions[..CHILDREN].iter().map(|q| child(black_box(q)));
        walk.check_each(Op::CheckAccess(WANTED), children)
            .filter(Result::is_ok)
            .count()
    });
    println!("{name:42}{:>10}", Nanos(whole.0 / CHILDREN as f64));
}

/// One thread, then two on the same inodes: twice the checks in the same time, if checking writes nothing that is shared.
fn threads(policy: &Policy, questions: &[Question]) {
    // Long enough that the scheduler has found each thread a processor of its own.
    const PASSES: usize = 10_000;
    let name = "paths a second on one thread, on two";
    if !wanted(name) {
        return;
    }
    let checks_a_second = |count: usize| {
        let start_together = Barrier::new(count);
        let worker = || {
            start_together.wait();
            let start = Instant::now();
            for _ in 0..PASSES {
                for question in questions {
                    black_box(check_path(policy, black_box(question)).is_ok());
                }
            }
            (start, Instant::now())
        };
        let times: Vec<_> = thread::scope(|scope| {
            let workers: Vec<_> = (0..count).map(|_| scope.spawn(worker)).collect();
            let times = workers.into_iter().map(|worker| worker.join().unwrap());
            times.collect()
        });
        // From the first start to the last end: one processor for two threads must not look like two.
        let start = times.iter().map(|(start, _)| *start).min().unwrap();
        let end = times.iter().map(|(_, end)| *end).max().unwrap();
        (count * PASSES * questions.len()) as f64 / (end - start).as_secs_f64()
    };
    // In pairs, so that both see the same machine.
    let pairs: Vec<_> = (0..15)
        .map(|_| (checks_a_second(1), checks_a_second(2)))
        .collect();
    let one = median(pairs.iter().map(|(one, _)| *one));
    let two = median(pairs.iter().map(|(_, two)| *two));
    let times = median(pairs.iter().map(|(one, two)| two / one));
    println!(
        "{name:42}{:>8.1} M{:>8.1} M  x {times:.2}",
        one / 1e6,
        two / 1e6
    );
}
