//! Our POSIX dialect beside the real `setfacl` and `getfacl`: the same commands end in the same ACLs and the same text.
//!
//! `BAILIWICK_SEED` and `BAILIWICK_ROUNDS` choose another run than the usual one. Needs the two tools, and a file system with
//! ACLs for temporary files.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bailiwick::acl::{AclSpec, Dialect, Kind, Mode, Protection, Setfacl};
use bailiwick::identity::{GroupName, UserName};
use tempfile::TempDir;

const POSIX: &Dialect = &Dialect::POSIX;

/// SplitMix64: small, and the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// True once in `n` times.
    fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

fn number(variable: &str, usual: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable}={text}")),
        Err(_) => usual,
    }
}

/// A file or a directory that both change.
struct Inode {
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

/// Entries without doubles, written in as many ways as setfacl reads.
struct Spec {
    random: Random,
    folder: PathBuf,
    files: usize,
}

impl Spec {
    fn keyword(&mut self, whole: &str) -> String {
        match self.random.below(4) {
            0 => whole.to_owned(),
            1 => format!("{whole} "),
            _ => whole[..1].to_owned(),
        }
    }

    fn perm(&mut self) -> String {
        let octal = self.random.below(8);
        match self.random.below(6) {
            0 => octal.to_string(),
            1 => format!("00{octal}"),
            2 => self
                .random
                .pick(&["X", "rX", "rwX", "-X", "xX", "r-X"])
                .to_owned(),
            3 => self
                .random
                .pick(&["r", "w", "x", "-", "xr", "wr", "------", "x-w-"])
                .to_owned(),
            _ => {
                let bit = |bit: usize, letter| if octal & bit != 0 { letter } else { '-' };
                [bit(4, 'r'), bit(2, 'w'), bit(1, 'x')].iter().collect()
            }
        }
    }

    /// One entry for the tag, an index below ten: four bases and masks, and three each of named users and groups.
    fn entry(&mut self, tag: usize, default: bool, removal: bool) -> String {
        let name = 1001 + tag % 3;
        let (of, name) = match tag {
            0 => (self.keyword("user"), String::new()),
            1 => (self.keyword("group"), String::new()),
            2 => (self.keyword("other"), String::new()),
            3 => (self.keyword("mask"), String::new()),
            4..7 if self.random.once_in(4) => (String::new(), name.to_string()),
            4..7 => (self.keyword("user"), name.to_string()),
            _ => (self.keyword("group"), name.to_string()),
        };
        let mut entry = String::new();
        if default {
            entry = format!("{}:", self.random.pick(&["d", "default", "d ", "default "]));
        }
        match (of.is_empty(), tag) {
            (true, _) => entry += &name,
            (false, 2 | 3) if self.random.once_in(3) => entry += &of, // Solaris: no field for the name
            (false, _) => entry += &format!("{of}:{}{name}", self.random.pick(&["", "", " "])),
        }
        if removal {
            return entry + self.random.pick(&["", if tag < 4 { "" } else { ":" }]);
        }
        format!(
            "{entry}:{}{}",
            self.random.pick(&["", "", " "]),
            self.perm()
        )
    }

    fn entries(&mut self, scope: Scopes, removal: bool) -> Vec<String> {
        let mut entries = Vec::new();
        for default in [false, true] {
            let wanted = match scope {
                Scopes::Access => !default,
                Scopes::Default => default,
                Scopes::Both => true,
            };
            if !wanted {
                continue;
            }
            let rarely = self.random.pick(&[2, 3, 6]);
            for tag in 0..10 {
                // Access entries of the three classes cannot be removed; that is tried seldom.
                let rarely = if removal && tag < 3 && !default {
                    40
                } else {
                    rarely
                };
                if self.random.once_in(rarely) {
                    entries.push(self.entry(tag, default, removal));
                }
            }
        }
        if entries.is_empty() {
            let default = scope == Scopes::Default;
            let tag = 3 + self.random.below(7);
            entries.push(self.entry(tag, default, removal));
        }
        // In any order: it decides what an X finds.
        for last in (1..entries.len()).rev() {
            let other = self.random.below(last + 1);
            entries.swap(last, other);
        }
        entries
    }

    /// The words of one command, without the path.
    fn command(&mut self, kind: Kind) -> Vec<String> {
        let mut words = Vec::new();
        let mut word = |word: &str| words.push(word.to_owned());
        if self.random.once_in(8) {
            word("-n");
        } else if self.random.once_in(8) {
            word("--mask");
        }
        let recursive = self.random.once_in(10);
        if recursive {
            word("-R");
        }
        let promoted = self.random.once_in(8);
        if promoted {
            word("-d");
        }
        // A default ACL on a file: setfacl does the rest of the command and fails, we do nothing. So it stands alone.
        let refused = kind == Kind::File && !recursive && (promoted || self.random.once_in(30));
        // A default ACL that a recursive command passes by is validated by setfacl first, and not by us.
        let passed_by = kind == Kind::File && recursive;
        let actions = match refused || passed_by {
            true => 1,
            false => self.random.pick(&[1, 1, 2, 3]),
        };
        for _ in 0..actions {
            let (option, removal) = match self.random.below(12) {
                _ if refused => ("-m", false),
                0 => ("-b", false),
                1 => ("-k", false),
                2 => ("--set", false),
                3 => ("--set-file", false),
                4 | 5 => ("-x", true),
                6 => ("-X", true),
                7 => ("-M", false),
                _ => ("-m", false),
            };
            words.push(option.to_owned());
            if matches!(option, "-b" | "-k") {
                continue;
            }
            let scope = match kind {
                _ if promoted => Scopes::Access,
                Kind::File if refused => Scopes::Default,
                Kind::File if passed_by && !removal => Scopes::Both,
                Kind::File => Scopes::Access,
                Kind::Directory => {
                    self.random
                        .pick(&[Scopes::Access, Scopes::Default, Scopes::Both])
                }
            };
            let mut entries = self.entries(scope, removal);
            if option.starts_with("--set") && scope != Scopes::Default && !self.random.once_in(8) {
                // Mostly complete.
                for (tag, letters) in [(0, ["u:", "us"]), (1, ["g:", "gr"]), (2, ["o", "ot"])] {
                    let there = |entry: &String| {
                        let named = entry.contains("100") || entry.starts_with('d');
                        !named && letters.iter().any(|start| entry.starts_with(start))
                    };
                    if !entries.iter().any(there) {
                        entries.push(self.entry(tag, false, false));
                    }
                }
            }
            words.push(match option {
                "-M" | "-X" | "--set-file" => self.file(&entries, removal),
                _ => entries.join(","),
            });
        }
        words
    }

    /// The entries in a file, one a line, with comments.
    fn file(&mut self, entries: &[String], removal: bool) -> String {
        self.files += 1;
        let path = self.folder.join(format!("entries.{}", self.files));
        let mut text = String::from("# file: x\n\n");
        for entry in entries {
            let comment = self.random.pick(&["", "", "\t#effective:r--", " # so"]);
            // Where no permission is between them, setfacl takes a comment for a part of a name.
            let comment = if removal { "" } else { comment };
            text += &format!("{}{entry}{comment}\n", self.random.pick(&["", " "]));
        }
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Scopes {
    Access,
    Default,
    Both,
}

#[test]
fn random_commands_end_where_setfacl_ends() {
    let (seed, rounds) = (number("BAILIWICK_SEED", 1), number("BAILIWICK_ROUNDS", 200));
    println!("setfacl: BAILIWICK_SEED={seed} BAILIWICK_ROUNDS={rounds}");
    let folder = folder();
    let (mut done, mut refused) = (0, 0);
    for round in 0..rounds {
        let mut spec = Spec {
            random: Random(seed.wrapping_mul(1 << 32).wrapping_add(round)),
            folder: folder.path().to_owned(),
            files: 0,
        };
        let kind = spec
            .random
            .pick(&[Kind::File, Kind::Directory, Kind::Directory]);
        let mode = spec.random.below(0o2000) as u16 | 0o400;
        let mut inode = Inode::new(folder.path(), &format!("inode.{round}"), kind, mode);
        let mut story = Vec::new();
        for _ in 0..5 {
            let words = spec.command(kind);
            let theirs = inode.setfacl(&words);
            let before = inode.ours.clone();
            let ours = inode.do_ours(&words);
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

/// What becomes of a text here and there.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Read {
    /// Both do the same.
    Same,
    /// Both refuse.
    Refused,
    /// We refuse what setfacl takes for something.
    Stricter,
    /// We read what the manual promises and setfacl refuses.
    AsManual,
}

#[test]
fn texts_mean_what_they_mean_to_setfacl() {
    use Read::{AsManual, Refused, Same, Stricter};
    let texts = [
        ("-m", "u:1001:rwx", Same),
        ("-m", "user:1001:rwx", Same),
        ("-m", "1001:rw", Same),
        ("-m", "1001:", Refused),
        ("-m", "1001", Refused),
        ("-m", "u:1001", Refused),
        ("-m", "u:1001:", Refused),
        ("-m", "u::rw", Same),
        ("-m", "u:rw", Refused),
        ("-m", "user:rw", Refused),
        ("-m", ":rw", Stricter),
        ("-m", "::rw", Refused),
        ("-m", "d::rw", Stricter),
        ("-m", "d:u::rw", Same),
        ("-m", "d:1001:rw", Same),
        ("-m", "d:d:u:1001:r", Refused),
        ("-m", "default:g:1002:r", Same),
        ("-m", "def:g:1002:r", Refused),
        ("-m", "o:r", Same),
        ("-m", "o::r", Same),
        ("-m", "other:r", Same),
        ("-m", "o:1001:r", Refused),
        ("-m", "m:r", Same),
        ("-m", "m::r", Same),
        ("-m", "mask::r", Same),
        ("-m", "m:::r", Refused),
        ("-m", "m:1001:r", Refused),
        ("-m", "d:m:r", Same),
        ("-m", "USER:1001:r", Refused),
        ("-m", "U:1001:r", Refused),
        ("-m", "use:1001:r", Refused),
        ("-m", "u:1001:r,", Same),
        ("-m", "u:1001:r,,", Refused),
        ("-m", ",u:1001:r", Refused),
        ("-m", "u:1001:r,,g:1001:r", Refused),
        ("-m", "", Refused),
        ("-m", ",", Refused),
        ("-m", "u:1001:r,u:1001:w", Stricter),
        ("-m", "u : 1001 : rwx", Same),
        ("-m", "u:1001:rwx ", Same),
        ("-m", "u:1001:r ,g:1002:w", Same),
        ("-m", "u:1001:r, g:1002:w", AsManual),
        ("-m", " u:1001:r", AsManual),
        ("-m", "d: u:1001:r", AsManual),
        ("-m", "d :u:1001:r", Same),
        ("-m", "u:1001:r\n", Same),
        ("-m", "u:1001:r #x", Refused),
        ("-m", "u:1001:r:", Refused),
        ("-m", "u:1001:r:x", Refused),
        ("-m", "u:1001:7", Same),
        ("-m", "u:1001:0", Same),
        ("-m", "u:1001:007", Same),
        ("-m", "u:1001:000", Same),
        ("-m", "u:1001:8", Refused),
        ("-m", "u:1001:08", Refused),
        ("-m", "u:1001:77", Refused),
        ("-m", "u:1001:7r", Refused),
        ("-m", "u:1001:r7", Refused),
        ("-m", "u:1001:xwr", Same),
        ("-m", "u:1001:rr", Refused),
        ("-m", "u:1001:r-r", Refused),
        ("-m", "u:1001:XX", Refused),
        ("-m", "u:1001:xX", Same),
        ("-m", "u:1001:X", Same),
        ("-m", "d:u:1001:X", Same),
        ("-m", "u:1001:-", Same),
        ("-m", "u:1001:--------", Same),
        ("-m", "u:1001:-----x---", Same),
        ("-m", "u:1001:rwxt", Refused),
        ("-m", "u:1001:R", Refused),
        ("-m", "u:\\061\\060\\060\\061:r", Same),
        ("-m", "\\061001:r", Same),
        ("-x", "u:1003", Same),
        ("-x", "u:1003:", Same),
        ("-x", "u:1003::", Refused),
        ("-x", "u:1003:rwx", Refused),
        ("-x", "1003", Same),
        ("-x", "g:1003", Same),
        ("-x", "u:1003,g:1003", Same),
        ("-x", "u:1003,g:1003,m", Same),
        ("-x", "m", Refused),
        ("-x", "m,u:1003,g:1003", Same),
        ("-x", "m:", Refused),
        ("-x", "u:1003,u:1003", Stricter),
        ("-x", "u", Refused),
        ("-x", "u:", Refused),
        ("-x", "o", Refused),
        ("-x", "d:u:1003", Same),
        ("-x", "d:u", Same),
        ("-x", "d:u:", Same),
        ("-x", "d:u::", Same),
        ("-x", "d:g,d:o", Same),
        ("-x", "d:m", Refused),
        ("-x", "d:u:1003,d:m", Same),
        ("-x", "d:u:1003,d:m,d:u,d:g,d:o", Same),
        ("-x", "d", Stricter),
        ("-x", "default", Stricter),
        ("-x", "d:", Stricter),
        ("-x", "u:1009", Same),
        ("-x", "d:g:1009", Same),
        ("-x", "u:1003,", Same),
        ("-x", "u:1003,,g:1003", Refused),
        ("-x", "", Refused),
    ];
    let folder = folder();
    for (index, (option, text, expected)) in texts.into_iter().enumerate() {
        let mut inode = Inode::new(folder.path(), &index.to_string(), Kind::Directory, 0o750);
        // Masks that a change would recalculate.
        let start = "u:1003:rwx,g:1003:r,m::rw,d:u:1003:rwx,d:m::w";
        let start = ["-m", start].map(str::to_owned);
        assert!(inode.setfacl(&start).status.success());
        inode.do_ours(&start).unwrap();
        let words = [option, text].map(str::to_owned);
        let theirs = inode.setfacl(&words);
        let ours = inode.do_ours(&words);
        let seen = match (theirs.status.success(), &ours) {
            (true, Ok(())) => Same,
            (false, Err(_)) => Refused,
            (true, Err(_)) => Stricter,
            (false, Ok(())) => AsManual,
        };
        assert_eq!(seen, expected, "{words:?}: {theirs:?} {ours:?}");
        if matches!(seen, Same | Refused) {
            assert_eq!(inode.our_getfacl(), inode.getfacl(), "{words:?}");
        }
    }
}
