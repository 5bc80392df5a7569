//! The mappings of all protocols, and what a packet and its answers have to do with them.

use std::net::{IpAddr, SocketAddr};

use super::Nanos;
use super::behaviour::Behaviour;
use super::packet::Packet;
use super::shape::{Embedded, Flags, Protocol, Shape};
use super::table::{MappingShown, Passage, Table};

/// The mappings of all protocols.
#[derive(Debug)]
pub(super) struct Tables {
    udp: Table,
    tcp: Table,
    echo: Table,
    block_udp: bool,
}

/// A packet that begins or belongs to a session.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub(super) protocol: Protocol,
    source: SocketAddr,
    destination: SocketAddr,
    flags: Flags,
}

impl Member {
    /// A packet on its way out: of a flow, or an echo request.
    pub(super) fn outbound(packet: &Packet<'_>) -> Option<Self> {
        match packet.shape() {
            Shape::EchoRequest { id } => Some(Self::echo(packet, id, 0)),
            _ => Self::flow(packet),
        }
    }

    /// A packet on its way in: of a flow, or an echo reply.
    pub(super) fn inbound(packet: &Packet<'_>) -> Option<Self> {
        match packet.shape() {
            Shape::EchoReply { id } => Some(Self::echo(packet, 0, id)),
            _ => Self::flow(packet),
        }
    }

    fn flow(packet: &Packet<'_>) -> Option<Self> {
        let Shape::Flow {
            protocol,
            source,
            destination,
            flags,
        } = packet.shape()
        else {
            return None;
        };
        Some(Self {
            protocol,
            source: SocketAddr::new(packet.source(), source),
            destination: SocketAddr::new(packet.destination(), destination),
            flags,
        })
    }

    fn echo(packet: &Packet<'_>, source: u16, destination: u16) -> Self {
        Self {
            protocol: Protocol::Echo,
            source: SocketAddr::new(packet.source(), source),
            destination: SocketAddr::new(packet.destination(), destination),
            flags: Flags::default(),
        }
    }

    pub(super) fn source(&self) -> SocketAddr {
        self.source
    }
}

impl Tables {
    pub(super) fn new(behaviour: &Behaviour) -> Self {
        let table = |protocol| Table::new(protocol, behaviour);
        Self {
            udp: table(Protocol::Udp),
            tcp: table(Protocol::Tcp),
            echo: table(Protocol::Echo),
            block_udp: behaviour.block_udp,
        }
    }

    /// The outside endpoint from which a packet leaves; `choose` finds one that is not taken where there is none yet.
    pub(super) fn out(
        &mut self,
        member: Member,
        now: Nanos,
        choose: impl FnOnce(&dyn Fn(SocketAddr) -> bool) -> Option<SocketAddr>,
    ) -> Option<SocketAddr> {
        if self.blocks(member.protocol) {
            return None;
        }
        let passage = Passage {
            remote: member.destination,
            flags: member.flags,
            now,
        };
        self.of_mut(member.protocol)
            .out(member.source, passage, choose)
    }

    /// The inside endpoint that a packet from outside is for.
    pub(super) fn back(&mut self, member: Member, now: Nanos) -> Option<SocketAddr> {
        if self.blocks(member.protocol) {
            return None;
        }
        let passage = Passage {
            remote: member.source,
            flags: member.flags,
            now,
        };
        self.of_mut(member.protocol)
            .back(member.destination, passage)
    }

    /// Where in the outside's eyes the packet was sent that an inside host's error is about.
    pub(super) fn error_out(&self, about: &Embedded) -> Option<SocketAddr> {
        self.of(about.protocol)
            .outside_of(about.destination, about.source)
    }

    /// Who inside has sent the packet that an error from outside is about.
    pub(super) fn error_back(&self, about: &Embedded, now: Nanos) -> Option<SocketAddr> {
        self.of(about.protocol)
            .sender_of(about.source, about.destination, now)
    }

    /// The inside address that a packet from outside is likely for; nobody has admitted it yet.
    pub(super) fn glimpse(&self, packet: &Packet<'_>, now: Nanos) -> Option<IpAddr> {
        let inside = if let Shape::Error(about) = packet.shape() {
            self.error_back(&about, now)?
        } else {
            let member = Member::inbound(packet)?;
            self.of(member.protocol)
                .inside_of(member.destination, now)?
        };
        Some(inside.ip())
    }

    pub(super) fn forget(&mut self) {
        [&mut self.udp, &mut self.tcp, &mut self.echo]
            .into_iter()
            .for_each(Table::forget);
    }

    /// All mappings that last.
    pub(super) fn shown(&self, now: Nanos) -> Vec<MappingShown> {
        let tables = [&self.udp, &self.tcp, &self.echo].into_iter();
        let mut shown: Vec<_> = tables.flat_map(|table| table.shown(now)).collect();
        shown.sort_by_key(|mapping| (mapping.protocol, mapping.inside, mapping.outside));
        shown
    }

    fn blocks(&self, protocol: Protocol) -> bool {
        self.block_udp && protocol == Protocol::Udp
    }

    fn of(&self, protocol: Protocol) -> &Table {
        match protocol {
            Protocol::Udp => &self.udp,
            Protocol::Tcp => &self.tcp,
            Protocol::Echo => &self.echo,
        }
    }

    fn of_mut(&mut self, protocol: Protocol) -> &mut Table {
        match protocol {
            Protocol::Udp => &mut self.udp,
            Protocol::Tcp => &mut self.tcp,
            Protocol::Echo => &mut self.echo,
        }
    }
}
