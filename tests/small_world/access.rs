//! Every ACL of up to two named entries, every mode, every mask, every kind of subject, every request.

use std::thread;

use bailiwick::authz::Policy;
use bailiwick::identity::{GroupName, Groups, Mechanism, Subject, UserName};

use crate::agree::{DIALECTS, Encounter};
use crate::library;
use crate::oracle::edit::Lists;
use crate::oracle::{Acl, Bits, Entry, Mode, Tag};

/// Whose the inode is, and who asks. The named entries are for the users a and b and the groups g and h.
struct Scene {
    owner: &'static str,
    group: &'static str,
    user: &'static str,
    groups: &'static [&'static str],
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
        owner,
        group,
        user,
        groups,
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

/// A scene in the library's terms.
struct Asker {
    groups: &'static [&'static str],
    owner: UserName,
    group: GroupName,
    subject: Subject,
}

impl Asker {
    fn new(scene: &Scene) -> Self {
        let user = |name| UserName::new(name).unwrap();
        let group = |name: &&str| GroupName::new(name).unwrap();
        let groups: Groups = scene.groups.iter().map(group).collect();
        Self {
            groups: scene.groups,
            owner: user(scene.owner),
            group: group(&scene.group),
            subject: Subject::asserted(user(scene.user), groups, Mechanism::Simple),
        }
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
            let protection = library::protection(&Lists {
                access: acl.clone(),
                default: Acl::new(),
            });
            for (policy, upstream) in policies.iter().filter(|(_, upstream)| upstream.has(&acl)) {
                let oracle = (upstream.inode)(&acl);
                for asker in &askers {
                    let Asker {
                        groups,
                        owner,
                        group,
                        subject,
                    } = asker;
                    let protection = &protection;
                    Encounter {
                        policy,
                        subject,
                        groups,
                        owner,
                        group,
                        protection,
                    }
                    .compare(&oracle);
                    compared += 8;
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
