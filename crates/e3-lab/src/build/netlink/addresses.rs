//! Addresses, neighbours and routes.

use std::io;
use std::net::IpAddr;

use netlink_packet_route::address::{AddressAttribute, AddressHeaderFlags, AddressMessage};
use netlink_packet_route::neighbour::{
    NeighbourAddress, NeighbourAttribute, NeighbourMessage, NeighbourState,
};
use netlink_packet_route::route::{
    RouteAddress, RouteAttribute, RouteHeader, RouteMessage, RouteProtocol, RouteScope, RouteType,
};
use netlink_packet_route::{AddressFamily, RouteNetlinkMessage};

use super::{Mac, Netlink};

/// Where a route leads.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Via {
    /// To a router.
    Gateway(IpAddr),
    /// Out of an interface, by its index.
    Interface(u32),
    /// Nowhere: senders are told at once.
    Unreachable,
}

/// What everything else matches, in each version of IP.
pub(crate) const EVERYTHING: [(IpAddr, u8); 2] = [
    (IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 0),
    (IpAddr::V6(std::net::Ipv6Addr::UNSPECIFIED), 0),
];

impl Netlink {
    /// Gives an interface an address in a network, to be used at once.
    pub(crate) fn add_address(
        &mut self,
        index: u32,
        address: IpAddr,
        prefix: u8,
    ) -> io::Result<()> {
        self.create(RouteNetlinkMessage::NewAddress(held(
            index, address, prefix,
        )))
    }

    /// Takes an address away from an interface.
    pub(crate) fn remove_address(
        &mut self,
        index: u32,
        address: IpAddr,
        prefix: u8,
    ) -> io::Result<()> {
        self.delete(RouteNetlinkMessage::DelAddress(held(
            index, address, prefix,
        )))
    }

    /// Says once and for all which Ethernet address a neighbour has, whatever the kernel has found out by itself: whoever has
    /// a new address may have spoken already.
    pub(crate) fn add_neighbour(
        &mut self,
        index: u32,
        address: IpAddr,
        mac: Mac,
    ) -> io::Result<()> {
        let mut message = neighbour(index, address);
        let mac = NeighbourAttribute::LinkLayerAddress(mac.to_vec());
        message.attributes.push(mac);
        self.put(RouteNetlinkMessage::NewNeighbour(message))
    }

    /// Takes that back.
    pub(crate) fn remove_neighbour(&mut self, index: u32, address: IpAddr) -> io::Result<()> {
        self.delete(RouteNetlinkMessage::DelNeighbour(neighbour(index, address)))
    }

    /// Adds a route to a network.
    pub(crate) fn add_route(&mut self, (to, prefix): (IpAddr, u8), via: Via) -> io::Result<()> {
        let mut message = RouteMessage::default();
        let mut attributes = Vec::new();
        if prefix > 0 {
            attributes.push(RouteAttribute::Destination(route_address(to)));
        }
        let (kind, scope) = match via {
            Via::Gateway(gateway) => {
                attributes.push(RouteAttribute::Gateway(route_address(gateway)));
                (RouteType::Unicast, RouteScope::Universe)
            }
            Via::Interface(index) => {
                attributes.push(RouteAttribute::Oif(index));
                (RouteType::Unicast, RouteScope::Link)
            }
            Via::Unreachable => (RouteType::Unreachable, RouteScope::Universe),
        };
        message.header = RouteHeader {
            address_family: family(to),
            destination_prefix_length: prefix,
            table: RouteHeader::RT_TABLE_MAIN,
            protocol: RouteProtocol::Static,
            scope,
            kind,
            ..RouteHeader::default()
        };
        message.attributes = attributes;
        self.create(RouteNetlinkMessage::NewRoute(message))
    }
}

fn held(index: u32, address: IpAddr, prefix: u8) -> AddressMessage {
    let mut message = AddressMessage::default();
    message.header.family = family(address);
    message.header.prefix_len = prefix;
    message.header.index = index;
    // Nobody else can have it, so nobody has to be asked (RFC 4862, section 5.4).
    message.header.flags = AddressHeaderFlags::Nodad;
    message.attributes = vec![
        AddressAttribute::Local(address),
        AddressAttribute::Address(address),
    ];
    message
}

fn neighbour(index: u32, address: IpAddr) -> NeighbourMessage {
    let mut message = NeighbourMessage::default();
    message.header.family = family(address);
    message.header.ifindex = index;
    message.header.state = NeighbourState::Permanent;
    let address = match address {
        IpAddr::V4(address) => NeighbourAddress::Inet(address),
        IpAddr::V6(address) => NeighbourAddress::Inet6(address),
    };
    message.attributes = vec![NeighbourAttribute::Destination(address)];
    message
}

fn route_address(address: IpAddr) -> RouteAddress {
    match address {
        IpAddr::V4(address) => RouteAddress::Inet(address),
        IpAddr::V6(address) => RouteAddress::Inet6(address),
    }
}

fn family(address: IpAddr) -> AddressFamily {
    match address {
        IpAddr::V4(_) => AddressFamily::Inet,
        IpAddr::V6(_) => AddressFamily::Inet6,
    }
}
