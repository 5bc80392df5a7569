//! Interfaces, addresses and routes (`linux/rtnetlink.h`, `linux/if_addr.h`).

use std::{
    io,
    net::IpAddr,
    os::fd::{AsRawFd as _, BorrowedFd},
};

use super::{
    Netlink,
    message::{ACKNOWLEDGE, CREATE, EXCLUSIVE, Message},
};

/// The loopback interface in every network namespace.
const LOOPBACK: u32 = 1;

const NEW_LINK: u16 = 16;
const NEW_ADDRESS: u16 = 20;
const NEW_ROUTE: u16 = 24;
const DELETE_ROUTE: u16 = 25;

/// An address that nobody has to be asked for (RFC 4862, section 5.4).
const NO_DETECTION: u8 = 2;
/// What does not leave this host.
const SCOPE_HOST: u8 = 254;
/// The table of a host's own addresses.
const TABLE_LOCAL: u8 = 255;
const PROTOCOL_STATIC: u8 = 4;
/// A route to this very host.
const TYPE_LOCAL: u8 = 2;
/// What is on the link of an interface.
const SCOPE_LINK: u8 = 253;
const TABLE_MAIN: u8 = 254;
const TYPE_UNICAST: u8 = 1;

impl Netlink {
    /// Switches the loopback interface on.
    pub(in super::super) fn switch_on(&mut self) -> io::Result<()> {
        const UP: u32 = 1;
        let mut fixed = [0; 16];
        fixed[4..8].copy_from_slice(&LOOPBACK.to_ne_bytes());
        fixed[8..12].copy_from_slice(&UP.to_ne_bytes());
        fixed[12..].copy_from_slice(&UP.to_ne_bytes());
        self.tell([Message::new(NEW_LINK, ACKNOWLEDGE, &fixed)], 1)
    }

    /// Switches an interface on, for packets of at most so many bytes.
    pub(in super::super) fn switch_on_with(&mut self, name: &str, mtu: u32) -> io::Result<()> {
        const NAME: u16 = 3;
        const MTU: u16 = 4;
        const UP: u32 = 1;
        let mut fixed = [0; 16];
        fixed[8..12].copy_from_slice(&UP.to_ne_bytes());
        fixed[12..].copy_from_slice(&UP.to_ne_bytes());
        let message = Message::new(NEW_LINK, ACKNOWLEDGE, &fixed);
        let message = message.text(NAME, name).with(MTU, &mtu.to_ne_bytes());
        self.tell([message], 1)
    }

    /// Makes an interface of this kind in another network namespace. What it sends itself still leaves from this one, where
    /// its kind knows of both, as that of WireGuard does.
    pub(in super::super) fn make_in(
        &mut self,
        name: &str,
        kind: &str,
        network: BorrowedFd<'_>,
    ) -> io::Result<()> {
        const NAME: u16 = 3;
        const INFORMATION: u16 = 18;
        const KIND: u16 = 1;
        const NAMESPACE: u16 = 28;
        let flags = ACKNOWLEDGE | CREATE | EXCLUSIVE;
        let message = Message::new(NEW_LINK, flags, &[0; 16]).text(NAME, name);
        let number = network.as_raw_fd().to_ne_bytes();
        let message = message.with(NAMESPACE, &number);
        let message = message.nest(INFORMATION, |inner| inner.text(KIND, kind));
        self.tell([message], 1)
    }

    /// Removes an interface, and with it, at once, the sockets that its kind has.
    pub(in super::super) fn remove(&mut self, interface: u32) -> io::Result<()> {
        const DELETE_LINK: u16 = 17;
        let mut fixed = [0; 16];
        fixed[4..8].copy_from_slice(&interface.to_ne_bytes());
        self.tell([Message::new(DELETE_LINK, ACKNOWLEDGE, &fixed)], 1)
    }

    /// Moves an interface into another network namespace, where it arrives switched off and without addresses.
    pub(in super::super) fn move_to(
        &mut self,
        name: &str,
        network: BorrowedFd<'_>,
    ) -> io::Result<()> {
        const NAME: u16 = 3;
        const NAMESPACE: u16 = 28;
        let message = Message::new(NEW_LINK, ACKNOWLEDGE, &[0; 16]).text(NAME, name);
        let number = network.as_raw_fd().to_ne_bytes();
        self.tell([message.with(NAMESPACE, &number)], 1)
    }

    /// Gives the loopback interface an address.
    pub(in super::super) fn add_address(&mut self, address: IpAddr) -> io::Result<()> {
        self.add_address_to(LOOPBACK, address)
    }

    /// Gives an interface an address.
    pub(in super::super) fn add_address_to(
        &mut self,
        interface: u32,
        address: IpAddr,
    ) -> io::Result<()> {
        const ADDRESS: u16 = 1;
        const LOCAL: u16 = 2;
        let [a, b, c, d] = interface.to_ne_bytes();
        let (family, length) = family(address);
        let fixed = [family, length, NO_DETECTION, 0, a, b, c, d];
        let bytes = octets(address);
        let message = Message::new(NEW_ADDRESS, ACKNOWLEDGE | CREATE | EXCLUSIVE, &fixed);
        let message = message.with(LOCAL, &bytes).with(ADDRESS, &bytes);
        self.tell([message], 1)
    }

    /// Lets another's address lead here, from this one unless a program says otherwise.
    pub(in super::super) fn add_route(&mut self, to: IpAddr, from: IpAddr) -> io::Result<()> {
        const SOURCE: u16 = 7;
        let message = route(NEW_ROUTE, ACKNOWLEDGE | CREATE | EXCLUSIVE, to);
        self.tell([message.with(SOURCE, &octets(from))], 1)
    }

    /// Takes that back.
    pub(in super::super) fn remove_route(&mut self, to: IpAddr) -> io::Result<()> {
        self.tell([route(DELETE_ROUTE, ACKNOWLEDGE, to)], 1)
    }

    /// Lets another's address be reached by an interface, from this one unless a program says otherwise.
    pub(in super::super) fn add_route_by(
        &mut self,
        interface: u32,
        to: IpAddr,
        from: IpAddr,
    ) -> io::Result<()> {
        const SOURCE: u16 = 7;
        let message = route_by(NEW_ROUTE, ACKNOWLEDGE | CREATE | EXCLUSIVE, interface, to);
        self.tell([message.with(SOURCE, &octets(from))], 1)
    }

    /// Takes that back.
    pub(in super::super) fn remove_route_by(
        &mut self,
        interface: u32,
        to: IpAddr,
    ) -> io::Result<()> {
        self.tell([route_by(DELETE_ROUTE, ACKNOWLEDGE, interface, to)], 1)
    }
}

/// A route to an address that leads to this very host.
fn route(kind: u16, flags: u16, to: IpAddr) -> Message {
    let place = [TABLE_LOCAL, PROTOCOL_STATIC, SCOPE_HOST, TYPE_LOCAL];
    route_at(kind, flags, (place, LOOPBACK), to)
}

/// A route to an address that is on an interface's link.
fn route_by(kind: u16, flags: u16, interface: u32, to: IpAddr) -> Message {
    let place = [TABLE_MAIN, PROTOCOL_STATIC, SCOPE_LINK, TYPE_UNICAST];
    route_at(kind, flags, (place, interface), to)
}

fn route_at(kind: u16, flags: u16, (place, interface): ([u8; 4], u32), to: IpAddr) -> Message {
    const DESTINATION: u16 = 1;
    const INTERFACE: u16 = 4;
    let (family, length) = family(to);
    let [table, protocol, scope, type_] = place;
    let fixed = [
        family, length, 0, 0, table, protocol, scope, type_, 0, 0, 0, 0,
    ];
    Message::new(kind, flags, &fixed)
        .with(DESTINATION, &octets(to))
        .with(INTERFACE, &interface.to_ne_bytes())
}

/// The number of the family, and the bits of an address.
fn family(address: IpAddr) -> (u8, u8) {
    match address {
        IpAddr::V4(_) => (2, 32),
        IpAddr::V6(_) => (10, 128),
    }
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}
