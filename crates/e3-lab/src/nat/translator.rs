//! One NAT for IPv4: inside addresses behind one outside address.
//!
//! Pure: packets and the time come in, and what became of them goes out.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::Nanos;
use super::behaviour::{Behaviour, Ports};
use super::fragments::Fragments;
use super::packet::{End, Packet};
use super::shape::{Protocol, Shape};
use super::table::MappingShown;
use super::tables::{Member, Tables};
use crate::wan::Random;

/// How many random ports are tried. Where that many are taken, nearly all are, and to try them all would hold up the
/// packets of others.
const TRIES: usize = 256;
/// Ports below are for services: a host that uses one gets another of them (RFC 4787, REQ-3).
const FIRST_ORDINARY: u16 = 1024;

/// What became of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It has been translated, and goes on to the other side.
    Through,
    /// It has been turned around, and goes to an inside host.
    TurnedAround,
    /// It is now the NAT's own answer to its sender.
    Answered,
    /// It may not pass.
    Blocked,
}

/// One NAT.
#[derive(Debug)]
pub(crate) struct Translator {
    behaviour: Behaviour,
    outside: Ipv4Addr,
    tables: Tables,
    leaving: Fragments,
    entering: Fragments,
    random: Random,
}

impl Translator {
    /// A NAT with this outside address, which draws ports from this seed.
    pub(crate) fn new(behaviour: Behaviour, outside: Ipv4Addr, seed: u64) -> Self {
        Self {
            behaviour,
            outside,
            tables: Tables::new(&behaviour),
            leaving: Fragments::default(),
            entering: Fragments::default(),
            random: Random::new(seed),
        }
    }

    /// Draws ports from this seed from now on.
    pub(crate) fn reseed(&mut self, seed: u64) {
        self.random = Random::new(seed);
    }

    /// Its outside address.
    pub(crate) fn outside(&self) -> Ipv4Addr {
        self.outside
    }

    /// Gives it another outside address, with which all mappings end.
    pub(crate) fn move_to(&mut self, outside: Ipv4Addr) {
        self.outside = outside;
        self.forget();
    }

    /// Forgets all mappings.
    pub(crate) fn forget(&mut self) {
        self.tables.forget();
        self.leaving.forget();
        self.entering.forget();
    }

    /// All mappings that last.
    pub(crate) fn mappings(&self, now: Nanos) -> Vec<MappingShown> {
        self.tables.shown(now)
    }

    /// Takes a packet from inside.
    pub(crate) fn outbound(&mut self, packet: &mut Packet<'_>, now: Nanos) -> Outcome {
        let to_itself = packet.destination() == IpAddr::V4(self.outside);
        if to_itself && let Shape::EchoRequest { .. } = packet.shape() {
            packet.answer_echo();
            return Outcome::Answered;
        }
        if (to_itself && !self.behaviour.hairpin) || self.leave(packet, now).is_none() {
            return Outcome::Blocked;
        }
        match to_itself {
            false => Outcome::Through,
            true if self.enter(packet, now).is_some() => Outcome::TurnedAround,
            true => Outcome::Blocked,
        }
    }

    /// Takes a packet from outside.
    pub(crate) fn inbound(&mut self, packet: &mut Packet<'_>, now: Nanos) -> Outcome {
        if packet.destination() != IpAddr::V4(self.outside) {
            return Outcome::Blocked;
        }
        if let Shape::EchoRequest { .. } = packet.shape() {
            packet.answer_echo();
            return Outcome::Answered;
        }
        if self.enter(packet, now).is_some() {
            Outcome::Through
        } else {
            Outcome::Blocked
        }
    }

    /// The inside address that a packet from outside is likely for, by which its way can be chosen before it is
    /// translated.
    pub(crate) fn glimpse(&mut self, packet: &Packet<'_>, now: Nanos) -> Option<IpAddr> {
        if packet.shape() == Shape::Fragment {
            return self.entering.recall(packet, now);
        }
        let inside = self.tables.glimpse(packet, now)?;
        self.entering.remember(packet, inside, now);
        Some(inside)
    }

    /// Gives a packet an outside source; none if it may not pass.
    fn leave(&mut self, packet: &mut Packet<'_>, now: Nanos) -> Option<()> {
        let outside = IpAddr::V4(self.outside);
        match packet.shape() {
            Shape::Error(about) => {
                let seen = self.tables.error_out(&about)?;
                packet.set_embedded(End::Destination, seen);
                packet.set_address(End::Source, outside);
            }
            Shape::Fragment => {
                self.leaving.recall(packet, now)?;
                packet.set_address(End::Source, outside);
            }
            _ => {
                let member = Member::outbound(packet)?;
                let (random, ports) = (&mut self.random, self.behaviour.ports);
                let choose = |taken: &dyn Fn(SocketAddr) -> bool| {
                    let free = |port| !taken(SocketAddr::new(outside, port));
                    let port = choose_port(&member, ports, random, free)?;
                    Some(SocketAddr::new(outside, port))
                };
                let seen = self.tables.out(member, now, choose)?;
                self.leaving.remember(packet, outside, now);
                packet.set(End::Source, seen);
            }
        }
        Some(())
    }

    /// Gives a packet an inside destination; none if it may not pass.
    fn enter(&mut self, packet: &mut Packet<'_>, now: Nanos) -> Option<()> {
        match packet.shape() {
            Shape::Error(about) => {
                let inside = self.tables.error_back(&about, now)?;
                packet.set_embedded(End::Source, inside);
                packet.set_address(End::Destination, inside.ip());
            }
            Shape::Fragment => {
                let inside = self.entering.recall(packet, now)?;
                packet.set_address(End::Destination, inside);
            }
            _ => {
                let member = Member::inbound(packet)?;
                let inside = self.tables.back(member, now)?;
                self.entering.remember(packet, inside.ip(), now);
                packet.set(End::Destination, inside);
            }
        }
        Some(())
    }
}

/// A free outside port; none if hardly any is left.
fn choose_port(
    member: &Member,
    ports: Ports,
    random: &mut Random,
    free: impl Fn(u16) -> bool,
) -> Option<u16> {
    let inside = member.source().port();
    if ports == Ports::Preserve && free(inside) {
        return Some(inside);
    }
    let (first, last) = match member.protocol {
        Protocol::Echo => (0, u16::MAX),
        Protocol::Udp | Protocol::Tcp if inside < FIRST_ORDINARY => (1, FIRST_ORDINARY - 1),
        Protocol::Udp | Protocol::Tcp => (FIRST_ORDINARY, u16::MAX),
    };
    let count = u64::from(last - first) + 1;
    let mut draw = || first + u16::try_from(random.below(count)).unwrap_or(0);
    std::iter::repeat_with(&mut draw)
        .take(TRIES)
        .find(|port| free(*port))
}

#[cfg(test)]
mod tests;
