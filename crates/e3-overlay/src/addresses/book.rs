//! Which party has which address.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use e3_session::types::Subnet;
use serde::{Deserialize, Serialize};

use super::AddressError;

/// The numbers of parties in their networks: the same number in each of them, and for each name the same in every run.
///
/// A name that takes no part any more keeps its number until another needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    /// The networks that addresses were given in last.
    network: Vec<Subnet>,
    /// By name. The network's own address has the number 0.
    numbers: BTreeMap<String, u64>,
}

impl Book {
    /// The networks that addresses were given in last; none at first.
    pub fn network(&self) -> &[Subnet] {
        &self.network
    }

    /// An address in each network for each party, in the order of `names`. Nothing changes if there is not enough room.
    pub fn allocate(
        &mut self,
        network: &[Subnet],
        names: &[&str],
    ) -> Result<Vec<Vec<IpAddr>>, AddressError> {
        let room = room_in(network, names.len())?;
        let wanted: BTreeSet<&str> = names.iter().copied().collect();
        // A smaller network than before has no place for some of them.
        self.numbers.retain(|_, number| *number <= room);
        for name in names {
            if !self.numbers.contains_key(*name) {
                let number = self.free_number(room, &wanted);
                self.numbers.insert((*name).to_owned(), number);
            }
        }
        self.network = network.to_vec();
        let number = |name: &&str| self.numbers.get(*name).copied().unwrap_or_default();
        let addresses = |name: &&str| {
            let number = number(name);
            network
                .iter()
                .map(|network| nth(*network, number))
                .collect()
        };
        Ok(names.iter().map(addresses).collect())
    }

    /// The least number that nobody has; where there is none, that of somebody who takes no part.
    fn free_number(&mut self, room: u64, wanted: &BTreeSet<&str>) -> u64 {
        let taken: BTreeSet<u64> = self.numbers.values().copied().collect();
        if let Some(free) = (1..=room).find(|number| !taken.contains(number)) {
            return free;
        }
        let absent = self
            .numbers
            .keys()
            .find(|name| !wanted.contains(name.as_str()));
        let given_up = absent.cloned().and_then(|name| self.numbers.remove(&name));
        // There is room for all that are wanted, so that somebody else has a number.
        given_up.unwrap_or_default()
    }
}

/// How many parties all of the networks have addresses for.
fn room_in(network: &[Subnet], wanted: usize) -> Result<u64, AddressError> {
    let mut least = u64::MAX;
    for network in network {
        let room = room(*network);
        if u64::try_from(wanted).unwrap_or(u64::MAX) > room {
            return Err(AddressError::Exhausted {
                network: *network,
                room,
                wanted,
            });
        }
        least = least.min(room);
    }
    Ok(least)
}

/// Addresses of one network that a party may have: not the network's own, which for IPv6 means any router (RFC 4291), and
/// not IPv4's broadcast.
fn room(network: Subnet) -> u64 {
    let (bits, reserved) = if network.is_ipv6() { (128, 1) } else { (32, 2) };
    let host_bits = u32::from(bits - network.prefix());
    let size = 1_u64.checked_shl(host_bits).unwrap_or(u64::MAX);
    size.saturating_sub(reserved)
}

/// The address of that number.
fn nth(network: Subnet, number: u64) -> IpAddr {
    match network.address() {
        IpAddr::V4(v4) => {
            let number = u32::try_from(number).unwrap_or_default();
            Ipv4Addr::from_bits(v4.to_bits() | number).into()
        }
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() | u128::from(number)).into(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nets(texts: &[&str]) -> Vec<Subnet> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn who_comes_back_has_its_address_again() {
        let both = nets(&["10.233.0.0/16", "fd12::/64"]);
        let mut book = Book::default();
        let first = book.allocate(&both, &["b", "a"]).unwrap();
        assert_eq!(
            first[0],
            ["10.233.0.1", "fd12::1"].map(|text| text.parse::<IpAddr>().unwrap())
        );
        let second = book.allocate(&both, &["c", "a"]).unwrap();
        assert_eq!(second[1], first[1]);
        assert_eq!(second[0][0].to_string(), "10.233.0.3");
        let third = book.allocate(&both, &["a", "b", "c"]).unwrap();
        assert_eq!(
            third,
            [first[1].clone(), first[0].clone(), second[0].clone()]
        );
    }

    #[test]
    fn a_small_network_is_used_up() {
        let small = nets(&["10.0.0.8/30"]);
        let mut book = Book::default();
        book.allocate(&small, &["a", "b"]).unwrap();
        let error = book.allocate(&small, &["a", "b", "c"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the environment's network 10.0.0.8/30 has room for 2 parties, and 3 take part: declare a larger one by \
             `network.virtual`"
        );
        // Whoever takes no part makes room.
        let addresses = book.allocate(&small, &["c", "b"]).unwrap();
        assert_eq!(addresses[0][0].to_string(), "10.0.0.9");
        assert_eq!(addresses[1][0].to_string(), "10.0.0.10");
        assert!(book.allocate(&nets(&["10.0.0.1/32"]), &["a"]).is_err());
    }

    fn network() -> impl Strategy<Value = Subnet> {
        prop_oneof![
            (any::<u32>(), 8..=32_u8).prop_map(|(bits, prefix)| {
                Subnet::around(Ipv4Addr::from_bits(bits).into(), prefix).unwrap()
            }),
            (any::<u128>(), 8..=128_u8).prop_map(|(bits, prefix)| {
                Subnet::around(Ipv6Addr::from_bits(bits).into(), prefix).unwrap()
            }),
        ]
    }

    fn parties() -> impl Strategy<Value = BTreeSet<String>> {
        proptest::collection::btree_set("[a-f]", 0..6)
    }

    proptest! {
        /// Whatever came before, everybody has an address of its own in every network, or it is said that there is no room.
        #[test]
        fn addresses_are_distinct_and_inside(
            runs in proptest::collection::vec((proptest::collection::vec(network(), 1..3), parties()), 1..6),
        ) {
            let mut book = Book::default();
            let mut before = BTreeMap::new();
            for (network, parties) in runs {
                let names: Vec<&str> = parties.iter().map(String::as_str).collect();
                let room = network.iter().map(|network| room(*network)).min().unwrap();
                let untouched = book.clone();
                let Ok(addresses) = book.allocate(&network, &names) else {
                    prop_assert!(names.len() as u64 > room);
                    prop_assert_eq!(&book, &untouched);
                    continue;
                };
                prop_assert!(names.len() as u64 <= room);
                for (place, network) in network.iter().enumerate() {
                    let given: BTreeSet<_> = addresses.iter().map(|each| each[place]).collect();
                    prop_assert_eq!(given.len(), names.len());
                    prop_assert!(given.iter().all(|address| network.contains(*address)));
                    prop_assert!(!given.contains(&network.address()));
                }
                // In a network with room for everybody, nobody's number ever changes.
                if room < 6 {
                    before.clear();
                }
                for (name, each) in names.iter().zip(&addresses) {
                    let number = number_of(network[0], each[0]);
                    prop_assert_eq!(*before.entry((*name).to_owned()).or_insert(number), number);
                }
            }
        }
    }

    fn number_of(network: Subnet, address: IpAddr) -> u128 {
        match (network.address(), address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                u128::from(address.to_bits() - network.to_bits())
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => address.to_bits() - network.to_bits(),
            _ => unreachable!("an address is of its network's version"),
        }
    }
}
