//! Who may act for whom: what Alluxio's guide and Hadoop's "Proxy user" page say, as plain and slow code over plain text.
//!
//! Written from the rules, never from the library, of which it uses nothing. It serves `tests/impersonation` and the fuzz
//! target `proxy_rules`.

use std::collections::BTreeMap;
use std::net::IpAddr;

/// A question: the properties, who asks, for whom, whose groups are these, from where.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) properties: BTreeMap<String, String>,
    pub(crate) real: String,
    pub(crate) target: String,
    /// None if nobody knows them now.
    pub(crate) groups: Option<Vec<String>>,
    pub(crate) peer: Option<IpAddr>,
    /// What the name service says, by names in lower case.
    pub(crate) hosts: BTreeMap<String, Vec<IpAddr>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Yes,
    No(String),
    /// It depends on groups that are not known.
    NotKnown,
}

/// Alluxio: the users, then the groups; a star among either is everybody.
pub(crate) fn alluxio(question: &Question) -> Answer {
    let Question { real, target, .. } = question;
    if real == target {
        return Answer::Yes;
    }
    let prefix = "alluxio.master.security.impersonation";
    let users = question.value(prefix, "users");
    let groups = question.value(prefix, "groups");
    let start = |server: &str| {
        format!(
            "Failed to authenticate client user=\"{real}\" connecting to Alluxio {server} and impersonating as \
             impersonationUser=\"{target}\" to access Alluxio file system"
        )
    };
    let guide = "Please read the guide to configure impersonation at \
                 https://docs.alluxio.io/os/user/stable/en/security/Security.html";
    if users.is_none() && groups.is_none() {
        let start = start("server");
        return Answer::No(format!(
            "{start}. User \"{real}\" is not configured to allow any impersonation. {guide}"
        ));
    }
    let words = |text: Option<&str>| -> Vec<String> {
        let words = text
            .unwrap_or("")
            .split(',')
            .map(|word| word.trim().to_owned());
        words.filter(|word| !word.is_empty()).collect()
    };
    let (users, groups) = (words(users), words(groups));
    if users.iter().any(|user| user == "*" || user == target) {
        return Answer::Yes;
    }
    if groups.iter().any(|group| group == "*") {
        return Answer::Yes;
    }
    if !groups.is_empty() {
        match &question.groups {
            None => return Answer::NotKnown,
            Some(of_target) => {
                for group in of_target {
                    if groups.contains(group) {
                        return Answer::Yes;
                    }
                }
            }
        }
    }
    let start = start("master");
    Answer::No(format!(
        "{start}. user=\"{real}\" is not configured to impersonate as impersonationUser=\"{target}\".{guide}"
    ))
}

/// Hadoop: a user or a member of a group, and from one of the hosts. A star is everybody only if it is all that is written.
pub(crate) fn hadoop(prefix: &str, question: &Question) -> Answer {
    let Question { real, target, .. } = question;
    if real == target {
        return Answer::Yes;
    }
    let users = question.value(prefix, "users").unwrap_or("");
    let groups = question.value(prefix, "groups").unwrap_or("");
    let is_star = |text: &str| text.trim_matches(|c: char| c <= ' ') == "*";
    let mut may = is_star(users) || is_star(groups);
    if !may {
        may = words(users)
            .iter()
            .any(|user| user == target && user != "*");
    }
    let groups: Vec<_> = words(groups).into_iter().filter(|g| g != "*").collect();
    if !may && !groups.is_empty() {
        let Some(of_target) = &question.groups else {
            return Answer::NotKnown;
        };
        may = of_target.iter().any(|group| groups.contains(group));
    }
    if !may {
        return Answer::No(format!(
            "User: {real} is not allowed to impersonate {target}"
        ));
    }
    let hosts = question.value(prefix, "hosts");
    if hosts.is_some_and(|hosts| question.comes_from(hosts)) {
        return Answer::Yes;
    }
    let from = question
        .peer
        .map_or_else(|| "null".to_owned(), |peer| peer.to_canonical().to_string());
    Answer::No(format!(
        "Unauthorized connection for super-user: {real} from IP {from}"
    ))
}

/// Words between commas and line ends, without blanks around them.
fn words(text: &str) -> Vec<String> {
    let text = text.trim_matches(|c: char| c <= ' ');
    let mut words = Vec::new();
    for line in text.split('\n') {
        for word in line.split(',') {
            let word = word.trim_matches([' ', '\t', '\u{b}', '\u{c}', '\r']);
            if !word.is_empty() {
                words.push(word.to_owned());
            }
        }
    }
    words
}

impl Question {
    fn value(&self, prefix: &str, kind: &str) -> Option<&str> {
        let key = format!("{prefix}.{}.{kind}", self.real);
        self.properties.get(&key).map(String::as_str)
    }

    fn comes_from(&self, hosts: &str) -> bool {
        let hosts = words(hosts);
        if !hosts.is_empty() && hosts.iter().all(|host| host == "*") {
            return true;
        }
        let Some(peer) = self.peer else {
            return false;
        };
        hosts.iter().any(|host| match host.split_once('/') {
            Some((network, bits)) => {
                let (network, peer) = (bits_of(network.parse().unwrap()), bits_of(peer));
                let mut bits: usize = bits.parse().unwrap();
                if host.to_lowercase().starts_with("::ffff:") && bits >= 96 {
                    bits -= 96;
                }
                network.len() == peer.len() && network[..bits] == peer[..bits]
            }
            None => match host.parse() {
                Ok(address) => bits_of(address) == bits_of(peer),
                Err(_) => {
                    let found = self.hosts.get(&host.to_ascii_lowercase());
                    found.is_some_and(|found| found.iter().any(|a| bits_of(*a) == bits_of(peer)))
                }
            },
        })
    }
}

/// An address as its digits; one of IPv4 within IPv6 is one of IPv4.
fn bits_of(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.octets().map(|byte| format!("{byte:08b}")).concat(),
        IpAddr::V6(address) => match address.to_ipv4_mapped() {
            Some(address) => bits_of(address.into()),
            None => address.octets().map(|byte| format!("{byte:08b}")).concat(),
        },
    }
}
