//! One run of a test: its seed, how many cases it tries, what it counted, and what the machine must have for it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::{Instant, SystemTime};
use std::{env, fs};

use bailiwick::authz::{Denied, Permit, Reason};
use nix::unistd::{Gid, Group, Uid, User};
use rustix::fs::Access;
use rustix::io::Errno;

use crate::disk::Inode;
use crate::people;
use crate::random::{self, Random};
use crate::worker::Outcome;
use crate::world::{At, ROOT, World};

pub(crate) type Answer<'a> = Result<Permit<'a>, Denied<'a>>;

pub(crate) struct Run {
    name: &'static str,
    seed: u64,
    /// How many cases to try.
    pub(crate) cases: usize,
    pub(crate) rng: Random,
    /// How many were allowed and denied, by kind.
    counts: BTreeMap<&'static str, [usize; 2]>,
    /// What else was found as it should be, by kind.
    noted: BTreeMap<&'static str, usize>,
    started: Instant,
}

impl Run {
    pub(crate) fn new(name: &'static str) -> Self {
        ready();
        let seed = random::seed(name, clock);
        let cases = random::setting("BAILIWICK_KERNEL_CASES").unwrap_or(5_000);
        println!("{name}: BAILIWICK_KERNEL_CASES={cases}");
        // Each test has numbers of its own.
        let own = name
            .bytes()
            .fold(seed, |seed, byte| seed.rotate_left(5) ^ u64::from(byte));
        Self {
            name,
            seed,
            cases: usize::try_from(cases).unwrap(),
            rng: Random::new(own),
            counts: BTreeMap::new(),
            noted: BTreeMap::new(),
            started: Instant::now(),
        }
    }

    /// How many cases were tried.
    pub(crate) fn tried(&self) -> usize {
        self.counts.values().flatten().sum()
    }

    /// Counts a case that did not ask for a permission, or what else was found as it should be.
    pub(crate) fn note(&mut self, kind: &'static str) {
        *self.noted.entry(kind).or_default() += 1;
    }

    pub(crate) fn noted(&self, kind: &'static str) -> usize {
        self.noted.get(kind).copied().unwrap_or_default()
    }

    /// Holds one answer of the kernel against ours, of which there are two for a rename.
    pub(crate) fn compare(
        &mut self,
        kind: &'static str,
        kernel: Outcome,
        ours: &[Answer<'_>],
        scene: &Scene<'_>,
    ) {
        let allowed = ours.iter().all(Result::is_ok);
        let agrees = match kernel {
            Ok(()) => allowed,
            Err(errno) if scene.after_the_check.contains(&errno) => allowed,
            Err(errno) => ours.iter().any(|answer| {
                answer
                    .as_ref()
                    .is_err_and(|denied| errnos(denied).contains(&errno))
            }),
        };
        if !agrees {
            self.mismatch(scene, &format!("{kernel:?}"), &explained(ours, scene.line));
        }
        self.counts.entry(kind).or_default()[usize::from(!allowed)] += 1;
    }

    /// Holds an inode on disk against what we say must have become of it.
    pub(crate) fn compare_inode(
        &mut self,
        kind: &'static str,
        kernel: &Inode,
        ours: &Inode,
        scene: &Scene<'_>,
    ) {
        if kernel != ours {
            self.mismatch(scene, &format!("{kernel:?}"), &format!("{ours:?}"));
        }
        self.note(kind);
    }

    /// Ends the test with all that it takes to repeat it.
    pub(crate) fn mismatch(&self, scene: &Scene<'_>, kernel: &str, ours: &str) -> ! {
        let Scene { by, line, .. } = scene;
        panic!(
            "the kernel and we differ in case {} of {} with BAILIWICK_SEED={}\n\
             subject: user {} in groups {:?}\n\
             does:    {line}\n\
             kernel:  {kernel}\n\
             ours:    {ours}\n\n{}",
            self.tried() + 1,
            self.name,
            self.seed,
            by.user,
            by.groups,
            scene.world.restorable(scene.about),
        );
    }

    /// Prints the counts. Of each kind some must have been allowed and some denied.
    pub(crate) fn finish(self) {
        for (kind, [allowed, denied]) in &self.counts {
            println!("{}: {kind}: {allowed} allowed, {denied} denied", self.name);
        }
        for (kind, count) in &self.noted {
            println!("{}: {kind}: {count}", self.name);
        }
        let seconds = self.started.elapsed().as_secs_f32();
        println!("{}: no mismatch in {seconds:.1} s", self.name);
        for (kind, [allowed, denied]) in self.counts {
            let one_sided = allowed == 0 || denied == 0;
            assert!(
                !one_sided || allowed + denied < 100,
                "{kind}: {allowed} allowed, {denied} denied"
            );
        }
    }
}

/// A case, as a mismatch shows it.
pub(crate) struct Scene<'a> {
    pub(crate) world: &'a World,
    /// Shown with the directories on the way.
    pub(crate) about: &'a [At],
    pub(crate) by: &'a people::Ids,
    pub(crate) line: &'a str,
    /// What the kernel answers only after it has allowed.
    pub(crate) after_the_check: &'a [Errno],
}

/// What the kernel may call our reason. It asks a sticky directory for its bits first, we for its owner.
fn errnos(denied: &Denied<'_>) -> &'static [Errno] {
    match denied.reason() {
        Reason::Bits { .. } => &[Errno::ACCESS],
        Reason::Sticky { .. } => &[Errno::PERM, Errno::ACCESS],
        Reason::NotOwner | Reason::NotSuperUser | Reason::NotMember { .. } => &[Errno::PERM],
        Reason::NotADirectory => &[Errno::NOTDIR],
        _ => &[],
    }
}

/// Our answers in words, each about one of the paths at the end of the line.
fn explained(answers: &[Answer<'_>], line: &str) -> String {
    let words: Vec<_> = line.split(' ').collect();
    let paths = &words[words.len() - answers.len()..];
    let explain = |(answer, path): (&Answer<'_>, &&str)| {
        let path = match path.strip_prefix(ROOT) {
            Some(path) if !path.is_empty() => path,
            _ => "/",
        };
        match answer {
            Ok(permit) => permit.explain(path).to_string(),
            Err(denied) => denied.explain(path).to_string(),
        }
    };
    let lines: Vec<_> = answers.iter().zip(paths).map(explain).collect();
    lines.join("\n         ")
}

fn clock() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    u64::from(now.unwrap().subsec_nanos())
}

/// Fails with a sentence where the machine lacks something. Nothing is skipped.
pub(crate) fn ready() {
    static READY: OnceLock<()> = OnceLock::new();
    READY.get_or_init(|| {
        assert!(
            Uid::effective().is_root(),
            "run this as root: only root can become other users"
        );
        for tool in ["setfacl", "getfacl"] {
            let found = Command::new(tool).arg("--version").output();
            assert!(
                found.is_ok(),
                "`{tool}` is not installed: apt-get install acl"
            );
        }
        for id in people::USERS {
            let found = User::from_uid(Uid::from_raw(id)).unwrap();
            assert!(found.is_none(), "user id {id} is taken: {found:?}");
        }
        for id in people::GROUPS {
            let found = Group::from_gid(Gid::from_raw(id)).unwrap();
            assert!(found.is_none(), "group id {id} is taken: {found:?}");
        }
        let folder = tempfile::tempdir().unwrap();
        usable(folder.path());
    });
}

fn usable(folder: &Path) {
    let file = folder.join("file");
    fs::write(&file, "").unwrap();
    let entry = format!("user:{}:r-x", people::USERS[0]);
    let setfacl = Command::new("setfacl")
        .args(["-m", &entry])
        .arg(&file)
        .output()
        .unwrap();
    let place = env::temp_dir();
    assert!(
        setfacl.status.success(),
        "{place:?} must be on a file system with ACLs (ext4, xfs, btrfs, tmpfs; set TMPDIR), and all ids must be mapped \
         (no rootless container): {}",
        String::from_utf8_lossy(&setfacl.stderr)
    );
    assert!(
        rustix::fs::access(&file, Access::EXEC_OK).is_ok(),
        "{place:?} is mounted noexec: set TMPDIR to a folder that is not"
    );
}
