//! Every ACL of up to two named entries, every mode, every mask, every kind of subject, every request.

use std::thread;

use bailiwick::acl::{self, Kind, Perm, Protection};
use bailiwick::authz::{Attrs, Because, Op, Policy, Reason};
use bailiwick::identity::{GroupName, Groups, Mechanism, Subject, UserName};

use crate::oracle::access::{Answers, Class, Decision, Owners, Who};
use crate::oracle::{Bits, Entry, Mode, Tag};
use crate::{DIALECTS, plain};

/// Whose the inode is, and who asks. The named entries are for the users a and b and the groups g and h.
struct Scene {
    owners: Owners<'static>,
    who: Who<'static>,
}

/// Every place in the algorithms that a subject can end at, and every way to get there past another that also fits. Whoever
/// an ACL does not know is nobody to it, with groups and without.
const SCENES: [Scene; 13] = [
    scene("o", "p", "o", &["p", "g", "h"]),
    scene("o", "p", "a", &[]),
    scene("o", "p", "a", &["p", "g", "h"]),
    scene("o", "p", "c", &["q"]),
    scene("o", "p", "c", &["p"]),
    scene("o", "p", "c", &["g"]),
    scene("o", "p", "c", &["p", "g"]),
    scene("o", "p", "c", &["g", "h"]),
    scene("o", "p", "c", &["p", "g", "h"]),
    // The owner, or the owning group, has a named entry besides.
    scene("a", "g", "a", &[]),
    scene("a", "g", "b", &["g"]),
    scene("a", "g", "c", &["g"]),
    scene("a", "g", "c", &["g", "h"]),
];

const fn scene(
    owner: &'static str,
    group: &'static str,
    user: &'static str,
    groups: &'static [&'static str],
) -> Scene {
    Scene {
        owners: Owners { user: owner, group },
        who: Who { user, groups },
    }
}

/// All named parts: none, one or two of the four entries, with any bits.
fn named_parts() -> Vec<Vec<Entry<'static>>> {
    let names = [
        (Tag::User, "a"),
        (Tag::User, "b"),
        (Tag::Group, "g"),
        (Tag::Group, "h"),
    ];
    let entries = |(tag, name)| {
        (0..8).map(move |digit| Entry {
            tag,
            name,
            bits: Bits::digit(digit),
        })
    };
    let mut parts = vec![vec![]];
    for (index, first) in names.into_iter().enumerate() {
        for one in entries(first) {
            parts.push(vec![one]);
            for second in &names[index + 1..] {
                parts.extend(entries(*second).map(|two| vec![one, two]));
            }
        }
    }
    parts
}

/// All that a mode does not say: the named entries under every mask, no mask, and every mask that stands alone.
fn extensions() -> Vec<Vec<Entry<'static>>> {
    let mut all = vec![vec![]];
    for part in named_parts() {
        for digit in 0..8 {
            let mask = Entry {
                tag: Tag::Mask,
                name: "",
                bits: Bits::digit(digit),
            };
            all.push([part.as_slice(), &[mask]].concat());
        }
    }
    all
}

/// A subject, ready to ask.
struct Asker {
    scene: &'static Scene,
    owner: UserName,
    group: GroupName,
    subject: Subject,
}

impl Asker {
    fn new(scene: &'static Scene) -> Self {
        let user = |name| UserName::new(name).unwrap();
        let group = |name: &str| GroupName::new(name).unwrap();
        let groups: Groups = scene.who.groups.iter().map(|name| group(name)).collect();
        Self {
            scene,
            owner: user(scene.owners.user),
            group: group(scene.owners.group),
            subject: Subject::asserted(user(scene.who.user), groups, Mechanism::Simple),
        }
    }

    /// Compares the answers to all eight requests; returns how many.
    fn compare(&self, policy: &Policy, protection: &Protection, oracle: &Answers<'_>) -> usize {
        let Scene { owners, who } = *self.scene;
        let inode = Attrs::new(Kind::File, &self.owner, &self.group, protection);
        let effective = policy.effective(&self.subject, inode);
        let context = |decision: Decision| {
            let entries = protection.entries(policy.dialect());
            let name = policy.dialect().name;
            format!("{name}: {who:?} of {owners:?} on {entries:?}: {decision:?}")
        };
        for request in 0..8 {
            let wanted = Perm::from_bits(request);
            let decision = oracle(owners, who, Bits::digit(request));
            let granted = match policy
                .walk(&self.subject)
                .check(Op::CheckAccess(wanted), Some(inode))
            {
                Ok(permit) => {
                    let because = match wanted {
                        Perm::NONE => Because::Traversal,
                        _ => Because::Entry(class(decision.class)),
                    };
                    assert_eq!(permit.because(), because, "{wanted} {}", context(decision));
                    true
                }
                Err(denied) => {
                    let Reason::Bits { verdict, .. } = denied.reason() else {
                        panic!("{wanted} {}: {denied:?}", context(decision));
                    };
                    assert_eq!(
                        (
                            verdict.class(),
                            plain::bits(verdict.entry_bits()),
                            verdict.mask().map(plain::bits)
                        ),
                        (class(decision.class), decision.held, decision.mask),
                        "{wanted} {}",
                        context(decision)
                    );
                    assert_eq!(
                        verdict.effective_bits(),
                        effective,
                        "{wanted} {}",
                        context(decision)
                    );
                    false
                }
            };
            assert_eq!(granted, decision.granted, "{wanted} {}", context(decision));
            // What is effective is what is granted when asked for alone.
            if [Perm::READ, Perm::WRITE, Perm::EXECUTE].contains(&wanted) {
                assert_eq!(
                    effective.contains(wanted),
                    decision.granted,
                    "{wanted} {}",
                    context(decision)
                );
            }
        }
        8
    }
}

fn class(class: Class) -> acl::Class {
    match class {
        Class::Owner => acl::Class::Owner,
        Class::NamedUser => acl::Class::NamedUser,
        Class::Groups => acl::Class::Groups,
        Class::Other => acl::Class::Other,
    }
}

/// Compares all that these modes have in them.
fn compare_modes(modes: impl Iterator<Item = u16>) -> usize {
    let extensions = extensions();
    let askers: Vec<_> = SCENES.iter().map(Asker::new).collect();
    let policies = DIALECTS.map(|(dialect, upstream)| (Policy::new(dialect), upstream));
    let mut compared = 0;
    for mode in modes.map(Mode::octal) {
        let base = [
            (Tag::UserObj, mode.user),
            (Tag::GroupObj, mode.group),
            (Tag::Other, mode.other),
        ]
        .map(|(tag, bits)| Entry {
            tag,
            name: "",
            bits,
        });
        for extension in &extensions {
            let acl = [&base, extension.as_slice()].concat();
            let protection = Protection::from_parts(plain::acl(&acl), None, false);
            for (policy, upstream) in policies.iter().filter(|(_, upstream)| upstream.has(&acl)) {
                let oracle = (upstream.inode)(&acl);
                for asker in &askers {
                    compared += asker.compare(policy, &protection, &oracle);
                }
            }
        }
    }
    compared
}

#[test]
fn every_answer_in_the_small_world_is_the_oracles() {
    let compared: usize = thread::scope(|scope| {
        let halves = [0..256, 256..512].map(|modes| scope.spawn(|| compare_modes(modes)));
        halves.map(|half| half.join().unwrap()).into_iter().sum()
    });
    println!("small world: {compared} answers compared");
    let acls = 512 * (1 + 8 * 417);
    let in_alluxio = acls - 512 * 8; // no lone mask
    assert_eq!(compared, (2 * acls + in_alluxio) * SCENES.len() * 8);
}
