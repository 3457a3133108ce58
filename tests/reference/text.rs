//! ACL text.

use std::collections::HashSet;

use bailiwick::acl::{AclSpec, Dialect, Entry, Getfacl, Scope, Setfacl};

use crate::cases::{Cases, array, list, text};

#[test]
fn alluxio_acl_entry() {
    let mut cases = Cases::load("alluxio_acl_entry.json");
    for entry in list(&cases.root.clone(), "round_trip") {
        let spec = AclSpec::parse(entry, &Dialect::ALLUXIO).unwrap();
        assert_eq!(spec.to_string(), entry);
        assert_eq!(spec.entries().len(), 1);
        cases.pass();
    }
    for case in array(&cases.root.clone(), "invalid") {
        match case["input"].as_str() {
            Some(input) => {
                let spec = AclSpec::parse(input, &Dialect::ALLUXIO);
                assert!(spec.is_err(), "{input:?} {spec:?}");
                cases.pass();
            }
            None => cases.skip("null", "the argument cannot be null here"),
        }
    }
    cases.finish(48);
}

/// As HDFS prints an entry, which may have no permission.
fn hdfs_text(entry: &Entry, with_permission: bool) -> String {
    match with_permission {
        true => entry.to_string(),
        false => {
            let scope = if entry.scope == Scope::Default {
                "default:"
            } else {
                ""
            };
            format!("{scope}{}:", entry.tag)
        }
    }
}

fn read(spec: &str, with_permission: bool) -> Result<Vec<String>, String> {
    let spec = match with_permission {
        true => AclSpec::parse(spec, &Dialect::HDFS),
        false => AclSpec::parse_removal(spec, &Dialect::HDFS),
    };
    let spec = spec.map_err(|error| error.to_string())?;
    Ok(spec
        .entries()
        .iter()
        .map(|e| hdfs_text(e, with_permission))
        .collect())
}

#[test]
fn hdfs_acl_spec_parse() {
    let mut cases = Cases::load("hdfs_acl_spec_parse.json");
    let root = cases.root.clone();
    for case in array(&root, "parse_spec") {
        let result = read(
            text(case, "spec"),
            case["include_permission"].as_bool().unwrap(),
        );
        match case["error"].as_str() {
            Some(_) => assert!(result.is_err(), "{case}"),
            None => assert_eq!(result.unwrap(), list(case, "entries"), "{case}"),
        }
        cases.pass();
    }
    for case in array(&root, "to_string") {
        assert_eq!(
            read(text(case, "entry"), true).unwrap(),
            [text(case, "out")]
        );
        cases.pass();
    }
    for case in array(&root, "cli_must_fail") {
        let args = list(case, "args");
        let (command, words) = args.split_first().unwrap();
        let failed = match *command {
            "-setfacl" => Setfacl::parse(words, &Dialect::HDFS).is_err(),
            "-getfacl" => Getfacl::parse(words, &Dialect::HDFS).is_err(),
            other => panic!("{other}"),
        };
        assert!(failed, "{case}");
        cases.pass();
    }
    for case in array(&root, "from_code") {
        let result = read(text(case, "spec"), true);
        match (text(case, "spec"), case["out"].as_str()) {
            ("mask:x:rwx", _) => {
                // Upstream refuses it when it is applied.
                assert!(
                    result
                        .unwrap_err()
                        .contains("subject for mask and other must be empty")
                );
            }
            (_, Some(out)) => assert_eq!(result.unwrap(), [out]),
            (_, None) => assert!(result.is_err(), "{case}"),
        }
        cases.pass();
    }
    cases.finish(21);
}

/// Why we refuse what upstream reads, if we should.
fn refused_here(entries: &[&str]) -> Option<&'static str> {
    let mut seen = HashSet::new();
    for entry in entries {
        let entry = entry
            .strip_prefix("default:")
            .map_or((false, *entry), |rest| (true, rest));
        let mut parts = entry.1.split(':');
        let (of, name) = (parts.next().unwrap(), parts.next().unwrap());
        if !seen.insert((entry.0, of, name)) {
            return Some("an entry may not stand twice");
        }
        if !name.is_empty() && matches!(of, "mask" | "other") {
            return Some("a mask or others with a name are refused when read, not when applied");
        }
        if name.contains(['=', '/']) || name.trim() != name {
            return Some("it is no name here");
        }
    }
    entries
        .is_empty()
        .then_some("a spec without entries is refused")
}

#[test]
fn hdfs_acl_spec_observed() {
    let mut cases = Cases::load("hdfs_acl_spec_observed.json");
    for case in array(&cases.root.clone(), "cases") {
        let spec = text(case, "spec");
        let result = read(spec, case["include_permission"].as_bool().unwrap());
        if case["error"].is_string() {
            assert!(result.is_err(), "{case} {result:?}");
            cases.pass();
            continue;
        }
        let expected = list(case, "entries");
        match refused_here(&expected) {
            Some(reason) => {
                assert!(result.is_err(), "{case} {result:?}");
                cases.skip(&format!("{spec:?}"), reason);
            }
            None => {
                assert_eq!(result.unwrap(), expected, "{case}");
                cases.pass();
            }
        }
    }
    cases.finish(334);
}
