//! A tree of inodes: as `setfacl` made it on disk, and as ours. Both come from the same text.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bailiwick::acl::{Dialect, Kind, Mode, NewGroup, Protection};
use bailiwick::authz::{Attrs, Op, Policy};
use bailiwick::identity::{GroupName, Subject, UserName};
use tempfile::TempDir;

use crate::disk::Inode;
use crate::people::{Ids, gid, group, uid, user};
use crate::run::{Answer, Run, Scene};
use crate::traits::Traits;

/// How `getfacl` shows the sticky bit.
const STICKY: &str = "# flags: --t\n";

/// The name of the root. It is asked about by name, because `.` is looked up in itself.
pub(crate) const ROOT: &str = "root";

/// The longest path below the root.
const DEPTH: usize = 4;

/// What an operation is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum At {
    Inode(usize),
    /// Something in that inode that does not exist.
    MissingIn(usize),
}

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) traits: Traits,
    /// From the folder that the root is in.
    pub(crate) path: String,
    pub(crate) parent: Option<usize>,
    pub(crate) children: Vec<usize>,
    pub(crate) protection: Protection,
    owner: UserName,
    group: GroupName,
    depth: usize,
}

impl Node {
    fn new(traits: Traits, path: String, parent: Option<usize>, depth: usize) -> Self {
        Self {
            protection: traits.protection(),
            owner: user(traits.owner),
            group: group(traits.group),
            children: Vec::new(),
            traits,
            path,
            parent,
            depth,
        }
    }

    pub(crate) fn is_directory(&self) -> bool {
        self.traits.kind == Kind::Directory
    }

    pub(crate) fn attrs(&self) -> Attrs<'_> {
        Attrs::new(self.traits.kind, &self.owner, &self.group, &self.protection)
    }

    /// What must be on disk.
    pub(crate) fn inode(&self) -> Inode {
        Inode {
            is_directory: self.is_directory(),
            owner: self.traits.owner,
            group: self.traits.group,
            attrs: self.protection.to_linux(uid, gid).unwrap(),
        }
    }

    /// What must be on disk if somebody makes something in this directory.
    pub(crate) fn child(&self, kind: Kind, mode: u16, umask: u16, by: &Ids) -> Inode {
        let [mode, umask] = [mode, umask].map(Mode::from_bits);
        let child = self.protection.child(kind, mode, umask, &Dialect::POSIX);
        Inode {
            is_directory: kind == Kind::Directory,
            owner: by.user,
            group: match Dialect::POSIX.new_group {
                NewGroup::OfDirectory => self.traits.group,
                _ => by.groups[0],
            },
            attrs: child.to_linux(uid, gid).unwrap(),
        }
    }

    /// In the form of `getfacl`, which `setfacl --restore` reads.
    fn restorable(&self) -> String {
        let Traits {
            owner,
            group,
            sticky,
            entries,
            ..
        } = &self.traits;
        let mut text = format!(
            "# file: {}\n# owner: {owner}\n# group: {group}\n",
            self.path
        );
        if *sticky {
            text.push_str(STICKY);
        }
        for entry in entries {
            writeln!(text, "{entry}").unwrap();
        }
        text.push('\n');
        text
    }
}

#[derive(Debug)]
pub(crate) struct World {
    folder: TempDir,
    /// The root is the first, and every directory comes before what is in it.
    pub(crate) nodes: Vec<Node>,
}

impl World {
    /// A root and nothing in it.
    pub(crate) fn new(root: Traits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o711)).unwrap();
        Self {
            folder,
            nodes: vec![Node::new(root, ROOT.into(), None, 0)],
        }
    }

    /// A random world of that many inodes, on disk.
    pub(crate) fn random(run: &mut Run, size: usize) -> Self {
        let mut world = Self::new(Traits::root(&mut run.rng));
        while world.nodes.len() < size {
            let parent = run.rng.below(world.nodes.len());
            if world.nodes[parent].is_directory() && world.nodes[parent].depth < DEPTH {
                let traits = Traits::any(&mut run.rng);
                world.add(parent, traits);
            }
        }
        world.build(run);
        world
    }

    pub(crate) fn add(&mut self, parent: usize, traits: Traits) -> usize {
        let index = self.nodes.len();
        let Node { path, depth, .. } = &self.nodes[parent];
        let path = format!("{path}/n{index}");
        let node = Node::new(traits, path, Some(parent), depth + 1);
        self.nodes.push(node);
        self.nodes[parent].children.push(index);
        index
    }

    /// Puts the world on disk and holds what is there against ours.
    pub(crate) fn build(&self, run: &mut Run) {
        for node in &self.nodes {
            if node.is_directory() {
                fs::create_dir(self.on_disk(&node.path)).unwrap();
            } else {
                fs::write(self.on_disk(&node.path), "").unwrap();
            }
        }
        let mut setfacl = Command::new("setfacl")
            .arg("--restore=-")
            .current_dir(self.folder())
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let text: String = self.nodes.iter().map(Node::restorable).collect();
        // With flags, setfacl takes the mode 000 for no mode and leaves the old one.
        let text = text.replace(STICKY, "");
        setfacl
            .stdin
            .take()
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
        assert!(
            setfacl.wait().unwrap().success(),
            "setfacl --restore failed"
        );
        for node in self.nodes.iter().filter(|node| node.traits.sticky) {
            let path = self.on_disk(&node.path);
            let mode = fs::metadata(&path).unwrap().mode() | 0o1000;
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        }
        self.hold_against_disk(run);
    }

    pub(crate) fn hold_against_disk(&self, run: &mut Run) {
        let getfacl = Command::new("getfacl")
            .args([
                "--numeric",
                "--absolute-names",
                "--no-effective",
                "--recursive",
                "--physical",
                ROOT,
            ])
            .current_dir(self.folder())
            .output()
            .unwrap();
        let listings = String::from_utf8(getfacl.stdout).unwrap();
        let mut listed: HashMap<&str, &str> = HashMap::new();
        for listing in listings.split_terminator("\n\n") {
            let (name, rest) = listing
                .strip_prefix("# file: ")
                .unwrap()
                .split_once('\n')
                .unwrap();
            listed.insert(name, rest);
        }
        assert_eq!(listed.len(), self.nodes.len(), "getfacl lists every inode");
        for (index, node) in self.nodes.iter().enumerate() {
            let scene = Scene {
                world: self,
                about: &[At::Inode(index)],
                by: &Ids::root(),
                line: "getfacl",
                after_the_check: &[],
            };
            let ours = self.listing(node);
            let kernel = listed[node.path.as_str()];
            if ours != kernel {
                run.mismatch(&scene, kernel, &ours);
            }
            run.note("getfacl");
            let kernel = Inode::read(&self.on_disk(&node.path));
            run.compare_inode("mode and attributes", &kernel, &node.inode(), &scene);
            let read =
                Protection::from_linux(&kernel.attrs, |id| Some(user(id)), |id| Some(group(id)));
            assert_eq!(read.as_ref(), Ok(&node.protection), "{kernel:?}");
        }
    }

    /// Our entries under the header of `getfacl`.
    fn listing(&self, node: &Node) -> String {
        let mut text = format!(
            "# owner: {}\n# group: {}\n",
            node.traits.owner, node.traits.group
        );
        if node.protection.is_sticky() {
            text.push_str(STICKY);
        }
        let entries = node.protection.entries(&Dialect::POSIX);
        let entries: Vec<_> = entries.iter().map(ToString::to_string).collect();
        text + &entries.join("\n")
    }

    pub(crate) fn on_disk(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Where the root is, and paths begin.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The directories from the root to an inode, and the inode.
    pub(crate) fn way(&self, to: usize) -> Vec<usize> {
        let mut way: Vec<_> =
            std::iter::successors(Some(to), |index| self.nodes[*index].parent).collect();
        way.reverse();
        way
    }

    /// Some inodes and the directories above them, each once, as `setfacl --restore` reads them.
    pub(crate) fn restorable(&self, about: &[At]) -> String {
        let inodes = about
            .iter()
            .map(|(At::Inode(inode) | At::MissingIn(inode))| *inode);
        let shown: BTreeSet<_> = inodes.flat_map(|inode| self.way(inode)).collect();
        shown
            .iter()
            .map(|index| self.nodes[*index].restorable())
            .collect()
    }

    /// Our answer.
    pub(crate) fn decide<'a>(
        &'a self,
        policy: &'a Policy,
        subject: &'a Subject,
        op: Op<'a>,
        at: At,
    ) -> Answer<'a> {
        let (way, target) = match at {
            At::Inode(inode) => (self.above(inode), Some(self.nodes[inode].attrs())),
            At::MissingIn(inode) => {
                let mut way = self.above(inode);
                way.push(self.nodes[inode].attrs());
                (way, None)
            }
        };
        policy.check_path(subject, op, &way, target)
    }

    /// The attributes of the directories above an inode.
    pub(crate) fn above(&self, index: usize) -> Vec<Attrs<'_>> {
        let mut way = self.way(index);
        way.pop();
        way.iter().map(|index| self.nodes[*index].attrs()).collect()
    }

    /// An inode and all that is somewhere below it.
    pub(crate) fn below(&self, index: usize) -> Vec<usize> {
        let mut all = vec![index];
        let mut next = 0;
        while let Some(index) = all.get(next) {
            all.extend(&self.nodes[*index].children);
            next += 1;
        }
        all
    }

    /// Whether one is the other or somewhere above it.
    pub(crate) fn is_above(&self, one: usize, other: usize) -> bool {
        self.way(other).contains(&one)
    }
}
