//! Whole trees: whether `du` reads all of one, and whether `rm -r` removes all of one.

use bailiwick::authz::{Op, Policy};
use bailiwick::identity::Subject;

use crate::people::{GROUPS, Ids, USERS, policy};
use crate::random::Random;
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
                    _ => member(number - 1),
                };
                (ids.subject(), Worker::start(&ids, world.folder()), ids)
            })
            .collect();
        for (word, op) in [("du", Op::ContentSummary), ("rm", Op::Delete)] {
            for (tree, owner) in &trees {
                let by = match run.rng.percent(60) {
                    true => 1 + owner,
                    false => run.rng.below(crowd.len()),
                };
                let (subject, worker, ids) = &mut crowd[by];
                let line = format!("{word} {}", world.nodes[*tree].path);
                let scene = Scene {
                    world: &world,
                    about: &world
                        .below(*tree)
                        .iter()
                        .map(|index| At::Inode(*index))
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

/// A user in two groups.
fn member(number: usize) -> Ids {
    Ids {
        user: USERS[number],
        groups: vec![GROUPS[number], GROUPS[(number + 1) % GROUPS.len()]],
    }
}

/// Trees of a few inodes, each mostly one user's: the root, and the number of the user.
fn forest(run: &mut Run) -> (World, Vec<(usize, usize)>) {
    let mut world = World::new(Traits::root(&mut run.rng));
    let mut trees = Vec::new();
    for _ in 0..TREES {
        let number = run.rng.below(USERS.len());
        let owner = member(number);
        let root = world.add(0, mostly_of(&owner, &mut run.rng));
        let mut tree = vec![root];
        for _ in 0..run.rng.below(8) {
            let above = *run.rng.pick(&tree);
            if world.nodes[above].is_directory() {
                let traits = mostly_of(&owner, &mut run.rng);
                tree.push(world.add(above, traits));
            }
        }
        trees.push((root, number));
    }
    world.build(run);
    (world, trees)
}

/// An inode of that user, or one of anybody's that lets the user do what a tool needs, or almost.
fn mostly_of(Ids { user, groups }: &Ids, rng: &mut Random) -> Traits {
    let mut traits = Traits::any(rng);
    match rng.below(10) {
        0 => {}
        1 | 2 => {
            traits.sticky = true;
            traits.entries = ["user::rwx", "group::rwx", "other::rwx"]
                .map(Into::into)
                .into();
        }
        3 | 4 => {
            // `rm -r` reads and then empties; it needs either at once.
            let split = [
                ("r--", "-wx"),
                ("r--", "-wx"),
                ("r-x", "-w-"),
                ("--x", "rw-"),
            ];
            let (low, high) = rng.pick(&split);
            let [one, other] = [groups[0], groups[1]];
            let named = format!("group:{one}:{low},group:{other}:{high}");
            let text = format!("user::rwx,group::---,{named},mask::rwx,other::rwx");
            traits.entries = text.split(',').map(Into::into).collect();
        }
        _ => {
            traits.owner = *user;
            traits.entries[0] = "user::rwx".into();
        }
    }
    traits
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
