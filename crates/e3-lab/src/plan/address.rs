//! Which addresses belong to which site.
//!
//! Public addresses are taken from 198.18.0.0/15, which RFC 2544 sets aside for tests of networks: nothing on a real
//! network answers there, and they are not private, so that programs treat them as public. IPv6's are of
//! `2001:2::/48`, which RFC 5180 sets aside for the same.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The first public address.
const FIRST: u32 = u32::from_be_bytes([198, 18, 0, 0]);
/// The length of its prefix.
const PREFIX: u8 = 15;
/// The smallest block of a site is a /27, which makes 4,096 slots.
const SLOT_PREFIX: u8 = 27;
const SLOT_SIZE: u32 = 1 << (32 - SLOT_PREFIX);

/// How many slots of the smallest block there are.
pub(crate) const SLOTS: usize = 1 << (SLOT_PREFIX - PREFIX);

/// Where all labs' public addresses lie.
pub(crate) const PUBLIC: Subnet = Subnet {
    address: Ipv4Addr::from_bits(FIRST),
    prefix: PREFIX,
};
/// Where all labs' public IPv6 addresses lie.
pub(crate) const PUBLIC_6: Subnet6 = Subnet6 {
    address: Ipv6Addr::new(0x2001, 2, 0, 0, 0, 0, 0, 0),
    prefix: 48,
};
/// Between carriers and their subscribers (RFC 6598); each carrier has all of it to itself.
pub(crate) const CARRIERS: Subnet = Subnet {
    address: Ipv4Addr::new(100, 64, 0, 0),
    prefix: 10,
};

/// A network: an address and the length of its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Subnet {
    pub(crate) address: Ipv4Addr,
    pub(crate) prefix: u8,
}

impl Subnet {
    /// What is behind every home router.
    pub(crate) const HOME: Self = Self {
        address: Ipv4Addr::new(192, 168, 1, 0),
        prefix: 24,
    };

    /// Whether an address lies in it.
    pub(crate) fn contains(self, address: Ipv4Addr) -> bool {
        let host_bits = 32 - u32::from(self.prefix);
        address.to_bits() >> host_bits == self.address.to_bits() >> host_bits
    }

    /// How many addresses machines can have in it: all but the first and the last.
    pub(crate) fn room(self) -> usize {
        (1_usize << (32 - self.prefix)) - 2
    }

    /// The nth address that a machine can have, counted from zero.
    pub(crate) fn nth(self, n: usize) -> Option<Ipv4Addr> {
        let offset = u32::try_from(n).ok().filter(|_| n < self.room())?;
        Some(Ipv4Addr::from_bits(self.address.to_bits() + 1 + offset))
    }

    /// The address that machines can have which comes next and is not taken; after the last comes the first.
    pub(crate) fn after(
        self,
        address: Ipv4Addr,
        taken: impl Fn(Ipv4Addr) -> bool,
    ) -> Option<Ipv4Addr> {
        let next = address.to_bits().wrapping_sub(self.address.to_bits()) as usize;
        let (later, earlier) = (next..self.room(), 0..next.saturating_sub(1));
        let mut others = later.chain(earlier).filter_map(|n| self.nth(n));
        others.find(|other| !taken(*other))
    }
}

/// An IPv6 network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Subnet6 {
    pub(crate) address: Ipv6Addr,
    pub(crate) prefix: u8,
}

impl Subnet6 {
    /// As many machines as Ethernet addresses are made for.
    pub(crate) const ROOM: usize = 0x7fff;

    /// The network of a site by its index.
    pub(crate) fn of_site(index: usize) -> Option<Self> {
        let number = u16::try_from(index + 1).ok()?;
        Some(Self {
            address: Ipv6Addr::new(0x2001, 2, 0, number, 0, 0, 0, 0),
            prefix: 64,
        })
    }

    /// The index of the site in whose network an address lies; none for an address that is not public.
    pub(crate) fn site_of(address: Ipv6Addr) -> Option<usize> {
        match address.segments() {
            [0x2001, 2, 0, number, ..] => usize::from(number).checked_sub(1),
            _ => None,
        }
    }

    /// The nth address that a machine can have, counted from zero.
    pub(crate) fn nth(self, n: usize) -> Option<Ipv6Addr> {
        let number = u128::try_from(n).ok().filter(|_| n < Self::ROOM)?;
        Some(Ipv6Addr::from_bits(self.address.to_bits() + 1 + number))
    }

    /// The address that machines can have which comes next and is not taken; after the last comes the first.
    pub(crate) fn after(
        self,
        address: Ipv6Addr,
        taken: impl Fn(Ipv6Addr) -> bool,
    ) -> Option<Ipv6Addr> {
        let next = address.to_bits().wrapping_sub(self.address.to_bits());
        let next = usize::try_from(next).unwrap_or(0);
        let (later, earlier) = (next..Self::ROOM, 0..next.saturating_sub(1));
        let mut others = later.chain(earlier).filter_map(|n| self.nth(n));
        others.find(|other| !taken(*other))
    }
}

/// A site's public addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) subnet: Subnet,
}

impl Block {
    /// The slots that it covers.
    pub(crate) fn slots(self) -> std::ops::Range<usize> {
        let first = ((self.subnet.address.to_bits() - FIRST) / SLOT_SIZE) as usize;
        first..first + (1 << (SLOT_PREFIX - self.subnet.prefix))
    }
}

/// The slot in which a public address lies; none for an address that is not one.
pub(crate) fn site_slot(address: Ipv4Addr) -> Option<usize> {
    let offset = address.to_bits().checked_sub(FIRST)?;
    Some((offset / SLOT_SIZE) as usize).filter(|slot| *slot < SLOTS)
}

/// Hands out blocks.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    next: u32,
}

impl Blocks {
    /// A block with room for a router and this many hosts; none when the range is used up.
    pub(crate) fn take(&mut self, hosts: usize) -> Option<Block> {
        // The network's own address, its broadcast address and the router's.
        let needed = u32::try_from(hosts).ok()?.checked_add(3)?;
        let size = needed.checked_next_power_of_two()?.max(SLOT_SIZE);
        let start = self.next.checked_next_multiple_of(size)?;
        let end = start.checked_add(size)?;
        if end > 1 << (32 - PREFIX) {
            return None;
        }
        self.next = end;
        let prefix = u8::try_from(size.leading_zeros() + 1).ok()?;
        Some(Block {
            subnet: Subnet {
                address: Ipv4Addr::from_bits(FIRST + start),
                prefix,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_range_has_room_for_a_thousand_sites_and_ends() {
        let mut blocks = Blocks::default();
        let taken = std::iter::from_fn(|| blocks.take(29)).count();
        assert_eq!(taken, SLOTS);
    }

    proptest! {
        #[test]
        fn blocks_hold_their_hosts_and_do_not_overlap(sizes in prop::collection::vec(0_usize..500, 1..100)) {
            let mut blocks = Blocks::default();
            let mut owner = vec![None; SLOTS];
            for (site, hosts) in sizes.into_iter().enumerate() {
                let Some(block) = blocks.take(hosts) else { break };
                prop_assert!(block.subnet.room() > hosts);
                let last = block.subnet.nth(hosts).unwrap();
                prop_assert!(block.slots().contains(&site_slot(last).unwrap()));
                for slot in block.slots() {
                    prop_assert_eq!(owner[slot].replace(site), None);
                }
            }
        }
    }
}
