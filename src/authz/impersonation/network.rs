//! Sets of addresses: networks and single machines as ranges that do not overlap.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// All addresses from the first to the last, of one family: IPv4 in IPv6 counts as IPv4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Range {
    first: IpAddr,
    last: IpAddr,
}

impl From<IpAddr> for Range {
    fn from(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self {
            first: address,
            last: address,
        }
    }
}

impl Range {
    /// `ADDRESS/BITS`. Bits of the address beyond the prefix do not matter.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (base, bits) = text.split_once('/')?;
        if bits.is_empty() || !bits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let bits: u32 = bits.parse().ok()?;
        match base.parse().ok()? {
            IpAddr::V4(base) => Self::v4(base, bits),
            IpAddr::V6(base) => match (base.to_ipv4_mapped(), bits.checked_sub(96)) {
                (Some(base), Some(bits)) => Self::v4(base, bits),
                _ => Self::v6(base, bits),
            },
        }
    }

    fn v4(base: Ipv4Addr, bits: u32) -> Option<Self> {
        let rest = u32::MAX.checked_shr(bits).unwrap_or(0);
        (bits <= 32).then(|| Self {
            first: Ipv4Addr::from_bits(base.to_bits() & !rest).into(),
            last: Ipv4Addr::from_bits(base.to_bits() | rest).into(),
        })
    }

    fn v6(base: Ipv6Addr, bits: u32) -> Option<Self> {
        let rest = u128::MAX.checked_shr(bits).unwrap_or(0);
        (bits <= 128).then(|| Self {
            first: Ipv6Addr::from_bits(base.to_bits() & !rest).into(),
            last: Ipv6Addr::from_bits(base.to_bits() | rest).into(),
        })
    }
}

/// Addresses, found by a binary search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ranges(Box<[Range]>);

impl Ranges {
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let after = self.0.partition_point(|range| range.first <= address);
        let before = after.checked_sub(1).and_then(|at| self.0.get(at));
        before.is_some_and(|range| address <= range.last)
    }
}

impl FromIterator<Range> for Ranges {
    fn from_iter<I: IntoIterator<Item = Range>>(ranges: I) -> Self {
        let mut ranges: Vec<_> = ranges.into_iter().collect();
        ranges.sort_unstable();
        // What begins within its predecessor prolongs it.
        ranges.dedup_by(|next, range| {
            let within = next.first <= range.last;
            if within {
                range.last = range.last.max(next.last);
            }
            within
        });
        Self(ranges.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a network holds an address, by comparing bit after bit.
    fn holds(network: &str, address: IpAddr) -> bool {
        let (base, bits) = network.split_once('/').unwrap();
        let bits: usize = bits.parse().unwrap();
        let digits = |address: IpAddr| match address {
            IpAddr::V4(address) => format!("{:032b}", address.to_bits()),
            IpAddr::V6(address) => format!("{:0128b}", address.to_bits()),
        };
        let (base, address) = (digits(base.parse().unwrap()), digits(address));
        base.len() == address.len() && base[..bits] == address[..bits]
    }

    #[test]
    fn ranges_hold_what_their_networks_hold() {
        let networks = [
            "10.0.0.0/8",
            "10.1.2.3/31",
            "10.1.2.3/32",
            "192.168.1.77/28",
            "0.0.0.0/0",
            "2001:db8::/32",
            "2001:db8::7/128",
            "::/0",
            "fe80::1/10",
        ];
        let addresses: Vec<IpAddr> = [
            "9.255.255.255",
            "10.0.0.0",
            "10.1.2.2",
            "10.1.2.3",
            "10.1.2.4",
            "10.255.255.255",
            "11.0.0.0",
            "192.168.1.63",
            "192.168.1.64",
            "192.168.1.79",
            "192.168.1.80",
            "255.255.255.255",
            "::",
            "::1",
            "2001:db7:ffff::",
            "2001:db8::7",
            "2001:db8:ffff::8",
            "2001:db9::",
            "febf::",
            "fec0::",
        ]
        .map(|text| text.parse().unwrap())
        .into();
        for some in 1..1_usize << networks.len() {
            let among: Vec<_> = (0..networks.len())
                .filter(|at| some & 1 << at != 0)
                .map(|at| networks[at])
                .collect();
            let ranges: Ranges = among.iter().map(|n| Range::parse(n).unwrap()).collect();
            for address in &addresses {
                let expected = among.iter().any(|network| holds(network, *address));
                assert_eq!(ranges.contains(*address), expected, "{among:?} {address}");
            }
        }
        assert!(!Ranges::default().contains(addresses[0]));
    }

    #[test]
    fn ipv4_in_ipv6_is_ipv4() {
        let ranges: Ranges = [Range::parse("::ffff:10.0.0.0/104").unwrap()]
            .into_iter()
            .collect();
        assert!(ranges.contains("10.9.9.9".parse().unwrap()));
        assert!(ranges.contains("::ffff:10.9.9.9".parse().unwrap()));
        assert!(!ranges.contains("11.0.0.0".parse().unwrap()));
        // All of IPv6 is not all of IPv4.
        let ranges: Ranges = [Range::parse("::/0").unwrap()].into_iter().collect();
        assert!(!ranges.contains("::ffff:10.9.9.9".parse().unwrap()));
    }
}
