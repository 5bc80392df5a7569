//! Who can dial whom without NAT traversal, from declared facts alone.
//!
//! A controller asks this before anybody is admitted, to order the parties so that a program's connections can be
//! made. Whether they really can is found out when the overlay joins.

use std::{fmt, net::IpAddr};

/// What is declared of the place where a party is attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyPlace {
    /// The site's name; hosts of one site share a network.
    pub site: String,
    /// Whether a NAT that admits nobody uninvited stands in front of the site.
    pub behind_nat: bool,
    /// The host's own addresses.
    pub addresses: Vec<IpAddr>,
}

/// Why a party cannot be dialled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It has no address at all.
    NoAddress,
    /// A NAT stands in front of its site.
    BehindNat {
        /// Its own address.
        address: IpAddr,
    },
    /// One speaks IPv4 alone and the other IPv6 alone.
    NoSharedFamily {
        /// Its own address.
        address: IpAddr,
    },
    /// Its addresses have a meaning in its own site only.
    PrivateAddress {
        /// The first of them.
        address: IpAddr,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAddress => write!(f, "it has no address"),
            Self::NoSharedFamily { address } => {
                let (theirs, ours) = if address.is_ipv6() {
                    ("IPv6", "IPv4")
                } else {
                    ("IPv4", "IPv6")
                };
                write!(
                    f,
                    "its address {address} is {theirs}, and only {ours} is spoken where it should be dialled from"
                )
            }
            Self::BehindNat { address } => {
                write!(f, "its address {address} is behind the NAT of its site")
            }
            Self::PrivateAddress { address } => {
                write!(f, "its address {address} is private: it's behind a NAT")
            }
        }
    }
}

/// Whether `from` can open a TCP connection to `to`, as far as the declared facts tell.
pub fn reachable(from: &PartyPlace, to: &PartyPlace) -> Result<(), Reason> {
    let first = *to.addresses.first().ok_or(Reason::NoAddress)?;
    if !share_a_family(&from.addresses, &to.addresses) {
        return Err(Reason::NoSharedFamily { address: first });
    }
    if from.site == to.site {
        return Ok(());
    }
    if to.behind_nat {
        return Err(Reason::BehindNat { address: first });
    }
    if to.addresses.iter().copied().all(is_private) {
        return Err(Reason::PrivateAddress { address: first });
    }
    Ok(())
}

/// Whether two hosts have addresses of one version of IP: nothing translates between them. Of a host without any address
/// nothing is known.
pub fn share_a_family(a: &[IpAddr], b: &[IpAddr]) -> bool {
    let among = |addresses: &[IpAddr], v6| addresses.iter().any(|address| address.is_ipv6() == v6);
    a.is_empty()
        || [false, true]
            .iter()
            .any(|v6| among(a, *v6) && among(b, *v6))
}

/// Whether an address has a meaning inside one site only: private use (RFC 1918), carrier-grade NAT (RFC 6598),
/// link-local (RFC 3927, RFC 4291) or unique local (RFC 4193). Loopback is not meant: it is this very host.
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            let carrier_grade = a == 100 && (64..128).contains(&b);
            v4.is_private() || carrier_grade || is_link_local(address)
        }
        IpAddr::V6(v6) => v6.is_unique_local() || is_link_local(address),
    }
}

/// Whether an address has a meaning on one link only (RFC 3927, RFC 4291).
pub fn is_link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(site: &str, behind_nat: bool, address: &str) -> PartyPlace {
        PartyPlace {
            site: site.to_owned(),
            behind_nat,
            addresses: vec![address.parse().unwrap()],
        }
    }

    #[test]
    fn a_public_address_is_reached_from_anywhere() {
        let cloud = place("ams3", false, "203.0.113.7");
        let home = place("home", true, "192.168.1.2");
        assert_eq!(reachable(&home, &cloud), Ok(()));
    }

    #[test]
    fn ipv4_and_ipv6_do_not_meet() {
        let four = place("ams3", false, "198.18.0.2");
        let six = place("nyc3", false, "2001:2:0:2::2");
        let mut both = four.clone();
        both.addresses.extend(&six.addresses);
        for (from, to) in [(&four, &both), (&both, &six), (&six, &both)] {
            assert_eq!(reachable(from, to), Ok(()));
        }
        let reason = reachable(&four, &six).unwrap_err();
        assert_eq!(
            reason.to_string(),
            "its address 2001:2:0:2::2 is IPv6, and only IPv4 is spoken where it should be dialled from"
        );
    }

    #[test]
    fn a_private_address_is_reached_from_its_own_site_only() {
        let home = place("home", false, "192.168.1.2");
        let same = place("home", false, "192.168.1.3");
        let other = place("ams3", false, "203.0.113.7");
        assert_eq!(reachable(&same, &home), Ok(()));
        let reason = reachable(&other, &home).unwrap_err();
        assert_eq!(
            reason.to_string(),
            "its address 192.168.1.2 is private: it's behind a NAT"
        );
    }

    #[test]
    fn a_nat_hides_whoever_is_behind_it() {
        let cloud = place("ams3", false, "203.0.113.7");
        let home = place("home", true, "198.51.100.2");
        assert!(matches!(
            reachable(&cloud, &home),
            Err(Reason::BehindNat { .. })
        ));
    }

    #[test]
    fn private_ranges_end_where_they_should() {
        for (address, private) in [
            ("10.0.0.1", true),
            ("172.31.255.255", true),
            ("172.32.0.0", false),
            ("100.64.0.1", true),
            ("100.128.0.1", false),
            ("169.254.3.4", true),
            ("fd00::1", true),
            ("fe80::1", true),
            ("2001:db8::1", false),
            ("127.0.0.1", false),
        ] {
            assert_eq!(is_private(address.parse().unwrap()), private, "{address}");
        }
    }
}
