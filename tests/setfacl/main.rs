//! Our POSIX dialect beside the real `setfacl` and `getfacl`: the same commands end in the same ACLs and the same text.
//!
//! `BAILIWICK_SEED` and `BAILIWICK_ROUNDS` choose another run than the usual one. Needs the two tools, and a file system with
//! ACLs for temporary files.

mod commands;
#[path = "../support/random.rs"]
mod random;
mod texts;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bailiwick::acl::{AclSpec, Dialect, Kind, Mode, Protection, Setfacl};
use bailiwick::identity::{GroupName, UserName};
use commands::Commands;
use random::Random;
use tempfile::TempDir;

const POSIX: &Dialect = &Dialect::POSIX;

/// A file or a directory that both change.
pub(crate) struct Inode {
    path: PathBuf,
    kind: Kind,
    ours: Protection,
}

impl Inode {
    fn new(folder: &Path, name: &str, kind: Kind, mode: u16) -> Self {
        let path = folder.join(name);
        match kind {
            Kind::Directory => fs::create_dir(&path).unwrap(),
            Kind::File => fs::write(&path, "").unwrap(),
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(mode.into())).unwrap();
        Self {
            path,
            kind,
            ours: Protection::from(Mode::from_bits(mode)),
        }
    }

    fn path(&self) -> &str {
        self.path.to_str().unwrap()
    }

    fn setfacl(&self, words: &[String]) -> Output {
        run(Command::new("setfacl").args(words).arg(&self.path))
    }

    fn getfacl(&self) -> String {
        let output = run(Command::new("getfacl").arg("-pn").arg(&self.path));
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn our_getfacl(&self) -> String {
        let attributes = fs::metadata(&self.path).unwrap();
        let owner = UserName::new(&attributes.uid().to_string()).unwrap();
        let group = GroupName::new(&attributes.gid().to_string()).unwrap();
        self.ours
            .getfacl(self.path(), &owner, &group, POSIX)
            .to_string()
    }

    /// Does the same as setfacl did; whether it was done.
    fn do_ours(&mut self, words: &[String]) -> Result<(), String> {
        let mut words = words.to_vec();
        words.push(self.path().to_owned());
        let command = Setfacl::parse_with(&words, POSIX, |file| fs::read_to_string(file));
        let command = command.map_err(|error| error.to_string())?;
        assert_eq!(command.paths, [self.path()]);
        let changed = command.apply(&self.ours, self.kind, POSIX);
        self.ours = changed.map_err(|error| error.to_string())?;
        Ok(())
    }
}

fn run(command: &mut Command) -> Output {
    command
        .env("LC_ALL", "C")
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; install the package acl"))
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn random_commands_end_where_setfacl_ends() {
    let seed = random::seed("setfacl", || 1);
    let rounds = random::setting("BAILIWICK_ROUNDS").unwrap_or(200);
    println!("setfacl: BAILIWICK_ROUNDS={rounds}");
    let folder = folder();
    let (mut done, mut refused) = (0, 0);
    for round in 0..rounds {
        let mut commands = Commands {
            random: Random::new(seed.wrapping_mul(1 << 32).wrapping_add(round)),
            folder: folder.path().to_owned(),
            files: 0,
        };
        let kind = *commands
            .random
            .pick(&[Kind::File, Kind::Directory, Kind::Directory]);
        let mode = commands.random.below(0o2000) as u16 | 0o400;
        let mut inode = Inode::new(folder.path(), &format!("inode.{round}"), kind, mode);
        let mut story = Vec::new();
        for _ in 0..5 {
            let words = commands.next(kind);
            let theirs = inode.setfacl(&words);
            let before = inode.ours.clone();
            let ours = inode.do_ours(&words);
            // With the text of files in their place.
            let text = |word: &String| fs::read_to_string(word).unwrap_or_else(|_| word.clone());
            let words: Vec<_> = words.iter().map(text).collect();
            story.push(format!("setfacl {words:?}: {theirs:?}, {ours:?}"));
            let told = || {
                format!(
                    "seed {seed}, round {round}, {kind:?} {mode:o}\n{}",
                    story.join("\n")
                )
            };
            assert_eq!(theirs.status.success(), ours.is_ok(), "{}", told());
            match ours {
                Ok(()) => done += 1,
                Err(_) => {
                    refused += 1;
                    assert_eq!(inode.ours, before, "a refused edit changes nothing");
                }
            }
            let listing = inode.getfacl();
            assert_eq!(inode.our_getfacl(), listing, "{}", told());
            let read = AclSpec::parse_lines(&listing, POSIX).unwrap();
            let sticky = Mode::from_bits(mode & 0o1000);
            let again = Protection::from(sticky).set(&read, kind, POSIX);
            assert_eq!(again.as_ref(), Ok(&inode.ours), "{}", told());
        }
    }
    println!("setfacl: {done} commands done, {refused} refused, by both");
    assert!(done > refused && refused > 0);
}
