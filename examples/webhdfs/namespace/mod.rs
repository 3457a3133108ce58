//! The file tree in memory: inodes by number, directories by name. It holds protections but decides nothing.

mod inode;
mod path;

use std::collections::HashMap;

use bailiwick::acl::{Kind, Protection};
use bailiwick::identity::{GroupName, UserName};

pub use inode::{Body, Inode};
pub use path::FsPath;

/// The number of an inode, or of the block with a file's bytes.
pub type Id = u64;

/// The whole tree. The caller holds the lock.
pub struct Namespace {
    inodes: HashMap<Id, Inode>,
    last: Id,
}

/// As much of a path as exists.
pub struct Found<'a> {
    /// The directories passed through, the root first: all of the path but its target, as far as they exist.
    pub way: Vec<&'a Inode>,
    /// The last component, if it exists.
    pub target: Option<&'a Inode>,
    /// How many components before the last do not exist.
    pub missing: usize,
}

impl<'a> Found<'a> {
    /// The nearest directory that exists: where something new would go.
    pub fn parent(&self) -> Option<&'a Inode> {
        self.way.last().copied()
    }
}

/// Who owns a new inode, and how it is protected.
#[derive(Clone)]
pub struct Birth {
    pub owner: UserName,
    pub group: GroupName,
    pub protection: Protection,
    pub now: i64,
}

const ROOT: Id = 1;

impl Namespace {
    pub fn new(root: Birth) -> Self {
        let root = Inode::new(ROOT, root, Body::Directory(Default::default()));
        Self {
            inodes: HashMap::from([(ROOT, root)]),
            last: ROOT,
        }
    }

    /// A number that was never used, for an inode or a block.
    pub fn next_id(&mut self) -> Id {
        self.last += 1;
        self.last
    }

    /// Follows a path as far as it exists. A component below a file does not exist; the file then ends the way, so that a
    /// walk stumbles over it.
    pub fn find(&self, path: &FsPath) -> Found<'_> {
        let mut way = Vec::new();
        let mut at = self.inodes.get(&ROOT);
        let mut names = path.names().iter();
        while let Some(inode) = at {
            let Some(name) = names.next() else {
                return Found {
                    way,
                    target: at,
                    missing: 0,
                };
            };
            way.push(inode);
            at = self.child(inode, name);
        }
        Found {
            way,
            target: None,
            missing: names.len(),
        }
    }

    pub fn child(&self, directory: &Inode, name: &str) -> Option<&Inode> {
        self.inodes.get(directory.children()?.get(name)?)
    }

    /// The children of a directory with their names, in alphabetical order; none of a file.
    pub fn children<'a>(&'a self, inode: &'a Inode) -> impl Iterator<Item = (&'a str, &'a Inode)> {
        let names = inode.children().into_iter().flatten();
        names.filter_map(|(name, id)| Some((name.as_str(), self.inodes.get(id)?)))
    }

    pub fn get(&self, id: Id) -> Option<&Inode> {
        self.inodes.get(&id)
    }

    pub fn get_mut(&mut self, id: Id) -> Option<&mut Inode> {
        self.inodes.get_mut(&id)
    }

    /// Adds an inode to a directory; `None` if the directory is gone or the name is taken.
    pub fn add(&mut self, directory: Id, name: &str, birth: Birth, body: Body) -> Option<Id> {
        let id = self.next_id();
        let now = birth.now;
        self.link(directory, name, id, now)?;
        self.inodes.insert(id, Inode::new(id, birth, body));
        Some(id)
    }

    /// Enters an inode into a directory; `None` if the directory is gone or the name is taken.
    pub fn link(&mut self, directory: Id, name: &str, id: Id, now: i64) -> Option<()> {
        let directory = self.inodes.get_mut(&directory)?;
        let Body::Directory(children) = &mut directory.body else {
            return None;
        };
        if children.contains_key(name) {
            return None;
        }
        children.insert(name.to_owned(), id);
        directory.modified = now;
        Some(())
    }

    /// Takes an inode out of its directory; it lives on until linked again or removed.
    pub fn unlink(&mut self, directory: Id, name: &str, now: i64) -> Option<Id> {
        let directory = self.inodes.get_mut(&directory)?;
        let Body::Directory(children) = &mut directory.body else {
            return None;
        };
        directory.modified = now;
        children.remove(name)
    }

    /// Removes an unlinked inode and all below it; returns the blocks nobody needs any more.
    pub fn remove(&mut self, id: Id) -> Vec<Id> {
        let mut blocks = Vec::new();
        let mut doomed = vec![id];
        while let Some(id) = doomed.pop() {
            match self.inodes.remove(&id).map(|inode| inode.body) {
                Some(Body::Directory(children)) => doomed.extend(children.into_values()),
                Some(Body::File { block, .. }) => blocks.push(block),
                None => {}
            }
        }
        blocks
    }

    /// Everything below `inode`, each with the directory it is in and its path; parents before children.
    pub fn below<'a>(
        &'a self,
        inode: &'a Inode,
        path: &FsPath,
    ) -> Vec<(&'a Inode, &'a Inode, FsPath)> {
        let children = |directory: &'a Inode, path: &FsPath| -> Vec<_> {
            self.children(directory)
                .map(|(name, child)| (directory, child, path.join(name)))
                .collect()
        };
        let mut all = children(inode, path);
        let mut next = 0;
        while let Some((_, inode, path)) = all.get(next) {
            let more = children(inode, path);
            all.extend(more);
            next += 1;
        }
        all
    }

    /// The file whose bytes are in a block.
    pub fn file_of_block(&mut self, block: Id) -> Option<&mut Inode> {
        let holds =
            |inode: &&mut Inode| matches!(inode.body, Body::File { block: b, .. } if b == block);
        self.inodes.values_mut().find(holds)
    }
}

/// What kind of inode it is, in the library's terms.
impl From<&Inode> for Kind {
    fn from(inode: &Inode) -> Self {
        match inode.body {
            Body::Directory(_) => Self::Directory,
            Body::File { .. } => Self::File,
        }
    }
}
