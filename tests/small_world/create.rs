//! Every child of a small default ACL, every chmod of a small ACL, and the mode that either shows.

use bailiwick::acl::{Dialect, Kind, Mode, Protection, UmaskUnderDefault};

use crate::oracle::edit::Lists;
use crate::oracle::{Acl, Bits, Entry, Tag, Upstream};
use crate::{DIALECTS, plain};

/// The dialects, and HDFS without POSIX inheritance.
fn dialects() -> Vec<(Dialect, Upstream)> {
    let mut without_inheritance = Dialect::HDFS;
    without_inheritance.umask_under_default = UmaskUnderDefault::Applied;
    let variant = (without_inheritance, Upstream::HDFS_WITHOUT_INHERITANCE);
    DIALECTS.into_iter().chain([variant]).collect()
}

fn compare_child(
    parent: &Protection,
    default: &Acl<'_>,
    (asked, umask): (Mode, Mode),
    (dialect, upstream): &(Dialect, Upstream),
) -> usize {
    for kind in [Kind::File, Kind::Directory] {
        let child = parent.child(kind, asked, umask, dialect);
        let entries = child.entries(dialect);
        let expected = (upstream.child)(
            default,
            plain::mode(asked),
            plain::mode(umask),
            kind == Kind::Directory,
        );
        assert_eq!(
            (plain::lists(&entries), child.is_sticky()),
            (expected.sorted(), asked.sticky() && upstream.sticky),
            "{}: {kind:?} asked as {asked:?} under umask {umask:?} and {default:?}",
            dialect.name
        );
    }
    2
}

fn compare_chmod(acl: &Acl<'_>, to: Mode, (dialect, upstream): &(Dialect, Upstream)) -> usize {
    let both = |access| Lists {
        access,
        default: acl.clone(),
    };
    let after = plain::protection(&both(acl.clone()), false).chmod(to, dialect);
    let entries = after.entries(dialect);
    let expected = (upstream.chmod)(acl, plain::mode(to));
    let shown = after.mode(dialect);
    let context = || format!("{}: {to:?} of {acl:?}", dialect.name);
    assert_eq!(
        plain::mode(shown),
        (upstream.mode)(&expected),
        "{}",
        context()
    );
    assert_eq!(
        shown.sticky(),
        to.sticky() && upstream.sticky,
        "{}",
        context()
    );
    assert_eq!(
        plain::lists(&entries),
        both(expected).sorted(),
        "{}",
        context()
    );
    1
}

/// An ACL of that shape: owner, owning group and others, a mask or not, and the first of the named entries. `perm` gives
/// the bits for each in turn.
fn acl(named: &[(Tag, &'static str)], masked: bool, mut perm: impl FnMut() -> u16) -> Acl<'static> {
    let base = [Tag::UserObj, Tag::GroupObj, Tag::Other].map(|tag| (tag, ""));
    let mask = masked.then_some((Tag::Mask, ""));
    let keys = base
        .iter()
        .copied()
        .chain(mask)
        .chain(named.iter().copied());
    keys.map(|(tag, name)| Entry {
        tag,
        name,
        bits: Bits::digit(perm()),
    })
    .collect()
}

/// Every shape: minimal, a mask by itself, one named entry, two.
fn shapes() -> Vec<(Vec<(Tag, &'static str)>, bool)> {
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

fn parent(default: &Acl<'_>) -> Protection {
    let access = plain::acl(&acl(&[], false, || 7));
    let default = (!default.is_empty()).then(|| plain::acl(default));
    Protection::from_parts(access, default, true)
}

/// A mode whose classes have all bits or none.
fn one_bit(set: usize) -> Mode {
    Mode::from_bits([0, 0o007, 0o070, 0o077, 0o700, 0o707, 0o770, 0o777][set])
}

/// A child's bits come from bits alike: read from read, write from write. So all bits set or none is all that an entry, a
/// mode or a umask can be for one of them, and everything else is exhausted.
#[test]
fn every_child_in_a_world_of_one_bit_is_the_oracles() {
    let mut compared = 0;
    for (named, masked) in shapes() {
        let entries = 3 + usize::from(masked) + named.len();
        for set in 0..1_u16 << entries {
            let mut bits = set;
            let default = acl(&named, masked, || {
                let perm = (bits & 1) * 7;
                bits >>= 1;
                perm
            });
            let parent = parent(&default);
            for rules in dialects()
                .iter()
                .filter(|(_, upstream)| upstream.has(&default))
            {
                for (asked, umask) in (0..64).map(|sets| (one_bit(sets / 8), one_bit(sets % 8))) {
                    compared += compare_child(&parent, &default, (asked, umask), rules);
                }
            }
        }
    }
    println!("small world: {compared} children of one bit compared");
    assert_eq!(compared, (4 * (8 + 4 * 32 + 6 * 64) + 3 * 16) * 64 * 2);
}

/// The bits beside each other: every mode under some umasks and some ACLs, in which every entry has each permission once.
#[test]
fn every_mode_of_a_child_is_the_oracles() {
    let umasks = [0, 0o002, 0o022, 0o027, 0o077, 0o137, 0o654, 0o777].map(Mode::from_bits);
    let mut defaults = vec![Acl::new()];
    for (named, masked) in [
        (vec![], false),
        (vec![], true),
        (vec![(Tag::User, "a"), (Tag::Group, "g")], true),
    ] {
        defaults.extend((0..8).map(|first| {
            let mut perm = first;
            acl(&named, masked, || {
                perm += 3;
                perm % 8
            })
        }));
    }
    let mut compared = 0;
    for default in &defaults {
        let parent = parent(default);
        for rules in dialects()
            .iter()
            .filter(|(_, upstream)| upstream.has(default))
        {
            for asked in (0..0o2000).map(Mode::from_bits) {
                for umask in umasks {
                    compared += compare_child(&parent, default, (asked, umask), rules);
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
    for (named, masked) in shapes() {
        for first in 0..8 {
            let mut perm = first;
            let acl = acl(&named, masked, || {
                perm += 3;
                perm % 8
            });
            for rules in dialects().iter().filter(|(_, upstream)| upstream.has(&acl)) {
                for to in (0..0o2000).map(Mode::from_bits) {
                    compared += compare_chmod(&acl, to, rules);
                }
            }
        }
    }
    println!("small world: {compared} changes of mode compared");
    assert_eq!(compared, (4 * 11 + 3) * 8 * 0o2000);
}
