//! What changes a tree: done for real by its subject, held against ours, and undone.

use bailiwick::acl::{Acl, Dialect, Kind, LinuxAttrs, Mode, Protection};
use bailiwick::authz::{Op, Policy, Rename};
use bailiwick::identity::Subject;
use rustix::io::Errno;

use crate::disk::Inode;
use crate::people::{GROUP_NAMES, GROUPS, Ids, USER_NAMES, USERS, gid, policy, uid};
use crate::run::{Run, Scene};
use crate::traits::Traits;
use crate::worker::{Worker, hex};
use crate::world::{At, Node, World};

const INODES: usize = 100;
const SUBJECTS: usize = 12;
const ATTEMPTS: usize = 200;

#[test]
fn who_may_change_what_and_what_comes_of_it() {
    let mut run = Run::new("operations");
    let policy = policy();
    while run.tried() < run.cases {
        let world = World::random(&mut run, INODES);
        for number in 0..SUBJECTS {
            let ids = Ids::of_number(number, &mut run.rng);
            let mut trial = Trial {
                worker: Worker::start(&ids, world.folder()),
                subject: &ids.subject(),
                ids: &ids,
                run: &mut run,
                policy: &policy,
                world: &world,
            };
            for _ in 0..ATTEMPTS {
                trial.attempt();
            }
        }
        // All of it has been undone.
        world.hold_against_disk(&mut run);
    }
    run.finish();
}

/// One subject in one world.
struct Trial<'a> {
    run: &'a mut Run,
    policy: &'a Policy,
    world: &'a World,
    ids: &'a Ids,
    subject: &'a Subject,
    worker: Worker,
}

impl<'a> Trial<'a> {
    fn attempt(&mut self) {
        match self.run.rng.below(12) {
            0 => self.make(Kind::File),
            1 => self.make(Kind::Directory),
            2 => self.make_again(),
            3 => self.write("overwrite", Op::Create),
            4 => self.write("append", Op::Append),
            5 => self.remove(),
            6..8 => self.rename(),
            8 => self.chmod(),
            9 if self.run.rng.percent(25) => self.remove_acl(),
            9 => self.set_acl(),
            10 => self.chgrp(),
            _ if self.run.rng.percent(30) => self.chown(),
            _ => self.set_times(),
        }
    }

    /// Has the worker do what `line` says, of which our view is `asked`. Says whether it was done.
    fn case(
        &mut self,
        kind: &'static str,
        line: &str,
        asked: &[(Op<'a>, At)],
        after_the_check: &[Errno],
    ) -> bool {
        let ours = |(op, at): &(Op<'a>, At)| self.world.decide(self.policy, self.subject, *op, *at);
        let ours: Vec<_> = asked.iter().map(ours).collect();
        let about: Vec<_> = asked.iter().map(|(_, at)| *at).collect();
        let scene = Scene {
            world: self.world,
            about: &about,
            by: self.ids,
            line,
            after_the_check,
        };
        let kernel = self.worker.ask(line);
        self.run.compare(kind, kernel, &ours, &scene);
        kernel.is_ok()
    }

    /// Holds what has come of an operation against what should have.
    fn result(&mut self, kind: &'static str, line: &str, at: At, path: &str, ours: &Inode) {
        let scene = Scene {
            world: self.world,
            about: &[at],
            by: self.ids,
            line,
            after_the_check: &[],
        };
        let kernel = Inode::read(&self.world.on_disk(path));
        self.run.compare_inode(kind, &kernel, ours, &scene);
    }

    fn node(&self, index: usize) -> &'a Node {
        &self.world.nodes[index]
    }

    /// An inode below the root; often one of the subject's own, for so many operations ask for that.
    fn any(&mut self, wanted: impl Fn(&Node) -> bool) -> usize {
        let nodes = &self.world.nodes;
        let mut all: Vec<_> = (1..nodes.len())
            .filter(|index| wanted(&nodes[*index]))
            .collect();
        let owned = |index: &usize| nodes[*index].traits.owner == self.ids.user;
        if self.run.rng.percent(50) && all.iter().any(owned) {
            all.retain(owned);
        }
        *self.run.rng.pick(&all)
    }

    fn make(&mut self, kind: Kind) {
        let directory = self.any(Node::is_directory);
        let at = At::MissingIn(directory);
        let (mode, umask) = (self.run.rng.bits(0o1777), self.run.rng.bits(0o777));
        let path = format!("{}/new", self.node(directory).path);
        let (word, op) = match kind {
            Kind::File => ("create", Op::Create),
            Kind::Directory => ("mkdir", Op::Mkdirs),
        };
        let line = format!("{word} {umask:o} {mode:o} {path}");
        if self.case(word, &line, &[(op, at)], &[]) {
            let ours = self.node(directory).child(kind, mode, umask, self.ids);
            self.result("a new child", &line, at, &path, &ours);
            Inode::remove(&self.world.on_disk(&path));
        }
    }

    fn make_again(&mut self) {
        let directory = self.any(Node::is_directory);
        let line = format!("mkdir 22 777 {}", self.node(directory).path);
        let asked = [(Op::Mkdirs, At::Inode(directory))];
        self.case("mkdir -p what exists", &line, &asked, &[Errno::EXIST]);
    }

    fn write(&mut self, word: &'static str, op: Op<'a>) {
        let file = self.any(|node| !node.is_directory());
        let line = format!("{word} {}", self.node(file).path);
        self.case(word, &line, &[(op, At::Inode(file))], &[]);
    }

    fn set_times(&mut self) {
        let inode = self.any(|_| true);
        let line = format!("utimes {}", self.node(inode).path);
        self.case("utimes", &line, &[(Op::SetTimes, At::Inode(inode))], &[]);
    }

    fn remove(&mut self) {
        let inode = self.any(|_| true);
        let word = match self.node(inode).is_directory() {
            true => "rmdir",
            false => "unlink",
        };
        let line = format!("{word} {}", self.node(inode).path);
        let asked = [(Op::Delete, At::Inode(inode))];
        if self.case(word, &line, &asked, &[Errno::NOTEMPTY]) {
            self.restore(inode);
        }
    }

    fn rename(&mut self) {
        let world = self.world;
        let source = self.any(|_| true);
        let node = self.node(source);
        let parent = node.parent.unwrap();
        let place = match self.run.rng.percent(30) {
            true => parent,
            false => self.any(Node::is_directory),
        };
        if world.is_above(source, place) {
            return;
        }
        let mut replaceable = world.nodes[place].children.clone();
        replaceable.retain(|index| {
            self.node(*index).traits.kind == node.traits.kind && !world.is_above(*index, source)
        });
        let target = match replaceable.is_empty() || self.run.rng.percent(40) {
            true => None,
            false => Some(*self.run.rng.pick(&replaceable)),
        };
        let to = match target {
            None => format!("{}/new", world.nodes[place].path),
            Some(target) => self.node(target).path.clone(),
        };
        let (word, rename) = match (place == parent, node.is_directory()) {
            (true, _) => ("rename within", Rename::Within),
            (false, false) => ("rename a file across", Rename::Across),
            (false, true) => ("rename a directory across", Rename::Across),
        };
        let line = format!("rename {} {to}", node.path);
        let asked = [
            (Op::RenameFrom(rename), At::Inode(source)),
            (Op::RenameTo, target.map_or(At::MissingIn(place), At::Inode)),
        ];
        if self.case(word, &line, &asked, &[Errno::NOTEMPTY]) {
            std::fs::rename(world.on_disk(&to), world.on_disk(&node.path)).unwrap();
            if let Some(target) = target {
                self.restore(target);
            }
        }
    }

    fn restore(&self, inode: usize) {
        let node = self.node(inode);
        node.inode().restore(&self.world.on_disk(&node.path));
    }

    /// An operation that makes of an inode what `ours` says.
    fn change(&mut self, words: &str, op: Op<'a>, inode: usize, ours: &Inode) {
        let kind = match op {
            Op::SetPermission => "chmod",
            Op::SetAcl => "change an ACL",
            Op::SetGroup(_) => "chgrp",
            _ => "chown",
        };
        let (at, path) = (At::Inode(inode), &self.node(inode).path);
        let line = format!("{words} {path}");
        if self.case(kind, &line, &[(op, at)], &[Errno::NODATA]) {
            self.result("a changed inode", &line, at, path, ours);
            self.restore(inode);
        }
    }

    fn chmod(&mut self) {
        let inode = self.any(|_| true);
        let node = self.node(inode);
        let mode = Mode::from_bits(self.run.rng.bits(0o1777));
        let ours = node
            .inode()
            .with(&node.protection.chmod(mode, &Dialect::POSIX));
        self.change(&format!("chmod {mode}"), Op::SetPermission, inode, &ours);
    }

    fn set_acl(&mut self) {
        let inode = self.any(|_| true);
        let Node {
            traits,
            protection: old,
            ..
        } = self.node(inode);
        let new = Traits::random(&mut self.run.rng, traits.kind).protection();
        let (name, acl, access, default) = match new.default_acl() {
            Some(acl) => (LinuxAttrs::DEFAULT, acl, old.access(), Some(acl)),
            None => (
                LinuxAttrs::ACCESS,
                new.access(),
                new.access(),
                old.default_acl(),
            ),
        };
        let value = hex(&acl.to_xattr(uid, gid).unwrap());
        let changed = Protection::from_parts(access.clone(), default.cloned(), old.is_sticky());
        let ours = self.node(inode).inode().with(&changed);
        self.change(
            &format!("setxattr {name} {value}"),
            Op::SetAcl,
            inode,
            &ours,
        );
    }

    fn remove_acl(&mut self) {
        let inode = self.any(|_| true);
        let old = &self.node(inode).protection;
        let (name, access, default) = match old.default_acl() {
            Some(_) => (LinuxAttrs::DEFAULT, old.access().clone(), None),
            None => (
                LinuxAttrs::ACCESS,
                Acl::from_mode(old.mode(&Dialect::POSIX)),
                None,
            ),
        };
        let changed = Protection::from_parts(access, default, old.is_sticky());
        let ours = self.node(inode).inode().with(&changed);
        self.change(&format!("removexattr {name}"), Op::SetAcl, inode, &ours);
    }

    fn chgrp(&mut self) {
        let inode = self.any(|_| true);
        let number = self.run.rng.below(GROUPS.len());
        let mut ours = self.node(inode).inode();
        ours.group = GROUPS[number];
        let op = Op::SetGroup(GROUP_NAMES[number].as_ref());
        self.change(&format!("chgrp {}", ours.group), op, inode, &ours);
    }

    fn chown(&mut self) {
        let inode = self.any(|_| true);
        let number = self.run.rng.below(USERS.len());
        let mut ours = self.node(inode).inode();
        ours.owner = USERS[number];
        let op = Op::SetOwner(USER_NAMES[number].as_ref());
        self.change(&format!("chown {}", ours.owner), op, inode, &ours);
    }
}
