//! What new files and directories get from default ACLs, the mode asked for and the umask.

use bailiwick::acl::Kind;

use crate::disk::Inode;
use crate::people::Ids;
use crate::run::{Run, Scene};
use crate::traits::Traits;
use crate::worker::Worker;
use crate::world::{At, World};

const DIRECTORIES: usize = 40;
const CHILDREN: usize = 20;

/// A child to be.
struct Birth {
    parent: usize,
    kind: Kind,
    mode: u16,
    umask: u16,
    path: String,
    line: String,
}

#[test]
fn what_a_new_inode_gets() {
    let mut run = Run::new("births");
    // Inodes with ACLs take long to remove: one case in two.
    while run.noted("file") + run.noted("directory") < run.cases / 2 {
        let ids = Ids::random(&mut run.rng);
        let world = world_of(&mut run, &ids);
        let mut worker = Worker::start(&ids, world.folder());
        let births: Vec<_> = (0..DIRECTORIES * CHILDREN)
            .map(|number| birth(&mut run, &world, number))
            .collect();
        let lines: Vec<_> = births.iter().map(|birth| &birth.line).collect();
        let answers = lines.chunks(200).flat_map(|lines| worker.ask_all(lines));
        for (birth, answer) in births.iter().zip(answers) {
            let Birth {
                parent,
                kind,
                mode,
                umask,
                path,
                line,
            } = birth;
            assert_eq!(answer, Ok(()), "{line}");
            let ours = world.nodes[*parent].child(*kind, *mode, *umask, &ids);
            let kind = if ours.is_directory {
                "directory"
            } else {
                "file"
            };
            let scene = Scene {
                world: &world,
                about: &[At::MissingIn(*parent)],
                by: &ids,
                line,
                after_the_check: &[],
            };
            run.compare_inode(kind, &Inode::read(&world.on_disk(path)), &ours, &scene);
            if ours.attrs.access.is_some() {
                run.note("with an extended ACL");
            }
        }
    }
    run.finish();
}

/// Directories of the creator, who may do anything there. Most have a default ACL.
fn world_of(run: &mut Run, ids: &Ids) -> World {
    let mut root = Traits::root(&mut run.rng);
    root.owner = ids.user;
    let mut world = World::new(root);
    for _ in 0..DIRECTORIES {
        let mut traits = Traits::random(&mut run.rng, Kind::Directory);
        while !traits.has_default() && run.rng.percent(80) {
            traits = Traits::random(&mut run.rng, Kind::Directory);
        }
        traits.owner = ids.user;
        traits.entries[0] = "user::rwx".into();
        world.add(0, traits);
    }
    world.build(run);
    world
}

fn birth(run: &mut Run, world: &World, number: usize) -> Birth {
    let rng = &mut run.rng;
    let parent = 1 + rng.below(DIRECTORIES);
    let (mode, umask) = (rng.bits(0o1777), rng.bits(0o777));
    let (kind, word) = match rng.percent(75) {
        true => (Kind::File, "create"),
        false => (Kind::Directory, "mkdir"),
    };
    let path = format!("{}/child{number}", world.nodes[parent].path);
    Birth {
        line: format!("{word} {umask:o} {mode:o} {path}"),
        parent,
        kind,
        mode,
        umask,
        path,
    }
}
