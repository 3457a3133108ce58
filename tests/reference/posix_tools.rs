//! Modes and umasks in text, against the chmod and the shells of this machine.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use bailiwick::acl::{Dialect, Kind, Mode, ModeChange, ModeError};

use crate::random::{self, Random};

const POSIX: &Dialect = &Dialect::POSIX;

/// Texts, of which most are modes.
struct Texts {
    random: Random,
}

impl Texts {
    fn seeded() -> Self {
        Self {
            random: Random::new(random::seed("modes", || 20_261)),
        }
    }

    fn some_of(&mut self, set: &str, most: usize) -> String {
        let count = self.random.below(most + 1);
        (0..count).map(|_| self.char_of(set)).collect()
    }

    fn char_of(&mut self, set: &str) -> char {
        set.chars().nth(self.random.below(set.len())).unwrap()
    }

    fn mode(&mut self, bits: usize) -> Mode {
        Mode::from_bits(u16::try_from(self.random.below(bits)).unwrap())
    }

    /// Clauses as chmod(1) has them, with these letters and with copied classes.
    fn clauses(&mut self, letters: &str) -> String {
        let mut text = String::new();
        for clause in 0..=self.random.below(3) {
            if clause > 0 {
                text.push(',');
            }
            text += &self.some_of("ugoa", 2);
            for _ in 0..=self.random.below(3) {
                text.push(self.char_of("+-="));
                text += &match self.random.once_in(4) {
                    true => self.char_of("ugo").to_string(),
                    false => self.some_of(letters, 3),
                };
            }
        }
        text
    }

    /// With one character put in, taken out or replaced.
    fn spoil(&mut self, text: &str) -> String {
        let mut chars: Vec<_> = text.chars().collect();
        let at = self.random.below(chars.len());
        let other = self.char_of("ugoa+-=rwxXt,,078 ;S");
        match self.random.below(3) {
            0 => chars.insert(at, other),
            1 => chars[at] = other,
            _ => {
                chars.remove(at);
            }
        }
        chars.into_iter().collect()
    }
}

/// What the shell prints for the script, line by line.
fn run(shell: &str, script: &str) -> Vec<String> {
    let child = Command::new(shell)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child = child.unwrap_or_else(|error| panic!("{shell}: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    let script = script.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(script.as_bytes()).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(str::to_owned).collect()
}

fn shown(mode: Result<Mode, ModeError>) -> String {
    mode.map_or_else(|_| "error".to_owned(), |mode| format!("{mode:04o}"))
}

#[test]
fn chmod_does_as_the_tool_does() {
    let mut texts = Texts::seeded();
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().to_str().unwrap();
    let mut script = format!("cd '{at}' && touch File && mkdir Directory || exit\n");
    let (mut ours, mut refused) = (Vec::new(), 0);
    while ours.len() < 800 {
        let mut text = match texts.random.once_in(8) {
            true => texts.some_of("01234567", 5),
            false => texts.clauses("rwxXt"),
        };
        if !text.is_empty() && texts.random.once_in(4) {
            text = texts.spoil(&text);
        }
        let change = ModeChange::parse(&text, POSIX);
        // coreutils has the set-id bits, and takes octal digits after an operator.
        let extension = text
            .split(['+', '-', '='])
            .skip(1)
            .any(|after| after.starts_with(|c: char| c.is_ascii_digit()));
        if extension || matches!(change, Err(ModeError::SetId { .. })) {
            continue;
        }
        let umask = texts.mode(0o1000);
        for kind in [Kind::File, Kind::Directory] {
            let before = texts.mode(0o2000);
            let case = format!(
                "umask {umask:04o}; chmod {before:04o} {kind:?}; chmod -- '{text}' {kind:?}"
            );
            writeln!(script, "{case} && stat -c %04a {kind:?} || echo error").unwrap();
            let after = change
                .clone()
                .map(|change| change.apply(before, kind, umask));
            refused += usize::from(after.is_err());
            ours.push((case, shown(after)));
        }
    }
    let theirs = run("sh", &script);
    assert_eq!(theirs.len(), ours.len());
    for ((case, ours), theirs) in ours.iter().zip(theirs) {
        assert_eq!(*ours, theirs, "{case}");
    }
    println!(
        "chmod: {} cases agree, {refused} of them errors",
        ours.len()
    );
    assert!(
        (50..400).contains(&refused),
        "both kinds are tested: {refused}"
    );
}

#[test]
fn umask_does_as_the_shells_do() {
    let mut texts = Texts::seeded();
    for shell in ["dash", "bash"] {
        let (mut script, mut ours) = (String::new(), Vec::new());
        for _ in 0..1000 {
            let text = match (texts.random.once_in(8), shell) {
                (true, _) => format!("{:o}", texts.random.below(0o10000)),
                // bash knows one operator a clause, and neither X nor copies.
                (_, "bash") => {
                    let (classes, operator) = (texts.some_of("ugoa", 3), texts.char_of("+-="));
                    format!("{classes}{operator}{}", texts.some_of("rwx", 3))
                }
                _ => texts.clauses("rwxX"),
            };
            writeln!(script, "umask 0; umask -- '{text}' && umask || echo error").unwrap();
            let umask = shown(Mode::parse_umask(&text, POSIX));
            ours.push((text, umask));
        }
        let theirs = run(shell, &script);
        assert_eq!(theirs.len(), ours.len());
        for ((text, ours), theirs) in ours.iter().zip(theirs) {
            assert_eq!(*ours, theirs, "{shell}: {text}");
        }
        println!("umask of {shell}: {} cases agree", ours.len());
    }
}
