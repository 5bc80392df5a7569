//! A carrier's NAT and its subscribers.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};

use crate::nat::{Nanos, Packet, Translator};
use crate::plan::{CARRIERS, CarrierPlan};

/// A carrier.
#[derive(Debug)]
pub(super) struct Carrier {
    pub(super) nat: Translator,
    /// The sites by their addresses in its inner network.
    subscribers: HashMap<IpAddr, usize>,
    first: Option<usize>,
}

impl Carrier {
    pub(super) fn new(plan: &CarrierPlan, seed: u64) -> Self {
        // The first address is the carrier's own.
        let sites = (1..).zip(&plan.sites);
        let address = |number, site: &usize| Some((CARRIERS.nth(number)?.into(), *site));
        Self {
            nat: Translator::new(plan.behaviour, plan.address, seed),
            subscribers: sites
                .filter_map(|(number, site)| address(number, site))
                .collect(),
            first: plan.sites.first().copied(),
        }
    }

    /// The site that has this address in its inner network.
    pub(super) fn subscriber(&self, address: IpAddr) -> Option<usize> {
        self.subscribers.get(&address).copied()
    }

    /// The site that a packet from outside is likely for; what is for none goes the way of the first.
    pub(super) fn likely(&mut self, packet: &Packet<'_>, now: Nanos) -> Option<usize> {
        let inside = self.nat.glimpse(packet, now);
        let site = inside.and_then(|inside| self.subscriber(inside));
        site.or(self.first)
    }

    /// A site has another address.
    pub(super) fn moved(&mut self, site: usize, before: Ipv4Addr, now: Ipv4Addr) {
        self.subscribers.remove(&before.into());
        self.subscribers.insert(now.into(), site);
    }
}
