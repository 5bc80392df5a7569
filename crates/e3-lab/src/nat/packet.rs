//! What a NAT reads of a packet, and how it changes it.
//!
//! Packets begin with a virtio header, may be super-packets, and may leave their checksums to whoever cuts them.
//! Every change keeps all checksums right.

use std::net::{IpAddr, SocketAddr};

use e3_sys::tun::HEADER;

use super::checksum::{Field, updated};
use super::header::{Version, word};
use super::shape::{Layout, Protocol, Shape};

/// In the flags of the virtio header (VIRTIO 1.2, section 5.1.6): the checksum is partial.
const NEEDS_CHECKSUM: u8 = 1;

/// Which end of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The sender's.
    Source,
    /// The receiver's.
    Destination,
}

/// A packet that has been read.
#[derive(Debug)]
pub(crate) struct Packet<'a> {
    /// From the IP header onwards.
    bytes: &'a mut [u8],
    layout: Layout,
    checksum: Field,
}

impl<'a> Packet<'a> {
    /// Reads a packet; none if it is no IP or cut off.
    pub(crate) fn read(packet: &'a mut [u8]) -> Option<Self> {
        let checksum = if packet.first()? & NEEDS_CHECKSUM == 0 {
            Field::Whole
        } else {
            Field::Partial
        };
        let bytes = packet.get_mut(HEADER..)?;
        Some(Self {
            layout: Layout::of(bytes)?,
            bytes,
            checksum,
        })
    }

    /// What it is.
    pub(crate) fn shape(&self) -> Shape {
        self.layout.shape
    }

    /// Its sender's address.
    pub(crate) fn source(&self) -> IpAddr {
        self.layout.source
    }

    /// Its receiver's address.
    pub(crate) fn destination(&self) -> IpAddr {
        self.layout.destination
    }

    /// What its fragments have in common, if it is one.
    pub(crate) fn fragment(&self) -> Option<u32> {
        self.layout.fragment
    }

    /// Gives one end another address and, unless it is an error or a later fragment, another port (of an echo: another
    /// identifier).
    pub(crate) fn set(&mut self, end: End, to: SocketAddr) {
        self.set_address(end, to.ip());
        let transport = self.layout.transport;
        let at = match (self.layout.shape, end) {
            (Shape::Flow { .. }, End::Source) => transport,
            (Shape::Flow { .. }, End::Destination) => transport + 2,
            (Shape::EchoRequest { .. } | Shape::EchoReply { .. }, _) => transport + 4,
            (Shape::Error(_) | Shape::Fragment | Shape::Other, _) => return,
        };
        let old = self.put(at, &to.port().to_be_bytes());
        // A partial checksum is of the pseudo-header, in which there are no ports.
        if self.checksum_of_all() == Field::Whole {
            self.mend_transport(&old, &to.port().to_be_bytes());
        }
        self.layout.shape = self.layout.shape.with_port(end, to.port());
    }

    /// Gives one end another address.
    pub(crate) fn set_address(&mut self, end: End, to: IpAddr) {
        let (IpAddr::V4(to), Version::V4) = (to, self.layout.version) else {
            return;
        };
        let new = to.octets();
        let old = self.put(address_at(end), &new);
        self.mend(10, Field::Whole, &old, &new);
        if matches!(self.layout.shape, Shape::Flow { .. }) {
            self.mend_transport(&old, &new);
        }
        match end {
            End::Source => self.layout.source = to.into(),
            End::Destination => self.layout.destination = to.into(),
        }
    }

    /// Of an error, gives one end of the packet that it is about another address and port. What the error says of
    /// that packet's checksums stays as right as it was.
    pub(crate) fn set_embedded(&mut self, end: End, to: SocketAddr) {
        let (Shape::Error(mut embedded), IpAddr::V4(address)) = (self.layout.shape, to.ip()) else {
            return;
        };
        match end {
            End::Source => embedded.source = to,
            End::Destination => embedded.destination = to,
        }
        self.layout.shape = Shape::Error(embedded);
        let (ip, transport) = (embedded.ip, embedded.transport);
        let (new, port) = (address.octets(), to.port().to_be_bytes());
        let old = self.put_in_error(ip + address_at(end), &new);
        self.mend_in_error(ip + 10, &old, &new);
        let (port_at, checksum_at) = match (embedded.protocol, end) {
            (Protocol::Echo, _) => (transport + 4, transport + 2),
            (Protocol::Udp, End::Source) => (transport, transport + 6),
            (Protocol::Udp, End::Destination) => (transport + 2, transport + 6),
            (Protocol::Tcp, End::Source) => (transport, transport + 16),
            (Protocol::Tcp, End::Destination) => (transport + 2, transport + 16),
        };
        let old_port = self.put_in_error(port_at, &port);
        if embedded.protocol != Protocol::Echo {
            self.mend_in_error(checksum_at, &old, &new);
        }
        self.mend_in_error(checksum_at, &old_port, &port);
    }

    /// Turns an echo request into its reply.
    pub(crate) fn answer_echo(&mut self) {
        let (Shape::EchoRequest { id }, Version::V4) = (self.layout.shape, self.layout.version)
        else {
            return;
        };
        let (source, destination) = (self.layout.source, self.layout.destination);
        self.set_address(End::Source, destination);
        self.set_address(End::Destination, source);
        let transport = self.layout.transport;
        let code = self.bytes.get(transport + 1).copied().unwrap_or(0);
        let new = [super::shape::ECHO_REPLY, code];
        let old = self.put(transport, &new);
        self.mend(transport + 2, Field::Whole, &old, &new);
        // It starts on its way anew.
        let time_to_live = [64, self.bytes.get(9).copied().unwrap_or(0)];
        let old = self.put(8, &time_to_live);
        self.mend(10, Field::Whole, &old, &time_to_live);
        self.layout.shape = Shape::EchoReply { id };
    }

    /// Writes and returns what was there. What lies beyond the packet's end is left out.
    fn put<const N: usize>(&mut self, at: usize, new: &[u8; N]) -> [u8; N] {
        let Some(place) = self.bytes.get_mut(at..at + N) else {
            return *new;
        };
        let mut old = *new;
        place.swap_with_slice(&mut old);
        old
    }

    /// The same inside an error, whose own checksum covers it.
    fn put_in_error<const N: usize>(&mut self, at: usize, new: &[u8; N]) -> [u8; N] {
        let old = self.put(at, new);
        self.mend(self.layout.transport + 2, Field::Whole, &old, new);
        old
    }

    /// Brings the checksum at this place up to date.
    fn mend(&mut self, at: usize, field: Field, old: &[u8], new: &[u8]) {
        if let Some(checksum) = word(self.bytes, at) {
            self.put(at, &updated(checksum, field, old, new).to_be_bytes());
        }
    }

    /// Brings the checksum of a packet inside an error up to date, if the error shows it. Zero is UDP's word for none.
    fn mend_in_error(&mut self, at: usize, old: &[u8], new: &[u8]) {
        if let Some(checksum) = word(self.bytes, at).filter(|checksum| *checksum != 0) {
            let new = updated(checksum, Field::Whole, old, new);
            self.put_in_error(at, &new.to_be_bytes());
        }
    }

    fn mend_transport(&mut self, old: &[u8], new: &[u8]) {
        let transport = self.layout.transport;
        let (at, udp) = match self.layout.shape {
            Shape::Flow { protocol, .. } => match protocol {
                Protocol::Tcp => (transport + 16, false),
                Protocol::Udp => (transport + 6, true),
                Protocol::Echo => return,
            },
            Shape::EchoRequest { .. } | Shape::EchoReply { .. } => (transport + 2, false),
            Shape::Error(_) | Shape::Fragment | Shape::Other => return,
        };
        let Some(checksum) = word(self.bytes, at) else {
            return;
        };
        let kind = self.checksum_of_all();
        // RFC 768: zero says that there is no checksum, and one that comes to zero is written as its complement.
        let udp = udp && kind == Field::Whole;
        if !udp || checksum != 0 {
            let new = match updated(checksum, kind, old, new) {
                0 if udp => u16::MAX,
                new => new,
            };
            self.put(at, &new.to_be_bytes());
        }
    }

    /// What the transport's checksum covers; ICMP's is never left to others.
    fn checksum_of_all(&self) -> Field {
        match self.layout.shape {
            Shape::Flow { .. } => self.checksum,
            _ => Field::Whole,
        }
    }
}

const fn address_at(end: End) -> usize {
    match end {
        End::Source => 12,
        End::Destination => 16,
    }
}

#[cfg(test)]
mod tests;
