//! Where nobody is sent.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Addresses of one kind, or relays, that are heeded of a party: nobody is made to knock at more doors.
pub const MAX_ADDRESSES: usize = 12;

/// Where clouds answer a host's questions about itself, its credentials among them, by HTTP.
const METADATA: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

/// Whether a party can be there, so that nobody is made to send where many or none listen, or to services of its own host
/// that trust whoever reaches them.
pub fn can_be_at(at: SocketAddr) -> bool {
    let address = at.ip().to_canonical();
    let broadcast = matches!(address, IpAddr::V4(address) if address.is_broadcast());
    let nobodys = address.is_unspecified() || address.is_multicast() || broadcast;
    let own = address.is_loopback() || METADATA.contains(&address);
    at.port() != 0 && !nobodys && !own
}
