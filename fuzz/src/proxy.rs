//! Properties about acting for others, and a question about them.

use std::collections::BTreeMap;

use bailiwick::authz::{AccessList, Impersonation};
use bailiwick::config::{Format, Settings, impersonation};
use bailiwick::identity::{GroupName, UserName};

use crate::proxy_agree::agree;
use crate::proxy_oracle::Question;

/// Properties, of which `ask.real`, `ask.target`, `ask.groups` and `ask.peer` are the question and `dns.NAME` the addresses
/// of a host name. The library agrees with the oracle, and its report with itself.
pub fn proxy_rules(text: &str) {
    let Ok(settings) = Settings::read("text", text.as_bytes(), Format::Properties) else {
        return;
    };
    let get = |key: &str| settings.get(key).ok().flatten();
    let properties: BTreeMap<_, _> = settings
        .keys()
        .filter_map(|key| Some((key.to_owned(), get(key)?)))
        .collect();
    for value in properties.values() {
        access_list(value);
    }
    for read in [
        impersonation::alluxio(&settings),
        impersonation::hadoop(&settings, Impersonation::HADOOP_PREFIX),
    ] {
        if let Err(error) = read {
            assert!(!error.to_string().is_empty());
        }
    }
    let (Some(real), Some(target)) = (get("ask.real"), get("ask.target")) else {
        return;
    };
    let groups = get("ask.groups").map(|groups| {
        let groups = groups
            .split(',')
            .filter(|group| GroupName::new(group).is_ok());
        groups
            .filter(|group| *group != "*")
            .map(str::to_owned)
            .collect()
    });
    if UserName::new(&real).is_err() || UserName::new(&target).is_err() {
        return;
    }
    let hosts = properties.iter().filter_map(|(key, value)| {
        let name = key.strip_prefix("dns.")?.to_ascii_lowercase();
        let addresses = value.split(',').filter_map(|address| address.parse().ok());
        Some((name, addresses.collect::<Vec<_>>()))
    });
    let question = Question {
        real,
        target,
        groups,
        peer: get("ask.peer").and_then(|peer| peer.parse().ok()),
        hosts: hosts
            .filter(|(_, addresses)| addresses.len() <= 256)
            .collect(),
        properties,
    };
    for prefix in [None, Some(Impersonation::HADOOP_PREFIX)] {
        if let Err(error) = agree(prefix, &question) {
            assert!(!error.to_string().is_empty());
        }
    }
}

/// What is printed and read again is the same.
fn access_list(text: &str) {
    if let Ok(list) = text.parse::<AccessList>() {
        assert_eq!(list.to_string().parse(), Ok(list.clone()), "{text:?}");
        assert!(!list.describe().to_string().is_empty());
    }
}
