//! What the benches ask about: paths of depth 6, files with 16 entries beyond the base, users in 16 groups. Names, ACLs and
//! questions vary from one to the next, so that no branch predictor learns an answer by heart.

use bailiwick::acl::{AclSpec, Dialect, Kind, Mode, Perm, Protection};
use bailiwick::authz::{Attrs, Policy};
use bailiwick::identity::{GroupName, GroupRef, Groups, Mechanism, Subject, UserName, UserRef};

pub(crate) const DEPTH: usize = 6;
const GROUPS: usize = 16;
const ENTRIES: usize = 16;

/// What is asked of every target.
pub(crate) const WANTED: Perm = Perm::READ;

/// A small generator of its own: the same numbers everywhere (the constants are Knuth's MMIX).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % bound
    }
}

/// An inode as a service stores it that keeps names as plain text.
pub(crate) struct Stored {
    pub(crate) kind: Kind,
    pub(crate) owner: String,
    pub(crate) group: String,
    pub(crate) protection: Protection,
}

/// The same with names validated and hashed when it was loaded.
pub(crate) struct Prehashed {
    kind: Kind,
    owner: UserName,
    group: GroupName,
    protection: Protection,
}

impl Stored {
    fn prehash(&self) -> Prehashed {
        Prehashed {
            kind: self.kind,
            owner: UserName::new(&self.owner).unwrap(),
            group: GroupName::new(&self.group).unwrap(),
            protection: self.protection.clone(),
        }
    }

    pub(crate) fn attrs(&self) -> Attrs<'_> {
        Attrs::new(
            self.kind,
            UserRef::new(&self.owner).unwrap(),
            GroupRef::new(&self.group).unwrap(),
            &self.protection,
        )
    }
}

impl Prehashed {
    pub(crate) fn attrs(&self) -> Attrs<'_> {
        Attrs::new(self.kind, &self.owner, &self.group, &self.protection)
    }
}

/// The directories from the root on, and the file in the last of them.
pub(crate) struct Path<I> {
    pub(crate) way: Vec<I>,
    pub(crate) target: I,
}

/// Who asks, and about which path.
pub(crate) struct Question {
    pub(crate) subject: Subject,
    pub(crate) text: Path<Stored>,
    pub(crate) prehashed: Path<Prehashed>,
    /// The entries of the target's ACL: `user:NAME:rwx`.
    #[allow(dead_code, reason = "for the peers, which have entries of their own")]
    pub(crate) entries: Vec<String>,
}

/// Whom the directories on the way are open to.
#[derive(Clone, Copy)]
pub(crate) enum Way {
    /// Everybody, as most are.
    Open,
    /// Members of a group, which the user is in.
    #[allow(dead_code, reason = "the peers are not asked that much")]
    Closed,
}

pub(crate) fn policy() -> Policy {
    Policy::new(Dialect::HDFS)
        .with_super_user(UserName::new("root").unwrap())
        .with_super_group(GroupName::new("supergroup").unwrap())
}

fn user_name(n: usize) -> String {
    let stem = ["alice", "bob", "svc-etl", "hdfs", "marketing-reader"][n % 5];
    format!("{stem}{n:02}")
}

fn group_name(n: usize) -> String {
    let stem = ["staff", "eng", "data-platform", "g", "finance-emea"][n % 5];
    format!("{stem}{n:02}")
}

/// Paths that may be passed, to files whose entry for a group of the user decides; a fourth of the answers is no.
pub(crate) fn questions(policy: &Policy, count: usize, way: Way) -> Vec<Question> {
    let mut random = Random(1);
    (0..count)
        .map(|_| question(policy, way, &mut random))
        .collect()
}

fn question(policy: &Policy, way: Way, random: &mut Random) -> Question {
    let user = user_name(random.below(50));
    let mut groups: Vec<_> = (0..GROUPS * 2)
        .map(|_| group_name(random.below(100)))
        .collect();
    groups.sort_unstable();
    groups.dedup();
    while groups.len() > GROUPS {
        groups.remove(random.below(groups.len()));
    }

    let member = &groups[random.below(groups.len())];
    let granted = if random.below(4) == 0 { "-w-" } else { "r--" };
    let mut entries = vec![format!("group:{member}:{granted}")];
    while entries.len() < ENTRIES {
        let stranger = match random.below(4) {
            0 => format!("user:u{}:rw-", random.below(1000)),
            _ => format!("group:x{}:rw-", random.below(1000)),
        };
        if !entries.contains(&stranger) {
            entries.push(stranger);
        }
    }
    let spec = AclSpec::parse(&entries.join(","), policy.dialect()).unwrap();
    let target = Stored {
        kind: Kind::File,
        owner: "nobody".to_owned(),
        group: "nogroup".to_owned(),
        protection: Protection::from(Mode::from_bits(0o640))
            .modify(&spec, Kind::File, policy.dialect())
            .unwrap(),
    };

    let mut directory = || Stored {
        kind: Kind::Directory,
        owner: user_name(random.below(50)),
        group: match way {
            Way::Open => group_name(random.below(100)),
            Way::Closed => groups[random.below(groups.len())].clone(),
        },
        protection: Protection::from(Mode::from_bits(match way {
            Way::Open => [0o755, 0o775, 0o711][random.below(3)],
            Way::Closed => 0o750,
        })),
    };
    let way: Vec<_> = (0..DEPTH).map(|_| directory()).collect();

    let names: Groups = groups.iter().map(|g| GroupName::new(g).unwrap()).collect();
    let user = UserName::new(&user).unwrap();
    Question {
        subject: policy.admit(Subject::asserted(user, names, Mechanism::Simple)),
        prehashed: Path {
            way: way.iter().map(Stored::prehash).collect(),
            target: target.prehash(),
        },
        text: Path { way, target },
        entries,
    }
}
