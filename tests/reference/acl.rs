//! ACLs evaluated and edited.

use bailiwick::acl::{AclError, AclSpec, Dialect, Entry, Kind, Mode, Perm, Protection, Scope};
use bailiwick::authz::{Attrs, Op, Policy};
use bailiwick::identity::{GroupName, UserName};
use serde_json::Value;

use crate::cases::{Cases, array, kind, list, subject, text};

fn perm(text: &str) -> Perm {
    text.parse().unwrap()
}

/// A protection that has exactly these entries; without any for the access ACL, that one grants nothing.
fn protection(entries: &[&str]) -> Result<Protection, AclError> {
    let spec = AclSpec::parse(&entries.join(","), &Dialect::HDFS)?;
    let nothing = Protection::from(Mode::NONE).entries(&Dialect::HDFS);
    let access = spec.entries().iter().any(|e| e.scope == Scope::Access);
    let base = nothing.into_iter().filter(|_| !access);
    Protection::from_entries(base.chain(spec.entries().iter().cloned()), false)
}

#[test]
fn alluxio_acl_check() {
    let mut cases = Cases::load("alluxio_acl_check.json");
    let policy = Policy::new(Dialect::ALLUXIO);
    for scenario in array(&cases.root.clone(), "scenarios") {
        let acl = &scenario["acl"];
        let spec = AclSpec::parse(&list(acl, "entries").join(","), &Dialect::ALLUXIO).unwrap();
        let file = Protection::from(Mode::from_bits(0))
            .modify(&spec, Kind::File, &Dialect::ALLUXIO)
            .unwrap();
        if let Some(mask) = scenario["mask_after"].as_str() {
            assert_eq!(file.access().mask(), Some(perm(mask)), "{scenario}");
        }
        let (owner, group) = (
            UserName::new(text(acl, "owner")).unwrap(),
            GroupName::new(text(acl, "group")).unwrap(),
        );
        let attrs = Attrs::new(Kind::File, &owner, &group, &file);
        let granted = |check: &Value, wanted: Perm| {
            let subject = subject(&policy, text(check, "user"), &list(check, "groups"));
            policy
                .walk(&subject)
                .check(Op::CheckAccess(wanted), Some(attrs))
                .is_ok()
        };
        for check in scenario["checks"].as_array().into_iter().flatten() {
            // Upstream's test asks for each action alone.
            let wanted = perm(text(check, "access"));
            let each = [Perm::READ, Perm::WRITE, Perm::EXECUTE]
                .into_iter()
                .filter(|bit| wanted.contains(*bit));
            let allowed = each.into_iter().all(|bit| granted(check, bit));
            assert_eq!(allowed, text(check, "expect") == "allow", "{check}");
            cases.pass();
        }
        for check in scenario["permissions"].as_array().into_iter().flatten() {
            for bits in 0..8 {
                let wanted = Perm::from_bits(bits);
                assert_eq!(
                    granted(check, wanted),
                    perm(text(check, "bits")).contains(wanted),
                    "{check} {wanted}"
                );
            }
            cases.pass();
        }
    }
    for case in array(&cases.root.clone(), "mode") {
        if let Some(set) = case["set"].as_str() {
            let mode = Mode::parse_octal(set).unwrap();
            let file = Protection::from(Mode::from_bits(0o777)).chmod(mode, &Dialect::ALLUXIO);
            assert_eq!(
                file.mode(&Dialect::ALLUXIO),
                Mode::parse_octal(text(case, "get")).unwrap()
            );
        } else {
            let file = protection(&list(case, "entries")).unwrap();
            assert_eq!(
                file.mode(&Dialect::ALLUXIO),
                Mode::parse_octal(text(case, "mode")).unwrap()
            );
        }
        cases.pass();
    }
    cases.finish(30);
}

#[test]
fn hdfs_permission_checker() {
    let mut cases = Cases::load("hdfs_permission_checker.json");
    let policy = Policy::new(Dialect::HDFS)
        .with_super_user(UserName::new(text(&cases.root, "superuser")).unwrap())
        .with_super_group(GroupName::new(text(&cases.root, "supergroup")).unwrap());
    for scenario in array(&cases.root.clone(), "scenarios") {
        for check in array(scenario, "checks") {
            let path = text(check, "path");
            let mut inodes = Vec::new();
            for prefix in prefixes(path) {
                inodes.push(inode(&scenario["inodes"][prefix]));
            }
            let attrs: Vec<_> = inodes
                .iter()
                .map(|(kind, owner, group, p)| Attrs::new(*kind, owner, group, p))
                .collect();
            let (target, way) = attrs.split_last().unwrap();
            let subject = subject(&policy, text(check, "user"), &list(check, "groups"));
            let allowed = way
                .iter()
                .try_fold(policy.walk(&subject), |walk, directory| {
                    walk.enter(*directory)
                })
                .and_then(|walk| {
                    walk.check(Op::CheckAccess(perm(text(check, "access"))), Some(*target))
                })
                .is_ok();
            assert_eq!(
                allowed,
                text(check, "expect") == "allow",
                "{}: {check}",
                text(scenario, "id")
            );
            cases.pass();
        }
    }
    cases.finish(119);
}

/// `/`, `/a`, `/a/b` of `/a/b`.
fn prefixes(path: &str) -> Vec<&str> {
    let slashes = path.match_indices('/').map(|(index, _)| index).skip(1);
    let mut all = vec!["/"];
    all.extend(slashes.map(|index| &path[..index]));
    if path != "/" {
        all.push(path);
    }
    all
}

fn inode(value: &Value) -> (Kind, UserName, GroupName, Protection) {
    let protection = match value["acl"].as_array() {
        Some(_) => {
            // HDFS keeps the mask in the mode's group bits only.
            let mode = Mode::parse_octal(text(value, "mode")).unwrap();
            let mask = format!("mask::{}", mode.group());
            let mut entries = list(value, "acl");
            entries.retain(|entry| !entry.starts_with("default:")); // never evaluated
            if !entries.iter().any(|entry| entry.starts_with("mask:")) {
                entries.push(&mask);
            }
            protection(&entries).unwrap()
        }
        None => Protection::from(Mode::parse_octal(text(value, "mode")).unwrap()),
    };
    (
        kind(text(value, "type")),
        UserName::new(text(value, "owner")).unwrap(),
        GroupName::new(text(value, "group")).unwrap(),
        protection,
    )
}

#[test]
fn hdfs_acl_transformation() {
    let mut cases = Cases::load("hdfs_acl_transformation.json");
    let dialect = &Dialect::HDFS;
    for case in array(&cases.root.clone(), "cases") {
        let id = text(case, "id");
        let existing =
            protection(&list(case, "existing")).unwrap_or_else(|error| panic!("{id}: {error}"));
        let parse = || match list(case, "spec").join(",").as_str() {
            "" => AclSpec::new([]),
            spec => AclSpec::parse(spec, dialect),
        };
        let result = match text(case, "op") {
            "modify" => parse().and_then(|spec| existing.modify(&spec, Kind::Directory, dialect)),
            "set" => parse().and_then(|spec| existing.set(&spec, Kind::Directory, dialect)),
            "remove" => {
                // The cases write permissions here, which removal ignores in upstream's Java interface.
                let entries: Result<Vec<_>, _> = list(case, "spec")
                    .iter()
                    .map(|entry| removal(entry))
                    .collect();
                entries
                    .and_then(AclSpec::new)
                    .and_then(|spec| existing.remove(&spec, Kind::Directory, dialect))
            }
            _ => Ok(existing.remove_default()),
        };
        match (&result, case["expected"].as_array()) {
            (Ok(protection), Some(_)) => {
                let entries: Vec<_> = protection
                    .entries(dialect)
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                let mut expected: Vec<_> = list(case, "expected");
                let mut entries: Vec<_> = entries.iter().map(String::as_str).collect();
                expected.sort_unstable();
                entries.sort_unstable();
                assert_eq!(entries, expected, "{id}");
            }
            (Err(_), None) => assert_eq!(text(case, "error"), "AclException", "{id}"),
            _ => panic!("{id}: {result:?}"),
        }
        cases.pass();
    }
    cases.finish(55);
}

fn removal(entry: &str) -> Result<Entry, AclError> {
    let dialect = &Dialect::HDFS;
    let spec =
        AclSpec::parse_removal(entry, dialect).or_else(|_| AclSpec::parse(entry, dialect))?;
    Ok(spec.entries()[0].clone())
}
