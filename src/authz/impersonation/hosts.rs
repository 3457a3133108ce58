//! From which machines a user may act for others: addresses, networks, host names (Hadoop's `MachineList`).

use std::net::{IpAddr, ToSocketAddrs};

use thiserror::Error;

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
}

/// A list of machines: `*`, addresses, networks in CIDR form, host names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostList {
    any: bool,
    networks: Vec<Network>,
    unresolved: Vec<String>,
}

/// The addresses that share the first `bits` bits with `base`; a single address shares all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    base: IpAddr,
    bits: u32,
}

impl Network {
    const fn host(base: IpAddr) -> Self {
        let bits = if base.is_ipv4() { 32 } else { 128 };
        Self { base, bits }
    }

    fn contains(self, address: IpAddr) -> bool {
        match (self.base, address) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                let differ = base.to_bits() ^ address.to_bits();
                differ.checked_shr(32 - self.bits).unwrap_or(0) == 0
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => {
                let differ = base.to_bits() ^ address.to_bits();
                differ.checked_shr(128 - self.bits).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

impl HostList {
    /// Reads a comma-separated list and resolves its host names through the operating system, now and never again. A name
    /// that does not resolve includes nobody, as in Hadoop; [`unresolved`](Self::unresolved) tells which.
    ///
    /// # Errors
    ///
    /// [`HostListError`] for a malformed network.
    pub fn parse(text: &str) -> Result<Self, HostListError> {
        Self::parse_with(text, |host| {
            let addresses = (host, 0).to_socket_addrs()?;
            Ok(addresses.map(|address| address.ip()).collect())
        })
    }

    /// As [`parse`](Self::parse), with host names resolved by `resolve`.
    ///
    /// # Errors
    ///
    /// [`HostListError`].
    pub fn parse_with(
        text: &str,
        mut resolve: impl FnMut(&str) -> std::io::Result<Vec<IpAddr>>,
    ) -> Result<Self, HostListError> {
        let mut list = Self {
            any: false,
            networks: Vec::new(),
            unresolved: Vec::new(),
        };
        for item in text
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty())
        {
            if item == "*" {
                list.any = true;
            } else if let Some((base, bits)) = item.split_once('/') {
                list.networks.push(network(item, base, bits)?);
            } else if let Ok(address) = item.parse::<IpAddr>() {
                list.networks.push(Network::host(address.to_canonical()));
            } else {
                let Ok(addresses) = resolve(item) else {
                    list.unresolved.push(item.to_owned());
                    continue;
                };
                let hosts = addresses
                    .into_iter()
                    .map(|a| Network::host(a.to_canonical()));
                list.networks.extend(hosts);
            }
        }
        Ok(list)
    }

    /// The host names that did not resolve: worth a warning.
    #[must_use]
    pub fn unresolved(&self) -> &[String] {
        &self.unresolved
    }

    /// Whether the list holds that machine; an unknown one only if it holds all.
    #[must_use]
    pub fn includes(&self, peer: Option<IpAddr>) -> bool {
        self.any
            || peer.is_some_and(|peer| {
                let peer = peer.to_canonical();
                self.networks.iter().any(|network| network.contains(peer))
            })
    }
}

fn network(item: &str, base: &str, bits: &str) -> Result<Network, HostListError> {
    let invalid = || HostListError::Network {
        item: item.to_owned(),
    };
    let base: IpAddr = base.parse().map_err(|_| invalid())?;
    let bits: u32 = bits.parse().map_err(|_| invalid())?;
    if bits > Network::host(base).bits {
        return Err(invalid());
    }
    Ok(Network { base, bits })
}
