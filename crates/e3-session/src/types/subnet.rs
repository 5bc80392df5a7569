//! An IP network: an address and the length of its prefix.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

/// An IP network, such as `10.233.0.0/16`. Behind its prefix its address is zero. Travels as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subnet {
    address: IpAddr,
    prefix: u8,
}

/// What is no network.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SubnetError {
    /// There is no `/`, or something else than an address and a number around it.
    #[error("{text:?} is no network: expected one such as 10.233.0.0/16 or fd12:3456:789a::/64")]
    Form {
        /// What was found.
        text: String,
    },
    /// The prefix is longer than an address.
    #[error("a prefix of {prefix} bits is longer than {address}, which has {bits}")]
    TooLong {
        /// The address.
        address: IpAddr,
        /// The prefix.
        prefix: u8,
        /// The address's length.
        bits: u8,
    },
    /// The address is one inside the network rather than the network's own.
    #[error("{address}/{prefix} names an address inside a network: expected {network}")]
    HostBits {
        /// The address.
        address: IpAddr,
        /// The prefix.
        prefix: u8,
        /// The network that it is in.
        network: Subnet,
    },
}

impl Subnet {
    /// The network of this address and prefix; the address's bits behind the prefix must be zero.
    pub fn new(address: IpAddr, prefix: u8) -> Result<Self, SubnetError> {
        let network = Self::around(address, prefix)?;
        if network.address == address {
            return Ok(network);
        }
        Err(SubnetError::HostBits {
            address,
            prefix,
            network,
        })
    }

    /// The network of that prefix that an address is in.
    pub fn around(address: IpAddr, prefix: u8) -> Result<Self, SubnetError> {
        let bits = if address.is_ipv4() { 32 } else { 128 };
        if prefix > bits {
            return Err(SubnetError::TooLong {
                address,
                prefix,
                bits,
            });
        }
        let network = match address {
            IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits() & mask_4(prefix)).into(),
            IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & mask_6(prefix)).into(),
        };
        Ok(Self {
            address: network,
            prefix,
        })
    }

    /// Its first address.
    pub fn address(self) -> IpAddr {
        self.address
    }

    /// The length of its prefix, in bits.
    pub fn prefix(self) -> u8 {
        self.prefix
    }

    /// Whether it is a network of IPv6.
    pub fn is_ipv6(self) -> bool {
        self.address.is_ipv6()
    }

    /// Whether an address is in it.
    pub fn contains(self, address: IpAddr) -> bool {
        address.is_ipv6() == self.is_ipv6() && Self::around(address, self.prefix) == Ok(self)
    }

    /// Whether there is an address in both.
    pub fn overlaps(self, other: Self) -> bool {
        self.contains(other.address) || other.contains(self.address)
    }
}

/// The bits of a prefix; the shift by a whole word is none.
fn mask_4(prefix: u8) -> u32 {
    u32::MAX
        .checked_shl(32 - u32::from(prefix))
        .unwrap_or_default()
}

fn mask_6(prefix: u8) -> u128 {
    u128::MAX
        .checked_shl(128 - u32::from(prefix))
        .unwrap_or_default()
}

impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl FromStr for Subnet {
    type Err = SubnetError;

    fn from_str(text: &str) -> Result<Self, SubnetError> {
        let form = || SubnetError::Form {
            text: text.to_owned(),
        };
        let (address, prefix) = text.split_once('/').ok_or_else(form)?;
        // `+8` is a number to the parser.
        if !prefix.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(form());
        }
        let address = address.parse().map_err(|_| form())?;
        let prefix = prefix.parse().map_err(|_| form())?;
        Self::new(address, prefix)
    }
}

impl Serialize for Subnet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Subnet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn net(text: &str) -> Subnet {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_is_read_as_it_is_shown() {
        for text in [
            "10.233.0.0/16",
            "0.0.0.0/0",
            "1.2.3.4/32",
            "fd00::/64",
            "::/0",
        ] {
            assert_eq!(net(text).to_string(), text);
        }
    }

    #[test]
    fn what_is_no_network_is_told_why() {
        for (text, why) in [
            ("10.0.0.0", "expected one such as"),
            ("10.0.0.0/+8", "expected one such as"),
            ("10.0.0/8", "expected one such as"),
            ("10.0.0.0/33", "longer than 10.0.0.0, which has 32"),
            ("10.0.0.1/8", "expected 10.0.0.0/8"),
            ("fd00::1/64", "expected fd00::/64"),
        ] {
            let error = text.parse::<Subnet>().unwrap_err().to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }

    #[test]
    fn networks_overlap_where_one_is_in_the_other() {
        assert!(net("10.0.0.0/8").overlaps(net("10.233.0.0/16")));
        assert!(net("10.233.0.0/16").overlaps(net("10.0.0.0/8")));
        assert!(!net("10.232.0.0/16").overlaps(net("10.233.0.0/16")));
        assert!(!net("0.0.0.0/0").overlaps(net("::/0")));
        assert!(net("fd00::/8").contains("fd12::1".parse().unwrap()));
        assert!(!net("10.0.0.0/8").contains("11.0.0.0".parse().unwrap()));
    }
}
