//! A home router's firewall for IPv6: it filters as its NAT does, and translates nothing.

use std::net::{IpAddr, Ipv6Addr};

use super::Nanos;
use super::behaviour::{Behaviour, Mapping};
use super::fragments::Fragments;
use super::packet::Packet;
use super::shape::Shape;
use super::table::MappingShown;
use super::tables::{Member, Tables};

/// One firewall.
#[derive(Debug)]
pub(crate) struct Firewall {
    /// The router's own address, which answers pings.
    router: Ipv6Addr,
    tables: Tables,
    leaving: Fragments,
    entering: Fragments,
}

impl Firewall {
    /// Of a router with this address.
    pub(crate) fn new(behaviour: Behaviour, router: Ipv6Addr) -> Self {
        let identity = Behaviour {
            mapping: Mapping::EndpointIndependent,
            ..behaviour
        };
        Self {
            router,
            tables: Tables::new(&identity),
            leaving: Fragments::default(),
            entering: Fragments::default(),
        }
    }

    /// Forgets whom anybody has sent to.
    pub(crate) fn forget(&mut self) {
        self.tables.forget();
        self.leaving.forget();
        self.entering.forget();
    }

    /// Who has sent to whom.
    pub(crate) fn mappings(&self, now: Nanos) -> Vec<MappingShown> {
        self.tables.shown(now)
    }

    /// Whether a packet from inside may pass.
    pub(crate) fn outbound(&mut self, packet: &Packet<'_>, now: Nanos) -> bool {
        match packet.shape() {
            Shape::Error(about) => self.tables.error_out(&about).is_some(),
            Shape::Fragment => self.leaving.recall(packet, now).is_some(),
            Shape::EchoReply { .. } => packet.source() == IpAddr::V6(self.router),
            _ => {
                let Some(member) = Member::outbound(packet) else {
                    return false;
                };
                let admitted = self
                    .tables
                    .out(member, now, |_| Some(member.source()))
                    .is_some();
                if admitted {
                    self.leaving.remember(packet, packet.source(), now);
                }
                admitted
            }
        }
    }

    /// Whether a packet from outside may pass.
    pub(crate) fn inbound(&mut self, packet: &Packet<'_>, now: Nanos) -> bool {
        match packet.shape() {
            Shape::Error(about) => self.tables.error_back(&about, now).is_some(),
            Shape::Fragment => self.entering.recall(packet, now).is_some(),
            Shape::EchoRequest { .. } => packet.destination() == IpAddr::V6(self.router),
            _ => {
                let admitted = Member::inbound(packet)
                    .is_some_and(|member| self.tables.back(member, now).is_some());
                if admitted {
                    self.entering.remember(packet, packet.destination(), now);
                }
                admitted
            }
        }
    }
}
