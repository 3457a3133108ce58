//! A small world for the tests: alice owns a directory and a file in it, and somebody asks.

mod answers;
mod operations;
mod resolution;
mod trees;
mod unnamed;

use std::sync::Arc;

use super::*;
use crate::acl::{AclSpec, Dialect, Kind, Mode, Perm, Protection};
use crate::identity::{GroupName, Groups, Mechanism, Principal, Subject, UserName};

fn user(name: &str) -> UserName {
    UserName::new(name).unwrap()
}

fn group(name: &str) -> GroupName {
    GroupName::new(name).unwrap()
}

/// alice owns a directory and a file in it; bob asks.
struct World {
    policy: Policy,
    root: Protection,
    directory: Protection,
    file: Protection,
}

fn world(dialect: Dialect, directory: u16, file: u16) -> World {
    let protection = |bits| Protection::from(Mode::from_bits(bits));
    World {
        policy: Policy::new(dialect)
            .with_super_user(user("hdfs"))
            .with_super_group(group("ops")),
        root: protection(0o755),
        directory: protection(directory),
        file: protection(file),
    }
}

impl World {
    fn subject(&self, name: &str, groups: &[&str]) -> Subject {
        let groups: Groups = groups.iter().map(|name| group(name)).collect();
        self.policy
            .admit(Subject::asserted(user(name), groups, Mechanism::Simple))
    }

    /// What `who` is told about an operation on `/d/f`, or on `/d/missing`.
    fn ask(&self, who: &str, groups: &[&str], op: Op<'_>, exists: bool) -> Result<Because, String> {
        let (root, alice, staff) = (user("root"), user("alice"), group("staff"));
        let subject = self.subject(who, groups);
        let attrs = |kind, owner, protection| Attrs::new(kind, owner, &staff, protection);
        let target = attrs(Kind::File, &alice, &self.file);
        let walk = self.policy.walk(&subject);
        walk.enter(attrs(Kind::Directory, &root, &self.root))
            .and_then(|walk| walk.enter(attrs(Kind::Directory, &alice, &self.directory)))
            .and_then(|walk| walk.check(op, exists.then_some(target)))
            .map(|permit| permit.because())
            .map_err(|denied| denied.message("/d/f").to_string())
    }

    fn allows(&self, who: &str, op: Op<'_>) -> bool {
        self.ask(who, &[], op, true).is_ok()
    }
}

const DIALECTS: [Dialect; 3] = [Dialect::ALLUXIO, Dialect::HDFS, Dialect::POSIX];
