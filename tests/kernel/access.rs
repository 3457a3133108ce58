//! Bits asked for, reading, listing and looking, at the end of paths: the whole way counts.

use bailiwick::acl::Perm;
use bailiwick::authz::Op;
use rustix::io::Errno;

use crate::people::{Ids, policy};
use crate::random::Random;
use crate::run::{Run, Scene};
use crate::worker::Worker;
use crate::world::{At, World};

/// How many inodes, subjects and questions to each subject make a world.
const INODES: usize = 120;
const SUBJECTS: usize = 10;
const QUESTIONS: usize = 250;

struct Question {
    kind: &'static str,
    line: String,
    op: Op<'static>,
    at: At,
}

impl Question {
    fn random(rng: &mut Random, world: &World) -> Self {
        let inode = rng.below(world.nodes.len());
        let node = &world.nodes[inode];
        let path = &node.path;
        if rng.percent(5) {
            return Self {
                kind: "see what is missing",
                line: format!("stat {path}/missing"),
                op: Op::GetStatus,
                at: At::MissingIn(inode),
            };
        }
        let bits = rng.bits(7);
        let (kind, word, op) = match rng.below(10) {
            0 => ("see", "stat".into(), Op::GetStatus),
            1 => ("open", "open".into(), Op::Open),
            2 if node.is_directory() => ("list", "list".into(), Op::List),
            2 => ("list", "stat".into(), Op::List),
            _ => {
                let op = Op::CheckAccess(Perm::from_bits(bits));
                ("access", format!("access {bits}"), op)
            }
        };
        Self {
            kind,
            line: format!("{word} {path}"),
            op,
            at: At::Inode(inode),
        }
    }
}

#[test]
fn who_gets_where_and_may_do_what_there() {
    let mut run = Run::new("access");
    let policy = policy();
    while run.tried() < run.cases {
        let world = World::random(&mut run, INODES);
        for number in 0..SUBJECTS {
            let ids = Ids::of_number(number, &mut run.rng);
            let subject = ids.subject();
            let mut worker = Worker::start(&ids, world.folder());
            let questions: Vec<_> = (0..QUESTIONS)
                .map(|_| Question::random(&mut run.rng, &world))
                .collect();
            let lines: Vec<_> = questions.iter().map(|question| &question.line).collect();
            for (question, kernel) in questions.iter().zip(worker.ask_all(&lines)) {
                let Question { kind, line, op, at } = question;
                let scene = Scene {
                    world: &world,
                    about: &[*at],
                    by: &ids,
                    line,
                    after_the_check: &[Errno::NOENT],
                };
                let ours = world.decide(&policy, &subject, *op, *at);
                run.compare(kind, kernel, &[ours], &scene);
                if let (Op::CheckAccess(bit), At::Inode(inode)) = (*op, *at)
                    && bit.bits().is_power_of_two()
                    && policy.walk(&subject).enter_all(world.above(inode)).is_ok()
                {
                    let effective = policy.effective(&subject, world.nodes[inode].attrs());
                    assert_eq!(effective.contains(bit), kernel.is_ok(), "{line} by {ids:?}");
                    run.note("effective bits");
                }
            }
        }
    }
    run.finish();
}
