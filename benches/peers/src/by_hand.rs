//! What one writes by hand for the purpose: the kernel's algorithm on plain structs. With numeric ids it is the floor, with
//! `String` names the first thing that comes to mind.

use std::collections::HashMap;

use bailiwick::acl::{Dialect, Scope, Tag};

use crate::world::{Path, Question, Stored};

const READ: u16 = 4;
const PASS: u16 = 1;

/// Numbers for names, far from those of real users.
#[derive(Default)]
pub(crate) struct Ids(HashMap<String, u32>);

impl Ids {
    pub(crate) fn of(&mut self, name: &str) -> u32 {
        let next = 200_000 + u32::try_from(self.0.len()).unwrap();
        *self.0.entry(name.to_owned()).or_insert(next)
    }
}

enum Who<N> {
    User(N),
    Group(N),
}

struct Inode<N> {
    owner: N,
    group: N,
    mode: u16,
    named: Vec<(Who<N>, u16)>,
    mask: u16,
}

pub(crate) struct Asked<N> {
    user: N,
    /// Sorted.
    groups: Vec<N>,
    path: Path<Inode<N>>,
}

impl<N: Ord> Inode<N> {
    fn load(inode: &Stored, name: &mut impl FnMut(&str) -> N) -> Self {
        let acl = inode.protection.access();
        let named = acl.entries(Scope::Access, &Dialect::POSIX);
        let named = named.into_iter().filter_map(|entry| {
            let who = match &entry.tag {
                Tag::User(user) => Who::User(name(user.as_str())),
                Tag::Group(group) => Who::Group(name(group.as_str())),
                _ => return None,
            };
            Some((who, entry.perm.bits()))
        });
        Self {
            named: named.collect(),
            owner: name(&inode.owner),
            group: name(&inode.group),
            mode: acl.owner().bits() << 6 | acl.group().bits() << 3 | acl.other().bits(),
            mask: acl.mask().map_or(7, |mask| mask.bits()),
        }
    }

    fn grants(&self, user: &N, groups: &[N], wanted: u16) -> bool {
        let all = |bits: u16| bits & wanted == wanted;
        if *user == self.owner {
            return all(self.mode >> 6);
        }
        for (who, bits) in &self.named {
            if matches!(who, Who::User(named) if named == user) {
                return all(bits & self.mask);
            }
        }
        let mut member = false;
        if groups.binary_search(&self.group).is_ok() {
            member = true;
            if all(self.mode >> 3 & self.mask) {
                return true;
            }
        }
        for (who, bits) in &self.named {
            if matches!(who, Who::Group(named) if groups.binary_search(named).is_ok()) {
                member = true;
                if all(bits & self.mask) {
                    return true;
                }
            }
        }
        !member && all(self.mode)
    }
}

impl<N: Ord> Asked<N> {
    pub(crate) fn load(question: &Question, mut name: impl FnMut(&str) -> N) -> Self {
        let subject = &question.subject;
        let mut groups: Vec<_> = subject.groups().iter().map(|g| name(g.as_str())).collect();
        groups.sort_unstable();
        let way = question.text.way.iter();
        Self {
            user: name(subject.user().as_str()),
            groups,
            path: Path {
                way: way.map(|inode| Inode::load(inode, &mut name)).collect(),
                target: Inode::load(&question.text.target, &mut name),
            },
        }
    }

    pub(crate) fn may_reach(&self) -> bool {
        let Self { user, groups, path } = self;
        path.way.iter().all(|d| d.grants(user, groups, PASS)) && self.may_read()
    }

    pub(crate) fn may_read(&self) -> bool {
        self.path.target.grants(&self.user, &self.groups, READ)
    }
}
