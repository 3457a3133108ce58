//! Who may use a service.

use std::str::FromStr;

use bailiwick::authz::{AccessList, StaticGroups};
use bailiwick::identity::{GroupName, Groups, Mechanism, Subject, UserName};

use crate::cases::{Cases, array, list, text};
use crate::impersonation::Down;

fn member(user: &str, groups: &[&str]) -> Subject {
    let groups: Groups = groups.iter().map(|g| GroupName::new(g).unwrap()).collect();
    Subject::asserted(UserName::new(user).unwrap(), groups, Mechanism::Simple)
}

/// `+u`, `-u`, `+g` and `-g`.
fn change(acl: &mut AccessList, op: &str, name: &str) -> Result<(), String> {
    let user = || UserName::new(name).map_err(|error| error.to_string());
    let group = || GroupName::new(name).map_err(|error| error.to_string());
    let changed = match op {
        "+u" => acl.add_user(user()?),
        "-u" => acl.remove_user(&user()?),
        "+g" => acl.add_group(group()?),
        "-g" => acl.remove_group(&group()?),
        _ => panic!("{op}"),
    };
    changed.map_err(|error| error.to_string())
}

#[test]
fn service_acl() {
    let mut cases = Cases::load("service_acl.json");
    let root = cases.root.clone();
    for case in array(&root, "parse") {
        let acl: AccessList = text(case, "acl").parse().unwrap();
        assert_eq!(
            acl.is_everyone(),
            case["all_allowed"].is_boolean(),
            "{case}"
        );
        if !acl.is_everyone() {
            let users: Vec<_> = acl.users().map(UserName::as_str).collect();
            let groups: Vec<_> = acl.groups().map(GroupName::as_str).collect();
            assert_eq!((users, groups), (list(case, "users"), list(case, "groups")));
        }
        cases.pass();
    }
    for case in array(&root, "to_string") {
        let acl: AccessList = text(case, "acl").parse().unwrap();
        assert_eq!(acl.describe().to_string(), text(case, "out"));
        cases.pass();
    }
    for case in array(&root, "acl_string") {
        let mut acl = AccessList::nobody();
        for op in list(case, "ops") {
            let (op, name) = op.split_once(' ').unwrap();
            change(&mut acl, op, name).unwrap();
        }
        assert_eq!(acl.to_string(), text(case, "out"));
        cases.pass();
    }
    for case in array(&root, "allowed") {
        let acl: AccessList = text(case, "acl").parse().unwrap();
        for (principal, allowed) in case["principals"].as_object().unwrap() {
            let (user, _) = principal.split_once('@').unwrap();
            let groups = list(&root["groups"], user);
            let allowed = allowed == 1;
            assert_eq!(
                acl.allows(&member(user, &groups)),
                allowed,
                "{principal} {case}"
            );
            let mapping = StaticGroups::from_str(&format!("{user}={}", groups.join(","))).unwrap();
            let user = UserName::new(user).unwrap();
            assert_eq!(
                acl.allows_user(&user, &mapping),
                Ok(allowed),
                "{principal} {case}"
            );
        }
        cases.pass();
    }
    // `wildcard_ops` and `note`, which are sentences.
    let mut everyone = AccessList::everyone();
    for op in ["+u", "-u", "+g", "-g"] {
        for name in ["*", " * "] {
            assert!(change(&mut AccessList::nobody(), op, name).is_err());
            assert!(change(&mut everyone, op, name).is_err());
        }
        change(&mut everyone, op, "drwho").unwrap();
        assert_eq!(everyone.to_string(), "*");
    }
    let drwho = UserName::new("drwho").unwrap();
    assert_eq!(AccessList::nobody().allows_user(&drwho, &Down), Ok(false));
    assert_eq!(everyone.allows_user(&drwho, &Down), Ok(true));
    let by_group: AccessList = " g".parse().unwrap();
    assert!(by_group.allows_user(&drwho, &Down).is_err());
    cases.finish(27);
}

/// What Hadoop's own class said about random lists.
#[test]
fn access_list_observed() {
    let mut cases = Cases::load("access_list_observed.json");
    let rows = array(&cases.root, "cases").to_vec();
    let mut named_strangely = 0;
    for row in &rows {
        let mut acl: AccessList = match text(row, "acl").parse() {
            Ok(acl) => acl,
            Err(error) => {
                // White space within a name that is no blank.
                assert!(text(row, "string").contains('\t'), "{row}: {error}");
                named_strangely += 1;
                cases.pass();
                continue;
            }
        };
        // Hadoop takes a `*` beside names for a name, and prints what it would not read again.
        let (print, string) = (text(row, "print"), text(row, "string"));
        let named_star = string != "*" && string.split([',', ' ']).any(|item| item == "*");
        if !named_star {
            assert_eq!(acl.describe().to_string(), print, "{row}");
            assert_eq!(acl.to_string(), string, "{row}");
        }
        assert_eq!(acl.to_string().parse().as_ref(), Ok(&acl), "{row}");
        for check in array(row, "checks") {
            let (user, groups) = (text(check, "user"), list(check, "groups"));
            if named_star && (user == "*" || groups.contains(&"*")) {
                continue;
            }
            let subject = member(user, &groups);
            assert_eq!(
                acl.allows(&subject),
                check["allowed"].as_bool().unwrap(),
                "{check} {row}"
            );
        }
        for op in array(row, "ops") {
            let changed = change(&mut acl, text(op, "op"), text(op, "name"));
            match op["error"].as_str() {
                None => assert_eq!(changed, Ok(()), "{op} {row}"),
                // With blanks around it, it is no name to begin with.
                Some(_) if text(op, "name") == " * " => assert!(changed.is_err()),
                Some(error) => {
                    let error = error.strip_prefix("IllegalArgumentException: ").unwrap();
                    assert_eq!(changed, Err(error.to_owned()));
                }
            }
            assert!(
                named_star || acl.to_string() == text(op, "then"),
                "{op} {row}"
            );
        }
        cases.pass();
    }
    assert!(named_strangely < rows.len() / 5, "{named_strangely}");
    cases.finish(rows.len());
}
