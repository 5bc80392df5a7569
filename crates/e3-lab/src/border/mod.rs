//! The borders of all sites: which address belongs to whom, and what a packet becomes where it leaves a site and where
//! it comes to one.
//!
//! It is the wide-area router's, and does neither input nor output. What is "outside" of a site's NAT is seen here
//! only: on the router's own interface to the wide area, packets still have their inside addresses.

use std::net::{IpAddr, Ipv4Addr};

use crate::nat::{Firewall, Nanos, Outcome, Packet, Translator};
use crate::plan::{CARRIERS, Outside, Plan, SLOTS, SitePlan, Subnet6, site_slot};

mod carrier;
mod verdict;

pub use verdict::Mappings;
pub(crate) use verdict::{Arrival, Departure, Why};

use carrier::Carrier;

/// The borders of all sites.
#[derive(Debug)]
pub(crate) struct Borders {
    sites: Vec<Border>,
    carriers: Vec<Carrier>,
    /// Whose each slot of addresses is.
    table: Vec<Option<Owner>>,
}

#[derive(Debug, Clone, Copy)]
enum Owner {
    Site(usize),
    Carrier(usize),
}

/// One site's border.
#[derive(Debug)]
struct Border {
    has_v6: bool,
    home: Option<Translator>,
    firewall: Option<Firewall>,
    carrier: Option<usize>,
}

impl Borders {
    /// As planned.
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut table = vec![None; SLOTS];
        let mut own = |slots: std::ops::Range<usize>, owner| {
            if let Some(slots) = table.get_mut(slots) {
                slots.fill(Some(owner));
            }
        };
        for (index, site) in plan.sites.iter().enumerate() {
            let outside = site.v4.as_ref().map(|v4| v4.outside);
            if let Some(Outside::Same(block) | Outside::Translated { block, .. }) = outside {
                own(block.slots(), Owner::Site(index));
            }
        }
        for (index, carrier) in plan.carriers.iter().enumerate() {
            own(carrier.block.slots(), Owner::Carrier(index));
        }
        let sites = (0..).zip(&plan.sites);
        let carriers = (0..).zip(&plan.carriers);
        Self {
            sites: sites
                .map(|(number, site)| Border::new(site, seed_of(plan.seed, HOME, number)))
                .collect(),
            carriers: carriers
                .map(|(number, carrier)| Carrier::new(carrier, seed_of(plan.seed, CARRIER, number)))
                .collect(),
            table,
        }
    }

    /// Lets every NAT draw ports from this seed from now on, as if it had been built with it. Its mappings stay.
    pub(crate) fn reseed(&mut self, seed: u64) {
        for (number, site) in (0..).zip(&mut self.sites) {
            if let Some(home) = &mut site.home {
                home.reseed(seed_of(seed, HOME, number));
            }
        }
        for (number, carrier) in (0..).zip(&mut self.carriers) {
            carrier.nat.reseed(seed_of(seed, CARRIER, number));
        }
    }

    /// Lets a packet out of a site.
    pub(crate) fn depart(&mut self, from: usize, packet: &mut [u8], now: Nanos) -> Departure {
        let Some(mut packet) = Packet::read(packet) else {
            return Departure::Drop(Why::LinkLocal);
        };
        if stays_on_link(packet.source()) || stays_on_link(packet.destination()) {
            return Departure::Drop(Why::LinkLocal);
        }
        match packet.destination() {
            IpAddr::V4(_) => self.depart_v4(from, &mut packet, now),
            IpAddr::V6(to) => {
                let firewall = self.firewall(from);
                if firewall.is_some_and(|firewall| !firewall.outbound(&packet, now)) {
                    return Departure::Drop(Why::Filtered);
                }
                let site = Subnet6::site_of(to);
                let there = |site: &usize| self.sites.get(*site).is_some_and(|site| site.has_v6);
                let site = site.filter(there);
                site.map_or(Departure::Drop(Why::Unroutable), Departure::To)
            }
        }
    }

    /// Lets a packet into a site.
    pub(crate) fn arrive(&mut self, at: usize, packet: &mut [u8], now: Nanos) -> Arrival {
        let Some(mut packet) = Packet::read(packet) else {
            return Arrival::Drop(Why::LinkLocal);
        };
        if packet.destination().is_ipv6() {
            let firewall = self.firewall(at);
            let blocked = firewall.is_some_and(|firewall| !firewall.inbound(&packet, now));
            return if blocked {
                Arrival::Drop(Why::Filtered)
            } else {
                Arrival::Enter
            };
        }
        let carrier = self.sites.get(at).and_then(|site| site.carrier);
        if let Some(carrier) = carrier.and_then(|carrier| self.carriers.get_mut(carrier))
            && packet.destination() == IpAddr::V4(carrier.nat.outside())
        {
            match carrier.nat.inbound(&mut packet, now) {
                Outcome::Answered => return Arrival::Answer,
                Outcome::Through if carrier.subscriber(packet.destination()) == Some(at) => {}
                // What was for another site when it was sent.
                Outcome::Through | Outcome::TurnedAround | Outcome::Blocked => {
                    return Arrival::Drop(Why::Filtered);
                }
            }
        }
        self.enter_home(at, &mut packet, now)
    }

    /// Makes a site's own router forget all mappings, as when it is switched off and on.
    pub(crate) fn forget(&mut self, site: usize) {
        if let Some(site) = self.sites.get_mut(site) {
            site.home.iter_mut().for_each(Translator::forget);
            site.firewall.iter_mut().for_each(Firewall::forget);
        }
    }

    /// Makes the carrier of a site forget all mappings, also those of other sites; whether there is one.
    pub(crate) fn forget_carrier(&mut self, site: usize) -> bool {
        let carrier = self.sites.get(site).and_then(|site| site.carrier);
        let carrier = carrier.and_then(|carrier| self.carriers.get_mut(carrier));
        carrier.is_some_and(|carrier| {
            carrier.nat.forget();
            true
        })
    }

    /// Gives a site's router another outside address.
    pub(crate) fn move_to(&mut self, site: usize, outside: Ipv4Addr) {
        let Some(border) = self.sites.get_mut(site) else {
            return;
        };
        if let Some(home) = &mut border.home {
            let before = home.outside();
            home.move_to(outside);
            let carrier = border
                .carrier
                .and_then(|index| self.carriers.get_mut(index));
            if let Some(carrier) = carrier {
                carrier.moved(site, before, outside);
            }
        }
    }

    /// The mappings of a site's own router, and those that its carrier has for it.
    pub(crate) fn mappings(&self, site: usize, now: Nanos) -> Mappings {
        let Some(border) = self.sites.get(site) else {
            return Mappings::default();
        };
        let home = border.home.iter().flat_map(|home| home.mappings(now));
        let firewall = border.firewall.iter().flat_map(|wall| wall.mappings(now));
        let carrier = border.carrier.and_then(|index| self.carriers.get(index));
        let address = border.home.as_ref().map(Translator::outside);
        let beyond = carrier.into_iter().flat_map(|it| it.nat.mappings(now));
        Mappings {
            router: home.chain(firewall).collect(),
            carrier: beyond
                .filter(|mapping| Some(mapping.inside.ip()) == address.map(IpAddr::V4))
                .collect(),
        }
    }

    fn depart_v4(&mut self, from: usize, packet: &mut Packet<'_>, now: Nanos) -> Departure {
        let Some(border) = self.sites.get_mut(from) else {
            return Departure::Drop(Why::Unroutable);
        };
        match border.home.as_mut().map(|home| home.outbound(packet, now)) {
            None | Some(Outcome::Through) => {}
            Some(Outcome::TurnedAround | Outcome::Answered) => return Departure::Back,
            Some(Outcome::Blocked) => return Departure::Drop(Why::Filtered),
        }
        let carrier = border
            .carrier
            .and_then(|index| self.carriers.get_mut(index));
        let Some(carrier) = carrier else {
            return self.route(packet, now);
        };
        // Within the carrier's network nothing is translated.
        if is_within(packet.destination()) {
            let to = carrier.subscriber(packet.destination());
            return to.map_or(Departure::Drop(Why::Unroutable), Departure::To);
        }
        match carrier.nat.outbound(packet, now) {
            Outcome::Through => self.route(packet, now),
            Outcome::TurnedAround => {
                let to = carrier.subscriber(packet.destination());
                to.map_or(Departure::Drop(Why::Filtered), Departure::To)
            }
            Outcome::Answered => match self.enter_home(from, packet, now) {
                Arrival::Enter | Arrival::Answer => Departure::Back,
                Arrival::Drop(why) => Departure::Drop(why),
            },
            Outcome::Blocked => Departure::Drop(Why::Filtered),
        }
    }

    fn enter_home(&mut self, at: usize, packet: &mut Packet<'_>, now: Nanos) -> Arrival {
        let home = self.sites.get_mut(at).and_then(|site| site.home.as_mut());
        match home.map(|home| home.inbound(packet, now)) {
            None | Some(Outcome::Through) => Arrival::Enter,
            Some(Outcome::Answered) => Arrival::Answer,
            Some(Outcome::TurnedAround | Outcome::Blocked) => Arrival::Drop(Why::Filtered),
        }
    }

    /// Finds the site of a public address.
    fn route(&mut self, packet: &Packet<'_>, now: Nanos) -> Departure {
        let IpAddr::V4(to) = packet.destination() else {
            return Departure::Drop(Why::Unroutable);
        };
        let owner = site_slot(to).and_then(|slot| self.table.get(slot).copied().flatten());
        let site = match owner {
            Some(Owner::Site(site)) => Some(site),
            Some(Owner::Carrier(index)) => {
                let carrier = self.carriers.get_mut(index);
                carrier.and_then(|carrier| carrier.likely(packet, now))
            }
            None => None,
        };
        site.map_or(Departure::Drop(Why::Unroutable), Departure::To)
    }

    fn firewall(&mut self, site: usize) -> Option<&mut Firewall> {
        self.sites.get_mut(site)?.firewall.as_mut()
    }
}

impl Border {
    fn new(site: &SitePlan, seed: u64) -> Self {
        let behaviour = site.nat.home().copied();
        let (address, carrier) = match site.v4.as_ref().map(|v4| v4.outside) {
            None | Some(Outside::Same(_)) => (None, None),
            Some(Outside::Translated { address, .. }) => (Some(address), None),
            Some(Outside::Carried { carrier, address }) => (Some(address), Some(carrier)),
        };
        let home = behaviour.zip(address);
        let firewall = behaviour.zip(site.v6.as_ref());
        Self {
            has_v6: site.v6.is_some(),
            home: home.map(|(behaviour, address)| Translator::new(behaviour, address, seed)),
            firewall: firewall.map(|(behaviour, v6)| Firewall::new(behaviour, v6.gateway)),
            carrier,
        }
    }
}

/// Which NATs are numbered.
const HOME: u64 = 0;
const CARRIER: u64 = 1;

/// A seed of its own for each NAT.
fn seed_of(seed: u64, kind: u64, number: u64) -> u64 {
    seed ^ (2 * number + kind + 1).wrapping_mul(0xd6e8_feb8_6659_fd93)
}

fn is_within(address: IpAddr) -> bool {
    matches!(address, IpAddr::V4(address) if CARRIERS.contains(address))
}

/// Multicast, link-local and unspecified addresses: kernels send such packets out of every interface.
fn stays_on_link(address: IpAddr) -> bool {
    let on_link = match address {
        IpAddr::V4(address) => address.is_link_local() || address.is_broadcast(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    on_link || address.is_multicast() || address.is_unspecified()
}
