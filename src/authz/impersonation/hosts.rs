//! From which machines a user may act for others: addresses, networks, host names (Hadoop's `MachineList`).

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use arc_swap::ArcSwap;
use thiserror::Error;

use super::network::{Range, Ranges};
use crate::authz::names::hadoop_items;

/// Why a host list was not understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HostListError {
    /// A network whose address or prefix length is not valid.
    #[error("invalid network {item:?}: expected ADDRESS/BITS")]
    Network {
        /// The item as written.
        item: String,
    },
    /// Numbers and dots that are no address. Java and the C library each make another one of it.
    #[error("invalid address {item:?}: expected four numbers up to 255 without leading zeros")]
    Address {
        /// The item as written.
        item: String,
    },
    /// Something with a character that no host name has: an address with a zone or a port, a pattern, names divided by blanks.
    #[error("invalid host {item:?}: no address, and a host name holds no {character:?}")]
    Name {
        /// The item as written.
        item: String,
        /// The character.
        character: char,
    },
}

/// A list of machines: `*`, addresses, networks in CIDR form, host names.
///
/// Host names stand for no machine until [`HostNames::refresh`](super::HostNames::refresh) has resolved them. Clones share
/// what it found.
#[derive(Debug, Clone)]
pub struct HostList {
    any: bool,
    ranges: Ranges,
    /// In lower case.
    names: Arc<[Box<str>]>,
    resolved: Arc<ArcSwap<Resolved>>,
}

/// What the names of a list stand for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Resolved {
    all: Ranges,
    by_name: BTreeMap<Box<str>, Arc<[IpAddr]>>,
}

impl HostList {
    /// Reads a list; commas and line ends divide. Nothing is resolved here.
    ///
    /// As in Hadoop, only a `*` alone is every machine; beside others it is a name that nobody has. What Hadoop does not
    /// know are networks of IPv6. What it takes and this does not are numbers that C reads otherwise (`010.0.0.1`, `10.1`), and
    /// what can be no name: it warns of a name that does not resolve, and goes on.
    ///
    /// # Errors
    ///
    /// [`HostListError`].
    pub fn parse(text: &str) -> Result<Self, HostListError> {
        let mut ranges = Vec::new();
        let mut names = Vec::new();
        let mut star = false;
        for item in hadoop_items(text) {
            let refused = || item.to_owned();
            if item == "*" {
                star = true;
            } else if item.contains('/') {
                let network = Range::parse(item);
                ranges.push(network.ok_or_else(|| HostListError::Network { item: refused() })?);
            } else if let Ok(address) = item.parse::<IpAddr>() {
                ranges.push(address.into());
            } else if item.split('.').all(is_number) {
                return Err(HostListError::Address { item: refused() });
            } else if let Some(character) = item.chars().find(|c| !may_be_in_name(*c)) {
                let item = refused();
                return Err(HostListError::Name { item, character });
            } else {
                names.push(item.to_ascii_lowercase().into_boxed_str());
            }
        }
        names.sort_unstable();
        names.dedup();
        Ok(Self {
            any: star && ranges.is_empty() && names.is_empty(),
            ranges: ranges.into_iter().collect(),
            names: names.into(),
            resolved: Arc::default(),
        })
    }

    /// The host names it holds, in lower case.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.names.iter().map(|name| &**name)
    }

    /// The host names that stand for no machine now: they allow nobody.
    #[must_use]
    pub fn unresolved(&self) -> Vec<&str> {
        let resolved = self.resolved.load();
        let missing = self.names().filter(|name| {
            let addresses = resolved.by_name.get(*name);
            addresses.is_none_or(|addresses| addresses.is_empty())
        });
        missing.collect()
    }

    /// Whether the list holds that machine; an unknown one only if it holds all. It takes no lock, and asks nobody.
    #[must_use]
    #[inline]
    pub fn includes(&self, peer: Option<IpAddr>) -> bool {
        self.any
            || peer.is_some_and(|peer| {
                self.ranges.contains(peer)
                    || !self.names.is_empty() && self.resolved.load().all.contains(peer)
            })
    }

    /// Takes what the names stand for from now on.
    pub(super) fn set_addresses(&self, addresses: impl Fn(&str) -> Arc<[IpAddr]>) {
        let by_name: BTreeMap<_, _> = self
            .names
            .iter()
            .map(|name| (name.clone(), addresses(name)))
            .collect();
        let all = by_name.values().flat_map(|addresses| addresses.iter());
        let resolved = Resolved {
            all: all.copied().map(Range::from).collect(),
            by_name,
        };
        if **self.resolved.load() != resolved {
            self.resolved.store(Arc::new(resolved));
        }
    }

    /// What each name stands for, in words.
    pub(super) fn names_in_words(&self) -> Vec<String> {
        let resolved = self.resolved.load();
        let in_words = self.names().map(|name| match resolved.by_name.get(name) {
            Some(addresses) if !addresses.is_empty() => {
                let addresses: Vec<_> = addresses.iter().map(IpAddr::to_string).collect();
                format!("{name} is {}", addresses.join(", "))
            }
            _ => format!("{name} is not resolved"),
        });
        in_words.collect()
    }
}

/// Whether it is a number to C, for which a name of numbers is an address. Nothing is one here.
fn is_number(label: &str) -> bool {
    let hexadecimal = label
        .strip_prefix("0x")
        .or_else(|| label.strip_prefix("0X"));
    hexadecimal.map_or_else(
        || label.bytes().all(|b| b.is_ascii_digit()),
        |digits| digits.bytes().all(|b| b.is_ascii_hexdigit()),
    )
}

/// What is not ASCII is for the resolver to judge.
fn may_be_in_name(character: char) -> bool {
    !character.is_ascii()
        || character.is_ascii_alphanumeric()
        || matches!(character, '-' | '_' | '.')
}
