//! The kernel's own check, on a real tree with the same owners, modes and ACLs. It is asked by a process that is the user and
//! in the groups, for of root the kernel checks nothing. The figure holds a system call and, for a path, finding the names.

use std::env::{args, current_exe};
use std::ffi::CString;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bailiwick::acl::{Dialect, Scope, Tag};
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag, open};
use nix::sys::stat::Mode;
use nix::unistd::{AccessFlags, Gid, Uid, faccessat, geteuid, setgid, setgroups, setuid};

use crate::by_hand::Ids;
use crate::measure::{Nanos, time_each};
use crate::world::{DEPTH, Question, Stored};

/// What tells the process that it is the child.
const CHILD: &str = "--as-user";
const DIRECTORY: &str = "directory";
const FILE: &str = "file";

/// The verdict on a path and on its file alone, and how long each takes, of files just looked at.
pub(crate) struct Answer {
    pub(crate) may_reach: bool,
    pub(crate) may_read: bool,
    pub(crate) reaching: Nanos,
    pub(crate) reading: Nanos,
}

/// Asks each question as its own user.
///
/// # Errors
///
/// Why the kernel cannot be asked here.
pub(crate) fn ask(questions: &[Question]) -> io::Result<Vec<Answer>> {
    if !geteuid().is_root() {
        return Err(io::Error::other("only root can become another user"));
    }
    let tree = tempfile::tempdir()?;
    let mut ids = Ids::default();
    let each = questions.iter().enumerate().map(|(n, question)| {
        let root = tree.path().join(n.to_string());
        build(&root, question, &mut ids)?;
        Ok(ask_as_user(&root, question, &mut ids))
    });
    each.collect()
}

fn build(root: &Path, question: &Question, ids: &mut Ids) -> io::Result<()> {
    let mut at = root.to_owned();
    for inode in &question.text.way {
        fs::create_dir(&at)?;
        protect(&at, inode, ids)?;
        at.push(DIRECTORY);
    }
    let file = at.with_file_name(FILE);
    fs::write(&file, "")?;
    protect(&file, &question.text.target, ids)
}

/// Gives a new inode its owner, group and entries.
fn protect(path: &Path, inode: &Stored, ids: &mut Ids) -> io::Result<()> {
    let (owner, group) = (ids.of(&inode.owner), ids.of(&inode.group));
    chown(path, Some(owner), Some(group))?;
    let acl = inode.protection.access();
    if !acl.is_extended() {
        let mode = inode.protection.mode(&Dialect::POSIX).bits().into();
        return fs::set_permissions(path, Permissions::from_mode(mode));
    }
    let entries = acl.entries(Scope::Access, &Dialect::POSIX);
    let entries = entries.into_iter().map(|entry| match &entry.tag {
        Tag::User(name) => format!("user:{}:{}", ids.of(name.as_str()), entry.perm),
        Tag::Group(name) => format!("group:{}:{}", ids.of(name.as_str()), entry.perm),
        _ => entry.to_string(),
    });
    let spec = entries.collect::<Vec<_>>().join(",");
    let setfacl = Command::new("setfacl")
        .args(["--set", &spec])
        .arg(path)
        .output()
        .map_err(|e| io::Error::other(format!("setfacl, of the package acl: {e}")))?;
    if setfacl.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&setfacl.stderr);
    Err(io::Error::other(why.trim()))
}

fn ask_as_user(root: &Path, question: &Question, ids: &mut Ids) -> Answer {
    let subject = &question.subject;
    let groups = subject.groups().iter();
    let groups: Vec<_> = groups
        .map(|group| ids.of(group.as_str()).to_string())
        .collect();
    let child = Command::new(current_exe().unwrap())
        .args([CHILD, &ids.of(subject.user().as_str()).to_string()])
        .arg(groups.join(","))
        .current_dir(root)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let text = String::from_utf8(child.stdout).unwrap();
    let words: Vec<_> = text.split_whitespace().collect();
    let [may_reach, may_read, reaching, reading] = words[..] else {
        panic!("the child said {text:?}");
    };
    Answer {
        may_reach: may_reach.parse().unwrap(),
        may_read: may_read.parse().unwrap(),
        reaching: Nanos(reaching.parse().unwrap()),
        reading: Nanos(reading.parse().unwrap()),
    }
}

/// If this process is the child: becomes the user, and asks about the tree it stands in.
pub(crate) fn was_child() -> bool {
    let words: Vec<_> = args().skip(1).collect();
    let [CHILD, user, groups] = words.iter().map(String::as_str).collect::<Vec<_>>()[..] else {
        return false;
    };
    let way = [DIRECTORY; DEPTH - 1].iter().collect::<PathBuf>();
    let path = CString::new(way.join(FILE).into_os_string().into_vec()).unwrap();
    // A handle to the file itself, to ask about nothing else.
    let file = open(&*path, OFlag::O_PATH, Mode::empty()).unwrap();

    let group = |id: &str| Gid::from_raw(id.parse().unwrap());
    let groups: Vec<_> = groups.split(',').map(group).collect();
    setgroups(&groups).unwrap();
    setgid(groups[0]).unwrap();
    setuid(Uid::from_raw(user.parse().unwrap())).unwrap();

    let allowed = |answer| match answer {
        Ok(()) => true,
        Err(Errno::EACCES) => false,
        Err(other) => panic!("faccessat: {other}"),
    };
    let read = AccessFlags::R_OK;
    let reach = |_: &()| allowed(faccessat(AT_FDCWD, &*path, read, AtFlags::AT_EACCESS));
    let itself = AtFlags::AT_EACCESS | AtFlags::AT_EMPTY_PATH;
    let look = |_: &()| allowed(faccessat(&file, c"", read, itself));
    println!("{} {}", reach(&()), look(&()));
    println!("{} {}", time_each(&[()], reach).0, time_each(&[()], look).0);
    true
}
