//! Random commands of setfacl.

use std::fs;
use std::path::PathBuf;

use bailiwick::acl::Kind;

use crate::random::Random;

/// Commands with entries of which none stands twice, written in as many ways as setfacl reads.
pub(crate) struct Commands {
    pub(crate) random: Random,
    /// Where files of entries are written.
    pub(crate) folder: PathBuf,
    pub(crate) files: usize,
}

impl Commands {
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
                .to_string(),
            3 => self
                .random
                .pick(&["r", "w", "x", "-", "xr", "wr", "------", "x-w-"])
                .to_string(),
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
            let behind = if tag < 4 { "" } else { ":" };
            return entry + *self.random.pick(&["", behind]);
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
            let rarely = *self.random.pick(&[2, 3, 6]);
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
    pub(crate) fn next(&mut self, kind: Kind) -> Vec<String> {
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
            false => *self.random.pick(&[1, 1, 2, 3]),
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
                    *self
                        .random
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
