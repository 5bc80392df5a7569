//! Addresses with the networks that they are in.

use std::{fmt, net::IpAddr};

/// An address, and how many of its bits are the network's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network {
    // The order of fields is that of certificates: by address, IPv4 first.
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// An address in a network; none if the prefix is longer than the address.
    pub fn new(address: IpAddr, prefix: u8) -> Option<Self> {
        (prefix <= bits(address)).then_some(Self { address, prefix })
    }

    /// The address.
    pub fn address(self) -> IpAddr {
        self.address
    }

    /// How many bits are the network's.
    pub fn prefix(self) -> u8 {
        self.prefix
    }

    /// Whether another is inside of this one.
    pub fn contains(self, other: Self) -> bool {
        let left = bits(self.address) - self.prefix;
        let head = |address: IpAddr| match address {
            IpAddr::V4(four) => u128::from(four.to_bits()).checked_shr(left.into()),
            IpAddr::V6(six) => six.to_bits().checked_shr(left.into()),
        };
        self.address.is_ipv4() == other.address.is_ipv4()
            && self.prefix <= other.prefix
            && head(self.address).unwrap_or(0) == head(other.address).unwrap_or(0)
    }
}

fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(address: &str, prefix: u8) -> Network {
        Network::new(address.parse().unwrap(), prefix).unwrap()
    }

    #[test]
    fn a_network_contains_what_is_inside() {
        let wide = network("10.233.0.0", 16);
        assert!(wide.contains(network("10.233.7.1", 16)));
        assert!(wide.contains(network("10.233.7.1", 32)));
        assert!(!wide.contains(network("10.233.7.1", 8)));
        assert!(!wide.contains(network("10.234.7.1", 16)));
        assert!(!wide.contains(network("fd00::1", 64)));
        assert!(network("0.0.0.0", 0).contains(wide));
        assert!(network("::", 0).contains(network("fd00::1", 64)));
        assert!(network("fd00::", 64).contains(network("fd00::7", 128)));
        assert!(Network::new("10.0.0.1".parse().unwrap(), 33).is_none());
    }
}
