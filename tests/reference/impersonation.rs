//! Who may act for whom, and from where.

use std::net::IpAddr;
use std::str::FromStr;

use bailiwick::authz::{HostList, Impersonation, ImpersonationError, StaticGroups};
use bailiwick::identity::UserName;

use crate::cases::{Cases, array, list, text};

#[test]
fn alluxio_impersonation() {
    let mut cases = Cases::load("alluxio_impersonation.json");
    let groups = cases.root["group_mapping"].as_object().unwrap();
    let groups: Vec<_> = groups
        .keys()
        .map(|user| {
            format!(
                "{user}={}",
                list(&cases.root["group_mapping"], user).join(",")
            )
        })
        .collect();
    let groups = StaticGroups::from_str(&groups.join(";")).unwrap();
    for case in array(&cases.root.clone(), "cases") {
        let (real, target) = (text(case, "connection_user"), text(case, "target"));
        let key = |kind: &str| format!("alluxio.master.security.impersonation.{real}.{kind}");
        let (users, in_groups) = (key("users"), key("groups"));
        let properties = [
            (users.as_str(), case["users"].as_str()),
            (in_groups.as_str(), case["groups"].as_str()),
        ];
        let rules = Impersonation::alluxio(
            properties
                .into_iter()
                .filter_map(|(key, value)| Some((key, value?))),
        )
        .unwrap();
        let (real, target) = (UserName::new(real).unwrap(), UserName::new(target).unwrap());
        let result = rules.authorize(&real, &target, &groups, None);
        assert_eq!(result.is_ok(), text(case, "expect") == "allow", "{case}");
        if let Err(error) = result {
            let none = case["users"].is_null() && case["groups"].is_null();
            let form = text(
                &cases.root["messages_from_code"],
                if none {
                    "none_configured"
                } else {
                    "not_allowed"
                },
            );
            let expected = form
                .replace("{conn}", real.as_str())
                .replace("{imp}", target.as_str());
            let (expected, _) = expected.split_once("{url}").unwrap();
            assert!(
                error.to_string().starts_with(expected),
                "{error}\n{expected}"
            );
        }
        cases.pass();
    }
    for case in array(&cases.root.clone(), "client_side") {
        cases.skip(text(case, "id"), "the client side comes with SASL");
    }
    cases.finish(14);
}

#[test]
fn proxy_users() {
    let mut cases = Cases::load("proxy_users.json");
    for case in array(&cases.root.clone(), "cases") {
        let id = text(case, "id");
        match id {
            "testNullUser" | "testProxyUsersWithNullPrefix" => {
                cases.skip(id, "the argument cannot be null here");
                continue;
            }
            "testNullIpAddress" => {
                cases.skip(
                    id,
                    "an unknown address is no error here; it is refused unless the rule says *",
                );
                continue;
            }
            "testProxyUsersWithEmptyPrefix" => {
                assert!(Impersonation::hadoop("", []).is_err());
                cases.pass();
                continue;
            }
            _ => {}
        }
        let prefix = case["prefix"].as_str().unwrap_or("hadoop.proxyuser");
        let real = case["real_user"].as_str().unwrap_or("proxier");
        let properties: Vec<_> = ["users", "groups", "hosts"]
            .iter()
            .filter_map(|kind| Some((format!("{prefix}.{real}.{kind}"), case[*kind].as_str()?)))
            .collect();
        let rules = Impersonation::hadoop(
            prefix,
            properties.iter().map(|(key, value)| (key.as_str(), *value)),
        )
        .unwrap();
        let Some(expect) = case["expect"].as_str() else {
            assert!(id.contains("Duplicate") || id.contains("Spaces"), "{case}");
            cases.pass(); // upstream counts entries; here it is enough that they are read
            continue;
        };
        let target = text(case, "target");
        let groups = StaticGroups::from_str(&format!(
            "{target}={}",
            list(case, "target_groups").join(",")
        ))
        .unwrap();
        let peer: IpAddr = text(case, "remote_ip").parse().unwrap();
        let (real, target) = (UserName::new(real).unwrap(), UserName::new(target).unwrap());
        let result = rules.authorize(&real, &target, &groups, Some(peer));
        assert_eq!(result.is_ok(), expect == "allow", "{case}: {result:?}");
        if let Err(ImpersonationError::Refused(refusal)) = result {
            let forms = ["user_denied", "host_denied"].map(|form| {
                text(&cases.root["messages"], form)
                    .replace("{real}", real.as_str())
                    .replace("{user}", target.as_str())
                    .replace("{addr}", &peer.to_string())
            });
            assert!(forms.contains(&refusal.to_string()), "{refusal}");
        }
        cases.pass();
    }
    cases.finish(34);
}

#[test]
fn machine_list() {
    let mut cases = Cases::load("machine_list.json");
    for case in array(&cases.root.clone(), "cases") {
        let id = text(case, "id");
        let resolve = |host: &str| match case["dns"][host].as_str() {
            Some(address) => Ok(vec![address.parse().unwrap()]),
            None => Err(std::io::Error::other("unknown host")),
        };
        let hosts = HostList::parse_with(text(case, "list"), resolve);
        match (hosts, case["included"].as_bool()) {
            (Ok(hosts), Some(included)) => {
                let peer = text(case, "ip").parse().unwrap();
                assert_eq!(hosts.includes(Some(peer)), included, "{case}");
                cases.pass();
            }
            (Ok(hosts), None) if case["ip"].is_null() && case["list"] != "10.241/24" => {
                assert!(!hosts.includes(None), "{case}");
                cases.skip(
                    id,
                    "an unknown address is no error here; it is refused unless the list says *",
                );
            }
            (Err(_), None) => cases.pass(),
            (hosts, _) => panic!("{case}: {hosts:?}"),
        }
    }
    cases.finish(61);
}
