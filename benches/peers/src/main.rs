//! bailiwick beside other engines, on the same questions in one run: `cd benches/peers && cargo run --release`.
//!
//! The columns are the number of different questions asked in turn; an engine is told of those and of no others. Each must
//! give bailiwick's verdict on every question before it is timed.

mod by_hand;
mod casbin;
mod cedar;
mod kernel;
#[path = "../../measure/mod.rs"]
mod measure;
#[path = "../../world/mod.rs"]
mod world;

use bailiwick::authz::{Attrs, Op, Policy};
use by_hand::Ids;
use casbin::Casbin;
use cedar::Cedar;
use kernel::Answer;
use measure::{Nanos, time_each};
use world::{Question, WANTED, Way, policy, questions};

const COUNTS: [usize; 2] = [1, 64];

fn main() {
    if kernel::was_child() {
        return;
    }
    let policy = &policy();
    let questions = questions(policy, COUNTS[1], Way::Open);
    let kernel = kernel::ask(&questions);
    if let Err(why) = &kernel {
        println!("the kernel is not asked: {why}\n");
    }
    let kernel = kernel.unwrap_or_default();
    let engines = COUNTS.map(|count| Engines::load(policy, &questions[..count]));
    print(
        "path of depth 6",
        engines.each_ref().map(|e| e.reach(&kernel)),
    );
    print("file alone", engines.each_ref().map(|e| e.read(&kernel)));
}

/// Everybody who was told of the same questions.
struct Engines<'a> {
    policy: &'a Policy,
    questions: &'a [Question],
    numbers: Vec<by_hand::Asked<u32>>,
    strings: Vec<by_hand::Asked<String>>,
    cedar: (Cedar, Vec<cedar::Asked<'a>>),
    casbin: (Casbin, Vec<casbin::Asked>),
}

impl<'a> Engines<'a> {
    fn load(policy: &'a Policy, questions: &'a [Question]) -> Self {
        let mut ids = Ids::default();
        let by_hand = questions.iter();
        Self {
            policy,
            questions,
            numbers: by_hand
                .clone()
                .map(|q| by_hand::Asked::load(q, |name| ids.of(name)))
                .collect(),
            strings: by_hand
                .map(|q| by_hand::Asked::load(q, str::to_owned))
                .collect(),
            cedar: Cedar::load(questions),
            casbin: Casbin::load(questions),
        }
    }

    fn reach(&self, kernel: &[Answer]) -> Column {
        let mut column = Column::default();
        column.time("bailiwick, names prehashed", self.questions, |q| {
            let way = q.prehashed.way.iter().map(|inode| inode.attrs());
            let walk = self.policy.walk(&q.subject).enter_all(way);
            walk.and_then(|walk| walk.check(Op::Open, Some(q.prehashed.target.attrs())))
                .is_ok()
        });
        column.time("bailiwick, names as text", self.questions, |q| {
            let way = q.text.way.iter().map(|inode| inode.attrs());
            let walk = self.policy.walk(&q.subject).enter_all(way);
            walk.and_then(|walk| walk.check(Op::Open, Some(q.text.target.attrs())))
                .is_ok()
        });
        column.time("by hand, numeric ids", &self.numbers, |q| q.may_reach());
        column.time("by hand, String names", &self.strings, |q| q.may_reach());
        let answers = kernel.iter().map(|a| (a.may_reach, a.reaching));
        column.told("Linux, faccessat", answers);
        let (cedar, asked) = &self.cedar;
        column.time("cedar, entities prebuilt", asked, |q| cedar.may_reach(q));
        column.time("cedar, entities built per question", asked, |q| {
            cedar.may_reach_from_attributes(q)
        });
        let (casbin, asked) = &self.casbin;
        column.time("casbin", asked, |q| casbin.may_reach(q));
        column
    }

    fn read(&self, kernel: &[Answer]) -> Column {
        let check = |q: &Question, inode: Attrs<'_>| {
            let walk = self.policy.walk(&q.subject);
            walk.check(Op::CheckAccess(WANTED), Some(inode)).is_ok()
        };
        let mut column = Column::default();
        column.time("bailiwick, names prehashed", self.questions, |q| {
            check(q, q.prehashed.target.attrs())
        });
        column.time("bailiwick, names as text", self.questions, |q| {
            check(q, q.text.target.attrs())
        });
        column.time("by hand, numeric ids", &self.numbers, |q| q.may_read());
        column.time("by hand, String names", &self.strings, |q| q.may_read());
        let answers = kernel.iter().map(|a| (a.may_read, a.reading));
        column.told("Linux, faccessat", answers);
        let (cedar, asked) = &self.cedar;
        column.time("cedar, entities prebuilt", asked, |q| cedar.may_read(q));
        column.time("cedar, entities built per question", asked, |q| {
            cedar.may_read_from_attributes(q)
        });
        let (casbin, asked) = &self.casbin;
        column.time("casbin", asked, |q| casbin.may_read(q));
        column
    }
}

/// What was measured with so many questions; the first row is bailiwick's.
#[derive(Default)]
struct Column {
    verdicts: Vec<bool>,
    medians: Vec<(&'static str, Option<Nanos>)>,
}

impl Column {
    fn time<'q, Q>(&mut self, engine: &'static str, asked: &'q [Q], ask: impl Fn(&'q Q) -> bool) {
        self.agree(engine, asked.iter().map(&ask).collect());
        self.medians.push((engine, Some(time_each(asked, ask))));
    }

    /// Of an engine that answers in processes of their own, one for each question, and so not in turn.
    fn told(&mut self, engine: &'static str, answers: impl Iterator<Item = (bool, Nanos)>) {
        let (verdicts, nanos): (Vec<_>, Vec<_>) = answers.take(self.verdicts.len()).unzip();
        if verdicts.is_empty() {
            return;
        }
        self.agree(engine, verdicts);
        let one = (nanos.len() == 1).then(|| nanos[0]);
        self.medians.push((engine, one));
    }

    fn agree(&mut self, engine: &str, verdicts: Vec<bool>) {
        if self.medians.is_empty() {
            self.verdicts = verdicts;
        } else {
            assert_eq!(verdicts, self.verdicts, "the verdicts of {engine}");
        }
    }
}

/// A row for each engine: its medians, and how many times bailiwick's they are.
fn print(asked: &str, columns: [Column; COUNTS.len()]) {
    let no = columns[1].verdicts.iter().filter(|yes| !**yes).count();
    let many = format!("{} ({no} denied)", COUNTS[1]);
    println!("{asked:36}{:>20}{many:>20}", COUNTS[0]);
    for (n, (engine, _)) in columns[0].medians.iter().enumerate() {
        let cells = columns.each_ref().map(|column| {
            let (_, ours) = column.medians[0];
            let (_, theirs) = column.medians[n];
            theirs.zip(ours).map_or("-".to_owned(), |(theirs, ours)| {
                let times = theirs.0 / ours.0;
                let digits = usize::from(times < 99.5);
                format!("{theirs} x{times:>8.digits$}")
            })
        });
        println!("{engine:36}{:>20}{:>20}", cells[0], cells[1]);
    }
    println!();
}
