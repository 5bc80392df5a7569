//! Packets of IP as a TUN interface gives and takes them: each behind a virtio header (VIRTIO 1.2, section 5.1.6), TCP as
//! long pieces that are yet to be cut.
//!
//! Pure: whatever stands in a packet, these say something of it or nothing.

mod cut;
pub(crate) mod echo;
pub(crate) mod fuzzing;
mod join;
mod unreachable;
mod view;

use e3_sys::checksum;

pub(crate) use cut::Cutter;
pub(crate) use join::Joiner;
pub(crate) use unreachable::unreachable;
pub(crate) use view::{destination, is_plausible, source};

/// Bytes of the virtio header.
pub(crate) const VIRTIO: usize = e3_sys::tun::HEADER;

/// The longest packet, behind its virtio header.
pub(crate) const LONGEST: usize = VIRTIO + 65_535;

/// Fields of the virtio header.
mod virtio {
    pub(super) const FLAGS: usize = 0;
    pub(super) const KIND: usize = 1;
    pub(super) const HEADERS: usize = 2;
    pub(super) const SEGMENT: usize = 4;
    pub(super) const SUM_FROM: usize = 6;
    pub(super) const SUM_INTO: usize = 8;
    /// The flag that says that a checksum is to be completed.
    pub(super) const NEEDS_SUM: u8 = 1;
    /// Kinds of pieces: TCP over IPv4, TCP over IPv6, UDP; the highest bit says that congestion was noted.
    pub(super) const TCP4: u8 = 1;
    pub(super) const TCP6: u8 = 4;
    pub(super) const UDP: u8 = 5;
    pub(super) const KINDS: u8 = 0x7f;
}

/// TCP's flags (RFC 9293, section 3.1, and RFC 3168, section 6.1.2).
mod flags {
    pub(super) const FIN: u8 = 0x01;
    pub(super) const SYN: u8 = 0x02;
    pub(super) const PSH: u8 = 0x08;
    pub(super) const ACK: u8 = 0x10;
    pub(super) const CWR: u8 = 0x80;
}

const TCP: u8 = 6;
const UDP: u8 = 17;

/// Fills in the checksum of a packet of UDP over IPv6 without further headers, in which it is zero.
pub(crate) fn complete_udp6(packet: &mut [u8]) -> Option<()> {
    let length = packet.len().checked_sub(40)?;
    let start = checksum::pseudo(packet.get(8..40)?, UDP, length);
    let sum = checksum::finish(checksum::sum(packet.get(40..)?, start));
    put(packet, 46, sum.to_be_bytes())
}

/// Two bytes of a packet, in the order of networks.
fn network(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

/// Four bytes of a packet, in the order of networks.
fn network_long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// Two bytes of a virtio header, in this machine's order.
fn native(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn put<const N: usize>(bytes: &mut [u8], at: usize, what: [u8; N]) -> Option<()> {
    bytes.get_mut(at..at + N)?.copy_from_slice(&what);
    Some(())
}

/// A length as headers hold it.
fn short(length: usize) -> u16 {
    u16::try_from(length).unwrap_or(u16::MAX)
}

/// Bytes of a UDP header.
pub(crate) const UDP_HEADER: usize = 8;

/// The header of a datagram from one address and port to another, its checksum filled in; none for addresses of different
/// versions of IP.
pub(crate) fn udp_header(
    (from, from_port): (std::net::IpAddr, u16),
    (to, to_port): (std::net::IpAddr, u16),
    datagram: &[u8],
) -> Option<[u8; UDP_HEADER]> {
    use std::net::IpAddr;
    let addresses = match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => [from.octets(), to.octets()].concat(),
        (IpAddr::V6(from), IpAddr::V6(to)) => [from.octets(), to.octets()].concat(),
        _ => return None,
    };
    let length = UDP_HEADER + datagram.len();
    let mut header = [0; UDP_HEADER];
    put(&mut header, 0, from_port.to_be_bytes())?;
    put(&mut header, 2, to_port.to_be_bytes())?;
    put(&mut header, 4, short(length).to_be_bytes())?;
    let start = checksum::pseudo(&addresses, UDP, length);
    let sum = checksum::sum(datagram, checksum::sum(&header, start));
    put(&mut header, 6, checksum::finish(sum).to_be_bytes())?;
    Some(header)
}
