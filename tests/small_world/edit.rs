//! Every request of one or two entries on every small ACL: modify, remove, set, remove all.
//!
//! Two permissions stand for all eight: an edit copies bits or takes their union, each of the three alike and by itself, so
//! that two permissions without a common bit show every origin that a bit can have.

use std::collections::BTreeMap;
use std::thread;

use bailiwick::acl::{AclSpec, Kind, Protection, Scope};

use crate::agree::{DIALECTS, Edit, Rules};
use crate::oracle::edit::{Change, Lists, Verb};
use crate::oracle::{Acl, Bits, Entry, Tag, find};
use crate::{agree, library};

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
                let protection = library::protection(&lists);
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

/// Every request of one or two entries of either scope; to set, also beside the base entries of the access ACL, and to
/// remove, beside those of the default ACL.
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
        // To remove an entry, its permission does not matter.
        let removed = &any_perms[0];
        let default_base = BASE.map(|(_, tag, name)| (true, tag, name));
        if !keys.iter().any(|key| default_base.contains(key)) {
            let base = default_base.map(|key| change(key, PERMS[0]));
            all.push((Verb::Remove, [&base, removed.as_slice()].concat()));
        }
        if !keys.is_empty() {
            all.push((Verb::Remove, removed.clone()));
            for verb in [Verb::Modify, Verb::Set] {
                all.extend(any_perms.iter().map(|changes| (verb, changes.clone())));
            }
        }
    }
    let request = |(verb, changes): (Verb, Vec<Change<'static>>)| Request {
        verb,
        spec: library::spec(&changes),
        changes,
    };
    all.into_iter().map(request).collect()
}

/// The inodes that an upstream can have.
fn of<'a>((_, upstream): &Rules, inodes: &'a [Before]) -> impl Iterator<Item = &'a Before> {
    let possible = |lists: &Lists<'_>| upstream.has(&lists.access) && upstream.has(&lists.default);
    inodes.iter().filter(move |before| possible(&before.lists))
}

#[test]
fn every_edit_in_the_small_world_is_the_oracles() {
    let (inodes, requests) = (inodes(), requests());
    let compare_all = |rules: &Rules| {
        let mut refusals = BTreeMap::new();
        for before in of(rules, &inodes) {
            for request in &requests {
                let edit = Edit {
                    protection: &before.protection,
                    kind: before.kind,
                    verb: request.verb,
                    spec: &request.spec,
                };
                let outcome = edit.compare(rules, &before.lists, &request.changes);
                *refusals.entry(outcome.err()).or_insert(0_usize) += 1;
            }
        }
        refusals
    };
    let refusals = thread::scope(|scope| {
        let threads = DIALECTS
            .each_ref()
            .map(|rules| scope.spawn(|| compare_all(rules)));
        threads.map(|thread| thread.join().unwrap())
    });
    for (rules, refusals) in DIALECTS.iter().zip(refusals) {
        let count: usize = refusals.values().sum();
        println!(
            "small world: {}: {count} edits compared, refused: {refusals:?}",
            rules.0.name
        );
        assert_eq!(count, of(rules, &inodes).count() * requests.len());
        assert_eq!(refusals.len(), 4, "three reasons to refuse, and none");
    }
}

#[test]
fn removing_all_in_the_small_world_is_the_oracles() {
    let inodes = inodes();
    for rules in &DIALECTS {
        for Before {
            lists, protection, ..
        } in of(rules, &inodes)
        {
            agree::on_remove_all(rules, protection, lists);
            let mut entries = protection.entries(&rules.0);
            entries.retain(|entry| entry.scope == Scope::Access);
            assert_eq!(protection.remove_default().entries(&rules.0), entries);
        }
    }
}
