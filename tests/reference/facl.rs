//! What setfacl does and getfacl prints.

use bailiwick::acl::{AclChange, AclSpec, Dialect, Getfacl, Kind, Mode, Protection, Setfacl, Tag};
use bailiwick::authz::{Attrs, Op, Policy};
use bailiwick::identity::{GroupName, UserName};

use crate::cases::{Cases, array, kind, list, subject, text};

#[test]
fn hdfs_getfacl_observed() {
    let mut cases = Cases::load("hdfs_getfacl_observed.json");
    let dialect = &Dialect::HDFS;
    for case in array(&cases.root.clone(), "cases") {
        let spec = AclSpec::parse(text(case, "entries"), dialect).unwrap();
        let sticky = case["sticky"].as_bool().unwrap();
        let bare = Protection::from(Mode::from_bits(if sticky { 0o1000 } else { 0 }));
        let inode = bare.set(&spec, kind(text(case, "type")), dialect).unwrap();
        let owner = UserName::new(text(case, "owner")).unwrap();
        let group = GroupName::new(text(case, "group")).unwrap();
        let listing = inode
            .getfacl("/some/path", &owner, &group, dialect)
            .to_string();
        assert_eq!(listing, text(case, "listing"), "{case}");
        // What is printed is read again.
        assert_eq!(AclSpec::parse_lines(&listing, dialect).unwrap(), spec);
        cases.pass();
    }
    cases.finish(60);
}

#[test]
fn hdfs_facl_commands_observed() {
    let mut cases = Cases::load("hdfs_facl_commands_observed.json");
    let dialect = &Dialect::HDFS;
    for case in array(&cases.root.clone(), "cases") {
        let args = list(case, "args");
        let (name, words) = args.split_first().unwrap();
        let Some(call) = case["call"].as_str() else {
            let error = match *name {
                "-getfacl" => Getfacl::parse(words, dialect).unwrap_err(),
                _ => Setfacl::parse(words, dialect).unwrap_err(),
            };
            assert!(!error.to_string().is_empty());
            cases.pass();
            continue;
        };
        if *name == "-getfacl" {
            let command = Getfacl::parse(words, dialect).unwrap();
            assert_eq!(command.recursive, words.contains(&"-R"));
            assert_eq!(command.paths, ["/p"]);
            cases.pass();
            continue;
        }
        if call.contains("mask:x:") {
            assert!(Setfacl::parse(words, dialect).is_err());
            cases.skip(
                call,
                "a mask with a name is refused when read, not when applied",
            );
            continue;
        }
        let command = Setfacl::parse(words, dialect).unwrap();
        assert_eq!(command.recursive, words.contains(&"-R"), "{case}");
        assert_eq!(command.paths, ["/p"], "{case}");
        // The command does to an inode what the call does that upstream makes for it.
        let mut words = call.splitn(3, ' ');
        let (verb, _, spec) = (words.next().unwrap(), words.next(), words.next());
        let read = |removal| match (removal, spec.unwrap()) {
            (true, spec) => AclSpec::parse_removal(spec, dialect).unwrap(),
            (false, spec) => AclSpec::parse(spec, dialect).unwrap(),
        };
        let change = match verb {
            "" => None,
            "modify" => Some(AclChange::Modify(read(false))),
            "remove" => Some(AclChange::Remove(read(true))),
            "set" => Some(AclChange::Set(read(false))),
            "remove_all" => Some(AclChange::RemoveAll),
            "remove_default" => Some(AclChange::RemoveDefault),
            other => panic!("{other}"),
        };
        let existing = "user:a:r-x,user:b:rw-,mask::rwx";
        let kind = kind(text(case, "type"));
        let existing = match kind {
            Kind::File => existing.to_owned(),
            Kind::Directory => format!("{existing},default:user:a:rwx,default:user:b:---"),
        };
        let existing = AclSpec::parse(&existing, dialect).unwrap();
        let inode = Protection::from(Mode::from_bits(0o750));
        let inode = inode.modify(&existing, kind, dialect).unwrap();
        let expected = match change {
            Some(change) => change.apply(&inode, kind, dialect),
            None => Ok(inode.clone()),
        };
        assert_eq!(command.apply(&inode, kind, dialect), expected, "{case}");
        cases.pass();
    }
    cases.finish(112);
}

fn entries(protection: &Protection) -> Vec<String> {
    let entries = protection.entries(&Dialect::ALLUXIO);
    entries.iter().map(ToString::to_string).collect()
}

fn modified(mode: u16, kind: Kind, spec: &str) -> Protection {
    let dialect = &Dialect::ALLUXIO;
    let spec = AclSpec::parse(spec, dialect).unwrap();
    Protection::from(Mode::from_bits(mode))
        .modify(&spec, kind, dialect)
        .unwrap()
}

#[test]
fn alluxio_setfacl() {
    let mut cases = Cases::load("alluxio_setfacl.json");
    let dialect = &Dialect::ALLUXIO;
    let umask = Mode::from_bits(0o022);
    let mut parent = None;
    for case in array(&cases.root.clone(), "cases") {
        let id = text(case, "id");
        match id {
            "setfacl(1)" | "setfacl(2)" | "setDefaultFacl(dir)" => {
                let (kind, mode) = match text(case, "target") {
                    "file 0644" => (Kind::File, 0o644),
                    "dir 0755" => (Kind::Directory, 0o755),
                    other => panic!("{other}"),
                };
                let mut inode = Protection::from(Mode::from_bits(mode));
                for step in array(case, "steps") {
                    let words: Vec<_> = step.as_array().unwrap()[1..]
                        .iter()
                        .map(|word| word.as_str().unwrap())
                        .chain(["/path"])
                        .collect();
                    let command = Setfacl::parse(&words, dialect).unwrap();
                    inode = command.apply(&inode, kind, dialect).unwrap();
                }
                assert_eq!(entries(&inode), list(case, "entries"), "{id}");
                parent = Some(inode);
            }
            "setDefaultFacl(child dir)" => {
                let child = parent.as_ref().unwrap().child(
                    Kind::Directory,
                    Mode::from_bits(0o777),
                    umask,
                    dialect,
                );
                assert_eq!(entries(&child), list(case, "entries"), "{id}");
                parent = Some(child);
            }
            "setDefaultFacl(grandchild file)" => {
                let requested = Mode::from_bits(0o666);
                let child = parent
                    .as_ref()
                    .unwrap()
                    .child(Kind::File, requested, umask, dialect);
                assert_eq!(entries(&child), list(case, "entries"), "{id}");
            }
            "inheritExtendedDefaultAcl" | "inheritNonExtendedDefaultAcl" => {
                let (_, spec) = text(case, "target").rsplit_once(' ').unwrap();
                let directory = modified(0o755, Kind::Directory, spec);
                let requested = Mode::from_bits(0o777);
                let child = directory.child(Kind::Directory, requested, umask, dialect);
                for part in ["access_contains", "default_contains"] {
                    let expected = text(case, part).to_owned();
                    assert!(entries(&child).contains(&expected), "{id} {child:?}");
                }
            }
            "setAclWithoutOwner" | "setAclNestedWithoutOwner" => ownership(id),
            "removeExtendedAclMask" | "removeExtendedDefaultAclMask" => {
                let mut inode = Protection::from(Mode::from_bits(0o755));
                for step in list(case, "steps") {
                    let (action, outcome) = step.split_once(" -> ").unwrap();
                    let (verb, spec) = action.split_once(' ').unwrap();
                    // Upstream's Java interface takes a permission with a removal, and does not look at it.
                    let spec = AclSpec::parse(spec, dialect).unwrap();
                    let change = match verb {
                        "MODIFY" => AclChange::Modify(spec),
                        "REMOVE" => AclChange::Remove(spec),
                        other => panic!("{other}"),
                    };
                    match (change.apply(&inode, Kind::Directory, dialect), outcome) {
                        (Ok(changed), "ok") => inode = changed,
                        (Err(error), "IOException containing \"mask\"") => {
                            assert!(error.to_string().contains("mask"), "{error}");
                        }
                        (result, _) => panic!("{id} {step}: {result:?}"),
                    }
                }
            }
            other => panic!("{other}"),
        }
        cases.pass();
    }
    cases.finish(11);
}

/// `userA` may not change what `userB` owns; in a tree, nothing of it may be changed then.
fn ownership(id: &str) {
    let policy = Policy::new(Dialect::ALLUXIO);
    let (user_a, user_b) = (
        UserName::new("userA").unwrap(),
        UserName::new("userB").unwrap(),
    );
    let group = GroupName::new("group").unwrap();
    let subject = subject(&policy, "userA", &[]);
    let open = Protection::from(Mode::from_bits(0o777));
    let attrs = |kind, owner| Attrs::new(kind, owner, &group, &open);
    let (mine, theirs) = (attrs(Kind::Directory, &user_a), attrs(Kind::File, &user_b));
    let root = policy
        .walk(&subject)
        .enter(attrs(Kind::Directory, &user_b))
        .unwrap();
    let tree = match id {
        "setAclWithoutOwner" => vec![root.check(Op::SetAcl, Some(theirs)).is_ok()],
        _ => vec![
            root.check(Op::SetAcl, Some(mine)).is_ok(),
            root.enter(mine)
                .unwrap()
                .check(Op::SetAcl, Some(theirs))
                .is_ok(),
        ],
    };
    assert_eq!(tree.last(), Some(&false), "{id}");
    assert!(tree.iter().rev().skip(1).all(|allowed| *allowed), "{id}");
}

#[test]
fn alluxio_getfacl_prints_a_header_and_the_entries() {
    let spec = "user:bob:rwx,group:eng:r--,mask::r--,default:user:bob:r--";
    let directory = modified(0o1755, Kind::Directory, spec);
    let (owner, group) = (
        UserName::new("al ice").unwrap(),
        GroupName::new("staff").unwrap(),
    );
    let listing = directory
        .getfacl("/a b", &owner, &group, &Dialect::ALLUXIO)
        .to_string();
    let mut lines = listing.lines();
    for line in ["# file: /a b", "# owner: al ice", "# group: staff"] {
        assert_eq!(lines.next(), Some(line));
    }
    assert_eq!(lines.collect::<Vec<_>>(), entries(&directory));
    assert!(listing.ends_with("default:mask::---\n") && !listing.ends_with("\n\n"));
    assert!(
        directory
            .entries(&Dialect::ALLUXIO)
            .iter()
            .any(|e| e.tag == Tag::Mask)
    );
}
