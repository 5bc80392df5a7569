//! Networks of virtual addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::Invalid;

/// An IP network whose addresses parties may have, such as `10.233.0.0/16` or `fd12:3456:789a::/64`: none of loopback,
/// multicast or one link, and all bits behind the prefix zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VirtualNetwork {
    address: IpAddr,
    prefix: u8,
}

/// Shorter prefixes hold addresses that somebody else has.
const SHORTEST: u8 = 8;

impl VirtualNetwork {
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
}

impl FromStr for VirtualNetwork {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = |expected: &str, suggestion| Invalid {
            value: text.to_owned(),
            what: "a network for virtual addresses",
            expected: expected.to_owned(),
            suggestion,
        };
        let form = || invalid("one such as 10.233.0.0/16 or fd12:3456:789a::/64", None);
        let (address, prefix) = text.split_once('/').ok_or_else(form)?;
        if !prefix.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(form());
        }
        let address: IpAddr = address.parse().map_err(|_| form())?;
        let prefix: u8 = prefix.parse().map_err(|_| form())?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        if !(SHORTEST..=bits).contains(&prefix) {
            return Err(invalid(
                &format!("a prefix of {SHORTEST} to {bits} bits"),
                None,
            ));
        }
        let network = first(address, prefix);
        if network != address {
            let meant = format!("{network}/{prefix}");
            return Err(invalid("zeros behind the prefix", Some(meant)));
        }
        if is_special(address) {
            let expected = "one whose addresses a party may have: private (RFC 1918), unique local (RFC 4193), or your own";
            return Err(invalid(expected, None));
        }
        Ok(Self { address, prefix })
    }
}

/// The first address of the network around an address.
fn first(address: IpAddr, prefix: u8) -> IpAddr {
    let behind = |bits: u8| u32::from(bits.saturating_sub(prefix));
    match address {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(behind(32)).unwrap_or_default();
            Ipv4Addr::from_bits(v4.to_bits() & mask).into()
        }
        IpAddr::V6(v6) => {
            let mask = u128::MAX.checked_shl(behind(128)).unwrap_or_default();
            Ipv6Addr::from_bits(v6.to_bits() & mask).into()
        }
    }
}

/// Addresses that no party can be reached at by another.
fn is_special(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [first, ..] = v4.octets();
            first == 0 || first >= 224 || v4.is_loopback() || v4.is_link_local()
        }
        IpAddr::V6(v6) => {
            let [first, ..] = v6.octets();
            first == 0 || v6.is_multicast() || v6.is_unicast_link_local()
        }
    }
}

impl std::fmt::Display for VirtualNetwork {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

crate::text::stored_as_text!(VirtualNetwork);

impl schemars::JsonSchema for VirtualNetwork {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "VirtualNetwork".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^[0-9a-f.:]+/[0-9]{1,3}$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_are_read_as_they_are_shown() {
        for text in ["10.233.0.0/16", "192.168.9.0/24", "fd12:3456:789a::/64"] {
            assert_eq!(text.parse::<VirtualNetwork>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_no_party_can_have_is_refused() {
        for (text, why) in [
            ("10.233.0.0", "one such as"),
            ("10.233.0.0/+8", "one such as"),
            ("10.0.0.0/7", "8 to 32 bits"),
            ("10.0.0.0/33", "8 to 32 bits"),
            ("127.0.0.0/8", "may have"),
            ("224.0.0.0/8", "may have"),
            ("169.254.0.0/16", "may have"),
            ("fe80::/64", "may have"),
            ("::/64", "may have"),
        ] {
            let invalid = text.parse::<VirtualNetwork>().unwrap_err();
            assert!(invalid.expected.contains(why), "{text}: {invalid}");
        }
        let invalid = "10.233.0.1/16".parse::<VirtualNetwork>().unwrap_err();
        assert_eq!(invalid.suggestion.unwrap(), "10.233.0.0/16");
    }
}
