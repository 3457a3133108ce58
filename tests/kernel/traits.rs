//! Random inodes: owner, group, and ACLs as text, of which `setfacl` and we make the same.

use bailiwick::acl::{AclSpec, Dialect, Kind, Mode, Protection};

use crate::people::{GROUPS, USERS};
use crate::random::Random;

/// What an inode is to be.
#[derive(Debug, Clone)]
pub(crate) struct Traits {
    pub(crate) kind: Kind,
    pub(crate) owner: u32,
    pub(crate) group: u32,
    pub(crate) sticky: bool,
    /// Entries in the form of `getfacl`, of the access ACL and then of the default ACL.
    pub(crate) entries: Vec<String>,
}

impl Traits {
    pub(crate) fn random(rng: &mut Random, kind: Kind) -> Self {
        let directory = kind == Kind::Directory;
        let mut entries = acl("", rng, directory);
        if directory && rng.percent(30) {
            entries.extend(acl("default:", rng, directory));
        }
        Self {
            kind,
            owner: *rng.pick(&USERS),
            group: *rng.pick(&GROUPS),
            sticky: rng.percent(if directory { 30 } else { 5 }),
            entries,
        }
    }

    pub(crate) fn any(rng: &mut Random) -> Self {
        let kind = if rng.percent(55) {
            Kind::Directory
        } else {
            Kind::File
        };
        Self::random(rng, kind)
    }

    pub(crate) fn has_default(&self) -> bool {
        self.entries
            .iter()
            .any(|entry| entry.starts_with("default:"))
    }

    /// A directory that lets almost everybody pass, so that what is below it gets asked.
    pub(crate) fn root(rng: &mut Random) -> Self {
        let mut traits = Self::random(rng, Kind::Directory);
        for entry in &mut traits.entries {
            entry.replace_range(entry.len() - 1.., "x");
        }
        let mut entries = traits.entries.iter_mut();
        if let Some(barred) = entries.find(|entry| entry.starts_with("user:2")) {
            barred.replace_range(barred.len() - 1.., "-");
        }
        traits
    }

    pub(crate) fn protection(&self) -> Protection {
        let sticky = Protection::from(Mode::from_bits(if self.sticky { 0o1000 } else { 0 }));
        let spec = AclSpec::parse(&self.entries.join(","), &Dialect::POSIX).unwrap();
        sticky.set(&spec, self.kind, &Dialect::POSIX).unwrap()
    }
}

/// The entries of one scope: minimal, with a mask alone, or with some named entries.
fn acl(scope: &str, rng: &mut Random, directory: bool) -> Vec<String> {
    let (users, groups) = match rng.below(10) {
        0..3 => (vec![], vec![]),
        _ => (rng.some(&USERS, 3), rng.some(&GROUPS, 3)),
    };
    let mut entries = vec![format!("{scope}user::{}", bits(rng, directory))];
    for id in &users {
        entries.push(format!("{scope}user:{id}:{}", bits(rng, directory)));
    }
    entries.push(format!("{scope}group::{}", bits(rng, directory)));
    for id in &groups {
        entries.push(format!("{scope}group:{id}:{}", bits(rng, directory)));
    }
    let named = !users.is_empty() || !groups.is_empty();
    // A mask that is not given is computed.
    if rng.percent(if named { 80 } else { 10 }) {
        entries.push(format!("{scope}mask::{}", bits(rng, true)));
    }
    entries.push(format!("{scope}other::{}", bits(rng, directory)));
    entries
}

/// Directories grant more than files, or nobody would get far.
fn bits(rng: &mut Random, directory: bool) -> &'static str {
    const ALL: [&str; 8] = ["---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx"];
    match rng.below(10) {
        0..4 if directory => "rwx",
        4..6 if directory => "r-x",
        _ => ALL[rng.below(8)],
    }
}
