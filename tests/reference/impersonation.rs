//! Who may act for whom, and from where.

use std::net::IpAddr;
use std::str::FromStr;

use std::time::Instant;

use bailiwick::authn::ClientActAs;
use bailiwick::authz::{
    GroupMapping, GroupsUnavailable, HostList, HostListError, HostNames, Impersonation,
    ResolveError, RuleError, StaticGroups,
};
use bailiwick::identity::{Groups, UserName};
use serde_json::Value;

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
        let hdfs_user = UserName::new(text(case, "hdfs_user")).unwrap();
        let setting = text(case, "login_impersonation_username");
        let act_as = ClientActAs::read(setting, Some(&hdfs_user));
        let expected = case["impersonation_user"].as_str();
        assert_eq!(act_as.user().map(UserName::as_str), expected, "{case}");
        let warned = matches!(act_as, ClientActAs::Ignored(_));
        assert_eq!(warned, case["note"].is_string(), "{case}");
        cases.pass();
    }
    // The third message: the rules ask for groups, and nobody knows them.
    let rules = [("alluxio.master.security.impersonation.conn.groups", "g")];
    let rules = Impersonation::alluxio(rules).unwrap();
    let (real, target) = (
        UserName::new("conn").unwrap(),
        UserName::new("imp").unwrap(),
    );
    let error = rules.authorize(&real, &target, &Down, None).unwrap_err();
    assert!(matches!(error, ResolveError::Unavailable(_)));
    let form = text(&cases.root["messages_from_code"], "groups_failed");
    let expected = form.replace("{conn}", "conn").replace("{imp}", "imp");
    assert_eq!(error.to_string(), expected);
    cases.finish(14);
}

/// A group service that does not answer.
pub(crate) struct Down;

impl GroupMapping for Down {
    fn groups(&self, user: &UserName) -> Result<Groups, GroupsUnavailable> {
        Err(GroupsUnavailable::new(user, "connection refused"))
    }
}

/// Rules whose host names are resolved by a list of them.
fn resolved(rules: &Impersonation, dns: &Value) {
    let dns = dns.clone();
    let names = HostNames::new(move |host| match dns[host].as_str() {
        Some(address) => Ok(vec![address.parse().unwrap()]),
        None => Err(std::io::Error::other("unknown host")),
    });
    names.refresh(rules.host_lists(), Instant::now());
}

#[test]
fn proxy_users() {
    let mut cases = Cases::load("proxy_users.json");
    for case in array(&cases.root.clone(), "cases") {
        let id = text(case, "id");
        let prefix = case["prefix"].as_str().unwrap_or("hadoop.proxyuser");
        let real = case["real_user"].as_str().unwrap_or("proxier");
        let properties: Vec<_> = ["users", "groups", "hosts"]
            .iter()
            .filter_map(|kind| Some((format!("{prefix}.{real}.{kind}"), case[*kind].as_str()?)))
            .collect();
        let properties = properties.iter().map(|(key, value)| (key.as_str(), *value));
        let rules = Impersonation::hadoop(prefix, properties).unwrap();
        let real = UserName::new(real).unwrap();
        let groups = |target: &str, of_target: &[&str]| {
            StaticGroups::from_str(&format!("{target}={}", of_target.join(","))).unwrap()
        };
        let ask = |target: &str, of_target: &[&str], peer: Option<&str>| {
            let peer = peer.map(|peer| peer.parse().unwrap());
            let mapping = groups(target, of_target);
            rules.authorize(&real, &UserName::new(target).unwrap(), &mapping, peer)
        };
        let Some(expect) = case["expect"].as_str() else {
            match id {
                // Whoever has no name is no user here: the argument cannot be null.
                "testNullUser" => assert!(UserName::new("").is_err()),
                "testProxyUsersWithNullPrefix" | "testProxyUsersWithEmptyPrefix" => {
                    let read = Impersonation::hadoop("", []);
                    assert_eq!(read.unwrap_err(), RuleError::NoPrefix);
                }
                // Upstream throws where there is a rule; here it is a refusal, unless the rule says `*`.
                "testNullIpAddress" => {
                    let all = [("p.proxier.users", "*"), ("p.proxier.hosts", "1.2.3.4")];
                    let rules = Impersonation::hadoop("p", all).unwrap();
                    let target = UserName::new("proxied_user").unwrap();
                    let error = rules.authorize(&real, &target, &Down, None).unwrap_err();
                    let says = "Unauthorized connection for super-user: proxier from IP null";
                    assert_eq!(error.to_string(), says);
                }
                // What stands twice counts once, so both are allowed and nobody else.
                "testWithDuplicateProxyGroups" => {
                    assert_eq!(case["distinct_groups"], 1);
                    let error = ask("a", &["foo_group"], Some("1.2.3.4")).unwrap_err();
                    assert!(error.to_string().starts_with("Unauthorized"), "{error}");
                    let error = ask("a", &["bar_group"], Some("1.2.3.4")).unwrap_err();
                    assert!(error.to_string().starts_with("User:"), "{error}");
                }
                "testWithDuplicateProxyHosts" => {
                    assert_eq!(case["distinct_hosts"], 1);
                    let list = rules.host_lists().next().unwrap();
                    assert!(list.includes(Some("1.2.3.4".parse().unwrap())));
                    assert!(!list.includes(Some("1.2.3.5".parse().unwrap())));
                }
                "testWithProxyGroupsAndUsersWithSpaces" => {
                    for user in ["proxied_user", "authorized_proxied_user", "ONEMORE"] {
                        let error = ask(user, &[], Some("1.2.3.4")).unwrap_err();
                        assert!(error.to_string().starts_with("Unauthorized"), "{error}");
                    }
                    let error = ask("ONEMORE ".trim(), &[], None).unwrap_err();
                    assert!(error.to_string().ends_with("from IP null"), "{error}");
                }
                _ => panic!("{case}"),
            }
            cases.pass();
            continue;
        };
        let target = text(case, "target");
        let peer = text(case, "remote_ip");
        let result = ask(target, &list(case, "target_groups"), Some(peer));
        assert_eq!(result.is_ok(), expect == "allow", "{case}: {result:?}");
        if let Err(refusal) = result {
            let forms = ["user_denied", "host_denied"].map(|form| {
                text(&cases.root["messages"], form)
                    .replace("{real}", real.as_str())
                    .replace("{user}", target)
                    .replace("{addr}", peer)
            });
            assert!(forms.contains(&refusal.to_string()), "{refusal}");
        }
        cases.pass();
    }
    cases.finish(34);
}

/// What Hadoop's own class said about random properties.
#[test]
fn proxy_users_observed() {
    let mut cases = Cases::load("proxy_users_observed.json");
    let rows = array(&cases.root, "cases").to_vec();
    for row in &rows {
        let prefix = text(row, "prefix");
        let properties = row["properties"].as_object().unwrap();
        let properties = properties
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str().unwrap()));
        let rules = Impersonation::hadoop(prefix, properties);
        let rules = match (rules, row["error"].as_str()) {
            (Ok(rules), None) => rules,
            (Err(RuleError::Hosts { source, .. }), error) => {
                // Numbers with leading zeros are refused here, because not everybody reads them alike.
                let own = matches!(&source, HostListError::Address { .. });
                let octal = source.to_string().contains("\"010.");
                assert!(error.is_some() || own || octal, "{row}: {source}");
                cases.pass();
                continue;
            }
            (Ok(_), Some(error)) if error.ends_with("[2001:db8::/32]") => {
                cases.skip(
                    &format!("{} for {}", text(row, "real"), text(row, "target")),
                    "Hadoop does not know networks of IPv6",
                );
                continue;
            }
            (Err(RuleError::Name { source, .. }), None) => {
                // A name that can be none here: Hadoop does not look at what is in a name.
                assert!(source.to_string().contains("holds"), "{row}: {source}");
                cases.pass();
                continue;
            }
            (rules, error) => panic!("{row}: {rules:?} {error:?}"),
        };
        resolved(&rules, &serde_json::json!({"localhost": "127.0.0.1"}));
        let (real, target) = (text(row, "real"), text(row, "target"));
        let groups = list(row, "groups").join(",");
        let groups = StaticGroups::from_str(&format!("{target}={groups}")).unwrap();
        let (real, target) = (UserName::new(real).unwrap(), UserName::new(target).unwrap());
        let peer: IpAddr = text(row, "peer").parse().unwrap();
        let named_star = |kind: &str| {
            let value =
                row["properties"][format!("{prefix}.{real}.{kind}").replace("..", ".")].as_str();
            let mut items = value.unwrap_or_default().split([',', '\n']);
            value.is_some_and(|value| value.trim() != "*") && items.any(|item| item.trim() == "*")
        };
        let is_star = target.as_str() == "*" && named_star("users")
            || groups
                .groups(&target)
                .unwrap()
                .iter()
                .any(|g| g.as_str() == "*")
                && named_star("groups");
        if is_star {
            cases.skip(
                &row.to_string(),
                "a `*` beside names is a name in Hadoop only",
            );
            continue;
        }
        let result = rules.authorize(&real, &target, &groups, Some(peer));
        let report = rules.explain(&real, &target, &groups, Some(peer));
        assert_eq!(
            report.verdict(),
            result.as_ref().copied(),
            "{row}: {report}"
        );
        let said = match &result {
            Ok(()) => "ok".to_owned(),
            Err(error) => error.to_string(),
        };
        match row["answer"].as_str() {
            // Java writes an address of IPv6 without `::`, and a slash before every address.
            Some(answer) => {
                let answer = match answer.split_once("from IP /") {
                    Some((before, address)) => {
                        let address: IpAddr = address.parse().unwrap();
                        format!("{before}from IP {address}")
                    }
                    None => answer.to_owned(),
                };
                assert_eq!(said, answer, "{row}");
            }
            // Hadoop throws about an address of IPv6 before a network of IPv4.
            None => assert!(
                said.starts_with("Unauthorized") && peer.is_ipv6(),
                "{row}: {said}"
            ),
        }
        cases.pass();
    }
    cases.finish(rows.len());
}

#[test]
fn machine_list() {
    let mut cases = Cases::load("machine_list.json");
    for case in array(&cases.root.clone(), "cases") {
        let hosts = match HostList::parse(text(case, "list")) {
            Ok(hosts) => hosts,
            Err(error) => {
                assert!(case["error"].is_string(), "{case}: {error}");
                cases.pass();
                continue;
            }
        };
        let dns = case["dns"].clone();
        let names = HostNames::new(move |host| match dns[host].as_str() {
            Some(address) => Ok(vec![address.parse().unwrap()]),
            None => Err(std::io::Error::other("unknown host")),
        });
        names.refresh([&hosts], Instant::now());
        match (case["included"].as_bool(), case["ip"].as_str()) {
            (Some(included), Some(peer)) => {
                let peer = peer.parse().unwrap();
                assert_eq!(hosts.includes(Some(peer)), included, "{case}");
            }
            // Upstream throws about an unknown address; here a list does not include it, unless it includes all.
            (None, None) if text(case, "id") == "testNullIpAddress" => {
                assert!(!hosts.includes(None), "{case}");
                assert!(HostList::parse("*").unwrap().includes(None));
            }
            _ => panic!("{case}"),
        }
        cases.pass();
    }
    cases.finish(61);
}

/// What Hadoop's own class said about random lists.
#[test]
fn machine_list_observed() {
    let mut cases = Cases::load("machine_list_observed.json");
    let root = cases.root.clone();
    let peers = list(&root, "peers");
    let rows = array(&root, "cases");
    for row in rows {
        let hosts = match HostList::parse(text(row, "list")) {
            Ok(hosts) => hosts,
            Err(error) => {
                // Java reads numbers with leading zeros as decimal ones and takes `1.2.3` for `1.2.0.3`; C does not.
                let ours = ["\"010.", "\"1.2.3\""]
                    .iter()
                    .any(|item| error.to_string().contains(item));
                assert!(row["error"].is_string() || ours, "{row}: {error}");
                cases.pass();
                continue;
            }
        };
        if let Some(error) = row["error"].as_str() {
            assert!(error.ends_with("[2001:db8::/32]"), "{row}");
            cases.skip(text(row, "list"), "Hadoop does not know networks of IPv6");
            continue;
        }
        let dns = root["dns"].clone();
        let names = HostNames::new(move |host| match dns[host].as_str() {
            Some(address) => Ok(vec![address.parse().unwrap()]),
            None => Err(std::io::Error::other("unknown host")),
        });
        names.refresh([&hosts], Instant::now());
        let (included, throws) = (list(row, "includes"), list(row, "throws"));
        for peer in &peers {
            let includes = hosts.includes(Some(peer.parse().unwrap()));
            // About an address of IPv6 before a network of IPv4.
            let expected = included.contains(peer) && !throws.contains(peer);
            assert_eq!(includes, expected, "{peer} in {row}");
        }
        cases.pass();
    }
    cases.finish(rows.len());
}
