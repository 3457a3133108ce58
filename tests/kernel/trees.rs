//! Whole trees: whether `du` reads all of one, and whether `rm -r` removes all of one.

use bailiwick::authz::{Op, Policy};
use bailiwick::identity::Subject;

use crate::people::{GROUPS, Ids, USERS, policy};
use crate::run::{Answer, Run, Scene};
use crate::traits::Traits;
use crate::worker::Worker;
use crate::world::{At, World};

const TREES: usize = 40;

#[test]
fn who_may_sum_up_and_remove_whole_trees() {
    let mut run = Run::new("trees");
    let policy = policy();
    // A tool is a process: one case in ten.
    while run.tried() < run.cases / 10 {
        let (world, trees) = forest(&mut run);
        let mut crowd: Vec<_> = (0..=USERS.len())
            .map(|number| {
                let ids = match number {
                    0 => Ids::root(),
                    _ => Ids {
                        user: USERS[number - 1],
                        groups: vec![*run.rng.pick(&GROUPS), *run.rng.pick(&GROUPS)],
                    },
                };
                (ids.subject(), Worker::start(&ids, world.folder()), ids)
            })
            .collect();
        for (word, op) in [("du", Op::ContentSummary), ("rm", Op::Delete)] {
            for tree in &trees {
                let owner = world.nodes[*tree].traits.owner;
                let by = match run.rng.percent(60) {
                    true => crowd
                        .iter()
                        .position(|(_, _, ids)| ids.user == owner)
                        .unwrap(),
                    false => run.rng.below(crowd.len()),
                };
                let (subject, worker, ids) = &mut crowd[by];
                let line = format!("{word} {}", world.nodes[*tree].path);
                let scene = Scene {
                    world: &world,
                    about: &world
                        .below(*tree)
                        .into_iter()
                        .map(At::Inode)
                        .collect::<Vec<_>>(),
                    by: ids,
                    line: &line,
                    after_the_check: &[],
                };
                let kernel = worker.ask(&line);
                let ours = ours(&world, &policy, subject, op, *tree);
                run.compare(word, kernel, &[ours], &scene);
            }
        }
    }
    run.finish();
}

/// Trees of a few inodes, each mostly one user's.
fn forest(run: &mut Run) -> (World, Vec<usize>) {
    let mut world = World::new(&mut run.rng);
    let mut trees = Vec::new();
    for _ in 0..TREES {
        let owner = *run.rng.pick(&USERS);
        let mut tree = vec![0];
        for _ in 0..=run.rng.below(8) {
            let mut traits = Traits::any(&mut run.rng);
            if run.rng.percent(80) {
                traits.owner = owner;
                traits.entries[0] = "user::rwx".into();
            }
            // The first is in the root; the others are somewhere below it.
            let below = if tree.len() == 1 {
                0
            } else {
                1 + run.rng.below(tree.len() - 1)
            };
            if world.nodes[tree[below]].is_directory() {
                tree.push(world.add(tree[below], traits));
            }
        }
        trees.push(tree[1]);
    }
    world.build(run);
    (world, trees)
}

/// What the tool finds in its way first, or a permit for all.
fn ours<'a>(
    world: &'a World,
    policy: &'a Policy,
    subject: &'a Subject,
    op: Op<'a>,
    tree: usize,
) -> Answer<'a> {
    let filled = |index: usize| !world.nodes[index].children.is_empty();
    let walk = policy.walk(subject).enter_all(world.above(tree))?;
    let subtree = walk.check_tree(op, world.nodes[tree].attrs(), filled(tree))?;
    for index in world.below(tree).into_iter().skip(1) {
        let node = &world.nodes[index];
        let directory = &world.nodes[node.parent.unwrap()];
        subtree.check(directory.attrs(), node.attrs(), filled(index))?;
    }
    Ok(subtree.permit())
}
