//! Alluxio's permission checker and the operations of its master.

use bailiwick::acl::{Dialect, Kind, Mode, Perm, Protection};
use bailiwick::authz::{Attrs, Denied, Op, Policy, Rename, Walk};
use bailiwick::identity::{GroupName, Subject, UserName};
use serde_json::Value;

use crate::cases::{Cases, array, kind, list, subject, text};

struct Inode {
    path: String,
    kind: Kind,
    owner: UserName,
    group: GroupName,
    protection: Protection,
}

impl Inode {
    fn attrs(&self) -> Attrs<'_> {
        Attrs::new(self.kind, &self.owner, &self.group, &self.protection)
    }
}

/// The inodes of a section, and what a case sets up besides.
fn inodes(section: &Value, case: &Value) -> Vec<Inode> {
    let given = section["inodes"].as_object().unwrap().iter();
    let mut inodes: Vec<_> = given
        .map(|(path, value)| Inode {
            path: path.clone(),
            kind: kind(text(value, "type")),
            owner: UserName::new(text(value, "owner")).unwrap(),
            group: GroupName::new(text(value, "group")).unwrap(),
            protection: Mode::parse_octal(text(value, "mode")).unwrap().into(),
        })
        .collect();
    if let Some(setup) = case["setup"].as_str() {
        // "file user1:group1 mode 0600 (umask 066)", "file user1:group1 created with umask 066"
        let words: Vec<_> = setup.split([' ', '(', ')', ':']).collect();
        let mode = match words.iter().position(|word| *word == "mode") {
            Some(at) => Mode::parse_octal(words[at + 1]).unwrap(),
            None => {
                let umask = words.iter().position(|word| *word == "umask").unwrap();
                let umask = Mode::parse_octal(words[umask + 1]).unwrap();
                Mode::from_bits(0o666).without(umask)
            }
        };
        inodes.push(Inode {
            path: text(case, "path").to_owned(),
            kind: kind(words[0]),
            owner: UserName::new(words[1]).unwrap(),
            group: GroupName::new(words[2]).unwrap(),
            protection: mode.into(),
        });
    }
    inodes
}

fn find<'a>(inodes: &'a [Inode], path: &str) -> Option<Attrs<'a>> {
    let inode = inodes.iter().find(|inode| inode.path == path)?;
    Some(inode.attrs())
}

/// The directories above `path` that exist, the root first, and the inode itself.
fn resolve<'a>(inodes: &'a [Inode], path: &str) -> (Vec<Attrs<'a>>, Option<Attrs<'a>>) {
    let above = path.match_indices('/').map(|(at, _)| &path[..at.max(1)]);
    let mut way: Vec<_> = above.map_while(|prefix| find(inodes, prefix)).collect();
    if path == "/" {
        return (Vec::new(), way.pop());
    }
    (way, find(inodes, path))
}

fn policy() -> Policy {
    Policy::new(Dialect::ALLUXIO)
        .with_super_user(UserName::new("admin").unwrap())
        .with_super_group(GroupName::new("test-supergroup").unwrap())
}

fn asker(policy: &Policy, section: &Value, case: &Value) -> Subject {
    let user = text(case, "user");
    subject(policy, user, &list(&section["groups"], user))
}

fn walk<'a>(
    policy: &'a Policy,
    subject: &'a Subject,
    way: &[Attrs<'a>],
) -> Result<Walk<'a>, Denied<'a>> {
    policy.walk(subject).enter_all(way.iter().copied())
}

/// Asks one operation of one path, and of everything below it if it is recursive.
fn ask<'a>(
    policy: &'a Policy,
    subject: &'a Subject,
    inodes: &'a [Inode],
    op: Op<'a>,
    path: &str,
    recursive: bool,
) -> Result<(), String> {
    let (way, target) = resolve(inodes, path);
    let walk = walk(policy, subject, &way).map_err(|denied| denied.message(path).to_string())?;
    let Some(target) = target.filter(|_| recursive) else {
        let answer = walk.check(op, target);
        return answer
            .map(|_| ())
            .map_err(|denied| denied.message(path).to_string());
    };
    let tree = walk
        .check_tree(op, target, true)
        .map_err(|denied| denied.message(path).to_string())?;
    for inode in inodes
        .iter()
        .filter(|inode| inode.path.starts_with(&format!("{path}/")))
    {
        tree.check(target, inode.attrs(), false)
            .map_err(|denied| denied.message(&inode.path).to_string())?;
    }
    Ok(())
}

/// The operations a case names, as ours: a path each.
fn operations<'a>(
    case: &'a Value,
    names: &'a (UserName, GroupName),
) -> Vec<(Op<'a>, &'a str, bool)> {
    let path = text(case, "path");
    let op = text(case, "op");
    let recursive = op.contains(" -R ");
    let bits = || op.rsplit(' ').next().unwrap().parse::<Perm>().unwrap();
    let one = |op| vec![(op, path, recursive)];
    match op.split([' ', '(']).next().unwrap() {
        "create" => one(Op::Create),
        "mkdir" => one(Op::Mkdirs),
        "rename" => vec![
            (Op::RenameFrom(Rename::Within), path, false),
            (Op::RenameTo, text(case, "dst"), false),
        ],
        "delete" => one(Op::Delete),
        "chmod" => one(Op::SetPermission),
        "chown" => one(Op::SetOwner(names.0.as_ref())),
        "chgrp" => one(Op::SetGroup(names.1.as_ref())),
        "check_access" => one(Op::CheckAccess(bits())),
        // Pin and TTL are what a writer may change.
        "set_attribute" if op.contains("pinned") => one(Op::SetTimes),
        "set_attribute" => vec![
            (Op::SetOwner(names.0.as_ref()), path, false),
            (Op::SetGroup(names.1.as_ref()), path, false),
            (Op::SetPermission, path, false),
        ],
        // A file's id is for who may read it; upstream asks as for opening.
        _ => op
            .split(" and ")
            .map(|op| match op {
                "get_file_id" => (Op::Open, path, false),
                "get_status" => (Op::GetStatus, path, false),
                "list" => (Op::List, path, false),
                _ => panic!("{op} is no operation"),
            })
            .collect(),
    }
}

#[test]
fn alluxio_permission() {
    let mut cases = Cases::load("alluxio_permission.json");
    let policy = policy();
    let names = (
        UserName::new("user1").unwrap(),
        GroupName::new("group2").unwrap(),
    );
    let root = cases.root.clone();
    for case in array(&root["checker"], "cases") {
        let inodes = inodes(&root["checker"], case);
        let subject = asker(&policy, &root["checker"], case);
        let path = text(case, "path");
        let (way, target) = resolve(&inodes, path);
        let answer = match text(case, "op") {
            "check" => walk(&policy, &subject, &way).and_then(|walk| {
                walk.check(
                    Op::CheckAccess(case["access"].as_str().unwrap().parse().unwrap()),
                    target,
                )
            }),
            "check_parent" => {
                walk(&policy, &subject, &way).and_then(|walk| walk.check(Op::Create, None))
            }
            _ => {
                let bits = policy.effective(&subject, target.unwrap());
                assert_eq!(bits.to_string(), text(case, "bits"), "{case}");
                cases.pass();
                continue;
            }
        };
        compare(
            case,
            answer
                .map(|_| ())
                .map_err(|denied| denied.message(path).to_string()),
        );
        cases.pass();
    }
    for case in array(&root["master"], "cases") {
        let inodes = inodes(&root["master"], case);
        let subject = asker(&policy, &root["master"], case);
        let answer = operations(case, &names)
            .into_iter()
            .try_for_each(|(op, path, recursive)| {
                ask(&policy, &subject, &inodes, op, path, recursive)
            });
        compare(case, answer);
        cases.pass();
    }
    cases.finish(23 + 55);
}

fn compare(case: &Value, answer: Result<(), String>) {
    match text(case, "expect") {
        "allow" => assert_eq!(answer, Ok(()), "{case}"),
        // Permission passes, and then something else is in the way: not ours to say.
        "error" => assert_eq!(answer, Ok(()), "{case}"),
        _ => {
            let message = answer.unwrap_err();
            assert!(
                message.starts_with(text(case, "message_prefix")),
                "{case}: {message}"
            );
        }
    }
}
