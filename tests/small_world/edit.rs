//! Every request of one or two entries on every small ACL: modify, remove, set, remove all.
//!
//! Two permissions stand for all eight: an edit copies bits or takes their union, each of the three alike and by itself, so
//! that two permissions without a common bit show every origin that a bit can have.

use std::collections::BTreeMap;
use std::thread;

use bailiwick::acl::{AclError, AclSpec, Dialect, Kind, LoneMask, Protection, Scope};

use crate::oracle::edit::{Change, Lists, Refused, Verb};
use crate::oracle::{Acl, Bits, Entry, Tag, Upstream, find, names_somebody};
use crate::{DIALECTS, plain};

const PERMS: [u16; 2] = [0o4, 0o3];

/// What an entry is for: default or access ACL, tag, name.
type Key = (bool, Tag, &'static str);

const NAMED: [Key; 4] = [
    (false, Tag::User, "a"),
    (false, Tag::User, "b"),
    (false, Tag::Group, "g"),
    (false, Tag::Group, "h"),
];
const BASE: [Key; 3] = [
    (false, Tag::UserObj, ""),
    (false, Tag::GroupObj, ""),
    (false, Tag::Other, ""),
];
const MASK: Key = (false, Tag::Mask, "");

/// No key, each key, and each pair of keys.
fn up_to_two(keys: &[Key]) -> Vec<Vec<Key>> {
    let mut all = vec![vec![]];
    for (index, one) in keys.iter().enumerate() {
        all.push(vec![*one]);
        all.extend(keys[index + 1..].iter().map(|two| vec![*one, *two]));
    }
    all
}

fn change((default, tag, name): Key, digit: u16) -> Change<'static> {
    let bits = Bits::digit(digit);
    let entry = Entry { tag, name, bits };
    Change { default, entry }
}

/// Every way to give each of `keys` one of the permissions.
fn assignments(keys: &[Key]) -> Vec<Vec<Change<'static>>> {
    let Some((first, rest)) = keys.split_first() else {
        return vec![vec![]];
    };
    let mut all = Vec::new();
    for rest in assignments(rest) {
        for digit in PERMS {
            all.push([&[change(*first, digit)], rest.as_slice()].concat());
        }
    }
    all
}

/// Every ACL of up to two named entries. Owner and others have bits of their own, by which a copy is known.
fn acls(owner: u16, other: u16) -> Vec<Acl<'static>> {
    let mut all = Vec::new();
    for named in up_to_two(&NAMED) {
        let keys = [&[BASE[1]], named.as_slice()].concat();
        if named.is_empty() {
            all.extend(assignments(&keys));
        }
        all.extend(assignments(&[keys.as_slice(), &[MASK]].concat()));
    }
    let ends = [change(BASE[0], owner), change(BASE[2], other)];
    let acl = |changes: Vec<_>| changes.iter().chain(&ends).map(|c| c.entry).collect();
    all.into_iter().map(acl).collect()
}

/// One ACL of each shape, to stand beside all those of the other scope.
fn a_few(all: &[Acl<'static>]) -> Vec<Acl<'static>> {
    let shape = |acl: &Acl<'_>| (acl.len(), find(acl, Tag::Mask, "").is_some());
    let shapes: BTreeMap<_, _> = all.iter().map(|acl| (shape(acl), acl)).collect();
    shapes.into_values().cloned().collect()
}

/// An inode before the edit.
struct Before {
    lists: Lists<'static>,
    protection: Protection,
    kind: Kind,
}

fn inodes() -> Vec<Before> {
    let (access, default) = (acls(0o6, 0o1), acls(0o5, 0o2));
    let none = vec![Acl::new()];
    let few_access = a_few(&access);
    let few_default = [none.clone(), a_few(&default)].concat();
    let mut all = Vec::new();
    for (kind, access, default) in [
        (Kind::File, &access, &none),
        (Kind::Directory, &access, &few_default),
        (Kind::Directory, &few_access, &default),
    ] {
        for access in access {
            for default in default {
                let lists = Lists {
                    access: access.clone(),
                    default: default.clone(),
                };
                let protection = plain::protection(&lists, true);
                all.push(Before {
                    lists,
                    protection,
                    kind,
                });
            }
        }
    }
    all
}

/// A request, as the oracle reads it and as the library does.
struct Request {
    verb: Verb,
    changes: Vec<Change<'static>>,
    spec: AclSpec,
}

/// Every request of one or two entries of either scope; to set, also beside the base entries of the access ACL.
fn requests() -> Vec<Request> {
    let access = [BASE.as_slice(), &NAMED[..3], &[MASK]].concat();
    let default = access.iter().map(|(_, tag, name)| (true, *tag, *name));
    let keys: Vec<_> = access.iter().copied().chain(default).collect();
    let mut all = Vec::new();
    for keys in up_to_two(&keys) {
        let any_perms = assignments(&keys);
        if !keys.iter().any(|key| BASE.contains(key)) {
            let base = BASE.map(|key| change(key, PERMS[1]));
            let with_base = |changes: &Vec<_>| (Verb::Set, [&base, changes.as_slice()].concat());
            all.extend(any_perms.iter().map(with_base));
        }
        if !keys.is_empty() {
            // To remove an entry, its permission does not matter.
            all.push((Verb::Remove, any_perms[0].clone()));
            for verb in [Verb::Modify, Verb::Set] {
                all.extend(any_perms.iter().map(|changes| (verb, changes.clone())));
            }
        }
    }
    let request = |(verb, changes): (Verb, Vec<Change<'static>>)| Request {
        verb,
        spec: plain::spec(&changes),
        changes,
    };
    all.into_iter().map(request).collect()
}

fn apply(
    to: &Protection,
    kind: Kind,
    request: &Request,
    dialect: &Dialect,
) -> Result<Protection, AclError> {
    match request.verb {
        Verb::Modify => to.modify(&request.spec, kind, dialect),
        Verb::Remove => to.remove(&request.spec, kind, dialect),
        Verb::Set => to.set(&request.spec, kind, dialect),
    }
}

/// What must hold of every protection, whatever led to it.
fn check_invariants(lists: &Lists<'_>, kind: Kind, dialect: &Dialect) {
    assert!(kind == Kind::Directory || lists.default.is_empty());
    for (list, may_be_empty) in [(&lists.access, false), (&lists.default, true)] {
        if list.is_empty() && may_be_empty {
            continue;
        }
        for (_, tag, name) in BASE {
            assert!(find(list, tag, name).is_some(), "{tag:?} is missing");
        }
        for pair in list.windows(2) {
            assert!(
                (pair[0].tag, pair[0].name) < (pair[1].tag, pair[1].name),
                "twice: {pair:?}"
            );
        }
        let masked = find(list, Tag::Mask, "").is_some();
        let lone = masked && dialect.lone_mask == LoneMask::Kept;
        assert_eq!(masked, names_somebody(list) || lone, "mask: {list:?}");
        assert!(list.len() <= dialect.max_entries.unwrap_or(usize::MAX));
    }
}

/// Compares one edit; says why it was refused, if it was.
fn compare(
    before: &Before,
    request: &Request,
    dialect: &Dialect,
    upstream: &Upstream,
) -> Option<Refused> {
    let Before {
        lists,
        protection,
        kind,
    } = before;
    let context = || {
        let Request { verb, spec, .. } = request;
        format!(
            "{}: {verb:?} {spec} of {kind:?} {:?}",
            dialect.name,
            protection.entries(dialect)
        )
    };
    let expected = (upstream.edit)(
        lists,
        request.verb,
        &request.changes,
        *kind == Kind::Directory,
    );
    let after = match apply(protection, *kind, request, dialect) {
        Ok(after) => after,
        Err(error) => {
            let reason = refused(&error);
            let wrong = expected.as_ref().err();
            let named = wrong.is_some_and(|wrong| wrong.contains(&reason));
            assert!(named, "{}: {error}, not {expected:?}", context());
            return Some(reason);
        }
    };
    let entries = after.entries(dialect);
    let found = plain::lists(&entries);
    assert_eq!(
        Ok(&found),
        expected.map(Lists::sorted).as_ref(),
        "{}",
        context()
    );
    check_invariants(&found, *kind, dialect);
    assert!(after.is_sticky(), "{}", context());
    // Once more changes nothing more.
    let again = apply(&after, *kind, request, dialect);
    assert_eq!(again.as_ref(), Ok(&after), "twice: {}", context());
    None
}

fn refused(error: &AclError) -> Refused {
    match error {
        AclError::MissingBase { .. } | AclError::RemoveBase { .. } => Refused::Base,
        AclError::MaskRequired => Refused::Mask,
        AclError::DefaultOnFile => Refused::File,
        AclError::TooManyEntries { .. } => Refused::Limit,
        other => panic!("an edit is not refused for {other}"),
    }
}

/// The inodes that an upstream can have.
fn of<'a>(upstream: &Upstream, inodes: &'a [Before]) -> impl Iterator<Item = &'a Before> {
    inodes
        .iter()
        .filter(|before| upstream.has(&before.lists.access) && upstream.has(&before.lists.default))
}

#[test]
fn every_edit_in_the_small_world_is_the_oracles() {
    let (inodes, requests) = (inodes(), requests());
    let compare_all = |dialect: &Dialect, upstream: &Upstream| {
        let mut refusals = BTreeMap::new();
        for before in of(upstream, &inodes) {
            for request in &requests {
                let refused = compare(before, request, dialect, upstream);
                *refusals.entry(refused).or_insert(0_usize) += 1;
            }
        }
        refusals
    };
    thread::scope(|scope| {
        let threads = DIALECTS.each_ref().map(|(dialect, upstream)| {
            (
                dialect,
                upstream,
                scope.spawn(|| compare_all(dialect, upstream)),
            )
        });
        for (dialect, upstream, thread) in threads {
            let refusals = thread.join().unwrap();
            let count: usize = refusals.values().sum();
            println!(
                "small world: {}: {count} edits compared, by what they are refused for: {refusals:?}",
                dialect.name
            );
            assert_eq!(count, of(upstream, &inodes).count() * requests.len());
        }
    });
}

#[test]
fn removing_all_in_the_small_world_is_the_oracles() {
    let inodes = inodes();
    for (dialect, upstream) in &DIALECTS {
        for before in of(upstream, &inodes) {
            let Before {
                lists,
                protection,
                kind,
            } = before;
            let after = protection.remove_all(dialect);
            let entries = after.entries(dialect);
            let found = plain::lists(&entries);
            let name = dialect.name;
            assert_eq!(
                found,
                (upstream.remove_all)(lists).sorted(),
                "{name}: {lists:?}"
            );
            check_invariants(&found, *kind, dialect);
            let bare = protection.remove_default();
            let mut entries = protection.entries(dialect);
            entries.retain(|entry| entry.scope == Scope::Access);
            assert_eq!(bare.entries(dialect), entries, "{name}");
        }
    }
}
