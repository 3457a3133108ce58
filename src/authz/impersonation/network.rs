//! Sets of addresses: networks and single machines as ranges that do not overlap.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// All addresses from the first to the last, of one family: IPv4 in IPv6 counts as IPv4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Range {
    V4(u32, u32),
    V6(u128, u128),
}

impl From<IpAddr> for Range {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.to_bits(), address.to_bits()),
            IpAddr::V6(address) => Self::V6(address.to_bits(), address.to_bits()),
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
        let (base, rest) = (base.to_bits(), u32::MAX.checked_shr(bits).unwrap_or(0));
        (bits <= 32).then_some(Self::V4(base & !rest, base | rest))
    }

    fn v6(base: Ipv6Addr, bits: u32) -> Option<Self> {
        let (base, rest) = (base.to_bits(), u128::MAX.checked_shr(bits).unwrap_or(0));
        (bits <= 128).then_some(Self::V6(base & !rest, base | rest))
    }
}

/// Addresses, found by a binary search: the families apart, as numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ranges {
    v4: Box<[(u32, u32)]>,
    v6: Box<[(u128, u128)]>,
}

impl Ranges {
    #[inline]
    pub(super) fn contains(&self, address: IpAddr) -> bool {
        match address.to_canonical() {
            IpAddr::V4(address) => holds(&self.v4, address.to_bits()),
            IpAddr::V6(address) => holds(&self.v6, address.to_bits()),
        }
    }
}

impl FromIterator<Range> for Ranges {
    fn from_iter<I: IntoIterator<Item = Range>>(ranges: I) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for range in ranges {
            match range {
                Range::V4(first, last) => v4.push((first, last)),
                Range::V6(first, last) => v6.push((first, last)),
            }
        }
        Self {
            v4: joined(v4),
            v6: joined(v6),
        }
    }
}

#[inline]
fn holds<T: Ord + Copy>(ranges: &[(T, T)], one: T) -> bool {
    let after = ranges.partition_point(|(first, _)| *first <= one);
    let before = after.checked_sub(1).and_then(|at| ranges.get(at));
    before.is_some_and(|(_, last)| one <= *last)
}

fn joined<T: Ord + Copy>(mut ranges: Vec<(T, T)>) -> Box<[(T, T)]> {
    ranges.sort_unstable();
    // What begins within its predecessor prolongs it.
    ranges.dedup_by(|(first, last), (_, end)| {
        let within = *first <= *end;
        if within {
            *end = (*end).max(*last);
        }
        within
    });
    ranges.into()
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
