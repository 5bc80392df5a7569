//! The networks that this host has routes to.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use netlink_packet_core::{
    NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload,
};
use netlink_packet_route::RouteNetlinkMessage;
use netlink_packet_route::route::{RouteAddress, RouteAttribute, RouteMessage, RouteType};
use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_ROUTE};
use rustix::net::sockopt::{Timeout, set_socket_timeout};

/// The kernel sends at most this many bytes of a dump at once (`netlink(7)`).
const PIECE: usize = 64 * 1024;

/// How long the kernel may take to answer; it needs microseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where packets go that one of this host's routing tables leads somewhere: the network's address and the length of its
/// prefix, default routes and this host's own addresses among them. Of the calling thread's network namespace, by
/// rtnetlink(7), which needs no rights.
pub fn networks() -> io::Result<Vec<(IpAddr, u8)>> {
    collect(network)
}

/// The networks that this host is attached to itself: the same, but for those that begin at a router, and for this host's
/// own addresses.
///
/// # Errors
/// As of [`networks`].
pub fn attached() -> io::Result<Vec<(IpAddr, u8)>> {
    let is_attached =
        |route: &RouteMessage| route.header.kind == RouteType::Unicast && is_direct(route);
    collect(|route| network(route).filter(|_| is_attached(route)))
}

/// What is wanted of all routes.
fn collect<T>(wanted: impl Fn(&RouteMessage) -> Option<T>) -> io::Result<Vec<T>> {
    let mut socket = Socket::new(NETLINK_ROUTE)?;
    socket.bind_auto()?;
    set_socket_timeout(&socket, Timeout::Recv, Some(PATIENCE))?;
    socket.send_to(&dump(), &SocketAddr::new(0, 0), 0)?;
    let mut networks = Vec::new();
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        socket.recv(&mut piece, 0)?;
        let mut rest = piece.as_slice();
        while !rest.is_empty() {
            let message = NetlinkMessage::<RouteNetlinkMessage>::deserialize(rest)
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?;
            match message.payload {
                NetlinkPayload::Done(_) => return Ok(networks),
                NetlinkPayload::Error(error) if error.code.is_some() => return Err(error.to_io()),
                NetlinkPayload::InnerMessage(RouteNetlinkMessage::NewRoute(route)) => {
                    networks.extend(wanted(&route));
                }
                _ => {}
            }
            // Messages begin at multiples of four bytes.
            let length = (message.header.length as usize).next_multiple_of(4);
            rest = rest.get(length..).unwrap_or_default();
        }
    }
}

/// A question for all routes of all tables.
fn dump() -> Vec<u8> {
    let mut header = NetlinkHeader::default();
    header.flags = NLM_F_REQUEST | NLM_F_DUMP;
    let asked = RouteNetlinkMessage::GetRoute(RouteMessage::default());
    let mut message = NetlinkMessage::new(header, NetlinkPayload::from(asked));
    message.finalize();
    let mut bytes = vec![0; message.buffer_len()];
    message.serialize(&mut bytes);
    bytes
}

/// Where a route leads, unless it is one by which nothing is reached.
fn network(route: &RouteMessage) -> Option<(IpAddr, u8)> {
    if !matches!(route.header.kind, RouteType::Unicast | RouteType::Local) {
        return None;
    }
    let address = route
        .attributes
        .iter()
        .find_map(|attribute| match attribute {
            RouteAttribute::Destination(RouteAddress::Inet(four)) => Some(IpAddr::V4(*four)),
            RouteAttribute::Destination(RouteAddress::Inet6(six)) => Some(IpAddr::V6(*six)),
            _ => None,
        })?;
    Some((address, route.header.destination_prefix_length))
}

/// Whether no router stands between.
fn is_direct(route: &RouteMessage) -> bool {
    !route.attributes.iter().any(|attribute| {
        matches!(
            attribute,
            RouteAttribute::Gateway(_) | RouteAttribute::Via(_) | RouteAttribute::MultiPath(_)
        )
    })
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn loopback_is_among_them() {
        let found = networks().unwrap();
        assert!(
            found.contains(&(Ipv4Addr::new(127, 0, 0, 0).into(), 8)),
            "{found:?}"
        );
    }

    #[test]
    fn a_host_is_attached_to_no_more_than_it_has_routes_to() {
        let (all, attached) = (networks().unwrap(), attached().unwrap());
        assert!(
            attached.iter().all(|network| all.contains(network)),
            "{attached:?}"
        );
    }

    #[test]
    fn what_begins_at_a_router_is_not_attached() {
        let mut route = RouteMessage::default();
        assert!(is_direct(&route));
        let router = RouteAddress::Inet(Ipv4Addr::new(192, 0, 2, 1));
        route.attributes.push(RouteAttribute::Gateway(router));
        assert!(!is_direct(&route));
    }
}
