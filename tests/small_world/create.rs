//! Every child of a small default ACL, every chmod of a small ACL, and the mode that either shows.

use bailiwick::acl::{Kind, Mode, Protection};

use crate::agree::{DIALECTS, HDFS_WITHOUT_INHERITANCE, Rules};
use crate::oracle::edit::Lists;
use crate::oracle::{Acl, Bits, Entry, Tag};
use crate::{agree, library};

/// The dialects that know such an ACL, and HDFS without POSIX inheritance.
fn rules_with(acl: &Acl<'_>) -> Vec<Rules> {
    let all = DIALECTS.into_iter().chain([HDFS_WITHOUT_INHERITANCE]);
    all.filter(|(_, upstream)| upstream.has(acl)).collect()
}

/// The named entries of an ACL, and whether it has a mask.
type Shape = (Vec<(Tag, &'static str)>, bool);

/// Every shape: minimal, a mask by itself, one named entry, two.
fn shapes() -> Vec<Shape> {
    let names = [
        (Tag::User, "a"),
        (Tag::User, "b"),
        (Tag::Group, "g"),
        (Tag::Group, "h"),
    ];
    let mut all = vec![(vec![], false), (vec![], true)];
    for (index, one) in names.iter().enumerate() {
        all.push((vec![*one], true));
        all.extend(
            names[index + 1..]
                .iter()
                .map(|two| (vec![*one, *two], true)),
        );
    }
    all
}

/// An ACL of that shape, whose entries get their bits from `perm` one after the other.
fn acl((named, masked): &Shape, perm: impl FnMut() -> u16) -> Acl<'static> {
    let base = [Tag::UserObj, Tag::GroupObj, Tag::Other];
    let unnamed = base.into_iter().chain(masked.then_some(Tag::Mask));
    let keys = unnamed.map(|tag| (tag, "")).chain(named.iter().copied());
    let bits = std::iter::repeat_with(perm).map(Bits::digit);
    keys.zip(bits)
        .map(|((tag, name), bits)| Entry { tag, name, bits })
        .collect()
}

/// An ACL of that shape whose neighbours differ; in eight of them every entry has each permission once.
fn rotated(shape: &Shape, first: u16) -> Acl<'static> {
    let mut perm = first;
    acl(shape, || {
        perm += 3;
        perm % 8
    })
}

/// A directory with a default ACL, or with none.
struct Parent {
    lists: Lists<'static>,
    protection: Protection,
}

impl Parent {
    fn new(default: Acl<'static>) -> Self {
        let access = acl(&(vec![], false), || 7);
        let lists = Lists { access, default };
        let protection = library::protection(&lists);
        Self { lists, protection }
    }

    /// Compares both kinds of children.
    fn compare(&self, rules: &Rules, modes: (Mode, Mode)) -> usize {
        for kind in [Kind::File, Kind::Directory] {
            agree::on_child(rules, &self.protection, &self.lists, kind, modes);
        }
        2
    }
}

/// The modes whose classes have all bits or none.
const ONE_BIT: [u16; 8] = [0, 0o007, 0o070, 0o077, 0o700, 0o707, 0o770, 0o777];

/// A child's bits come from bits alike: read from read, write from write. So all or none is what an entry, a mode or a umask
/// can hold of one of them, and of that this is everything.
#[test]
fn every_child_in_a_world_of_one_bit_is_the_oracles() {
    let mut compared = 0;
    for shape in shapes() {
        let entries = 3 + usize::from(shape.1) + shape.0.len();
        for set in 0..1_u16 << entries {
            let mut bits = set;
            let default = acl(&shape, || {
                let perm = (bits & 1) * 7;
                bits >>= 1;
                perm
            });
            let rules = rules_with(&default);
            let parent = Parent::new(default);
            for modes in ONE_BIT
                .iter()
                .flat_map(|asked| ONE_BIT.map(|umask| [*asked, umask]))
            {
                let [asked, umask] = modes.map(Mode::from_bits);
                for rules in &rules {
                    compared += parent.compare(rules, (asked, umask));
                }
            }
        }
    }
    println!("small world: {compared} children of one bit compared");
    assert_eq!(compared, (4 * (8 + 4 * 32 + 6 * 64) + 3 * 16) * 64 * 2);
}

/// The bits beside each other: every mode, under some umasks and some ACLs.
#[test]
fn every_mode_of_a_child_is_the_oracles() {
    let umasks = [0, 0o002, 0o022, 0o027, 0o077, 0o137, 0o654, 0o777].map(Mode::from_bits);
    let mut defaults = vec![Acl::new()];
    for shape in [
        (vec![], false),
        (vec![], true),
        (vec![(Tag::User, "a"), (Tag::Group, "g")], true),
    ] {
        defaults.extend((0..8).map(|first| rotated(&shape, first)));
    }
    let mut compared = 0;
    for default in defaults {
        let rules = rules_with(&default);
        let parent = Parent::new(default);
        for asked in (0..0o2000).map(Mode::from_bits) {
            for umask in umasks {
                for rules in &rules {
                    compared += parent.compare(rules, (asked, umask));
                }
            }
        }
    }
    println!("small world: {compared} children compared");
    assert_eq!(compared, (4 * (1 + 2 * 8) + 3 * 8) * 0o2000 * 8 * 2);
}

#[test]
fn every_chmod_in_the_small_world_is_the_oracles() {
    let mut compared = 0;
    for shape in shapes() {
        for access in (0..8).map(|first| rotated(&shape, first)) {
            let lists = Lists {
                default: access.clone(),
                access,
            };
            let protection = library::protection(&lists);
            for rules in rules_with(&lists.access) {
                for to in (0..0o2000).map(Mode::from_bits) {
                    agree::on_chmod(&rules, &protection, &lists, to);
                    compared += 1;
                }
            }
        }
    }
    println!("small world: {compared} changes of mode compared");
    assert_eq!(compared, (4 * 11 + 3) * 8 * 0o2000);
}
