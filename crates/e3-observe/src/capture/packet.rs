//! A packet and what its headers say.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    ops::Range,
    time::Duration,
};

use etherparse::{LaxNetSlice, LaxSlicedPacket, TransportSlice};

/// What packets begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    Ethernet,
    Ip,
    Other,
}

/// A packet that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// At which of the capture's points.
    pub point: usize,
    /// When, since 1970.
    pub at: Duration,
    /// How many bytes it had, its own link header included.
    pub length: usize,
    /// Those that were kept.
    pub bytes: Vec<u8>,
    /// What its headers say, where it is IP.
    pub headers: Option<Headers>,
}

/// What a packet's headers say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headers {
    /// Who sent it.
    pub from: End,
    /// To whom.
    pub to: End,
    /// What carries its payload.
    pub transport: Transport,
    /// Where in the packet that is.
    pub payload: Range<usize>,
    /// Where IP begins.
    pub ip: usize,
}

/// An address, and a port where there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct End {
    /// The address.
    pub address: IpAddr,
    /// The port; 0 where there is none.
    pub port: u16,
}

/// What carries a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// TCP (RFC 9293).
    Tcp {
        /// The number of the payload's first byte.
        sequence: u32,
        /// Whether it begins a connection; then the payload's first byte has the number behind.
        syn: bool,
    },
    /// UDP (RFC 768).
    Udp,
    /// A part of something that was cut (RFC 791, section 3.2).
    Fragment,
    /// Something else, such as ICMP.
    Other,
}

impl Packet {
    pub(super) fn new(
        point: usize,
        at: Duration,
        link: Link,
        length: usize,
        bytes: Vec<u8>,
    ) -> Self {
        Self {
            point,
            at,
            length,
            headers: Headers::read(link, &bytes),
            bytes,
        }
    }

    /// What it carries; all of it where its headers are none that are known.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        let range = self.headers.as_ref().map(|headers| headers.payload.clone());
        let range = range.unwrap_or(0..self.bytes.len());
        self.bytes.get(range).unwrap_or_default()
    }
}

impl Headers {
    /// None where there is no whole header of IP.
    pub(super) fn read(link: Link, bytes: &[u8]) -> Option<Self> {
        let sliced = match link {
            Link::Ethernet => LaxSlicedPacket::from_ethernet(bytes).ok()?,
            Link::Ip => LaxSlicedPacket::from_ip(bytes).ok()?,
            Link::Other => return None,
        };
        let (from, to, header, payload): (IpAddr, IpAddr, _, _) = match sliced.net.as_ref()? {
            LaxNetSlice::Ipv4(four) => {
                let header = four.header();
                let (from, to) = (header.source_addr(), header.destination_addr());
                (from.into(), to.into(), header.slice(), four.payload())
            }
            LaxNetSlice::Ipv6(six) => {
                let header = six.header();
                let (from, to) = (header.source_addr(), header.destination_addr());
                (from.into(), to.into(), header.slice(), six.payload())
            }
            LaxNetSlice::Arp(_) => return None,
        };
        let end = |address, port| End { address, port };
        let (from, to, transport, carried) = match &sliced.transport {
            _ if payload.fragmented => {
                let carried = payload.payload;
                (end(from, 0), end(to, 0), Transport::Fragment, carried)
            }
            Some(TransportSlice::Tcp(tcp)) => {
                let (sequence, syn) = (tcp.sequence_number(), tcp.syn());
                let (from, to) = (
                    end(from, tcp.source_port()),
                    end(to, tcp.destination_port()),
                );
                (from, to, Transport::Tcp { sequence, syn }, tcp.payload())
            }
            Some(TransportSlice::Udp(udp)) => {
                let (from, to) = (
                    end(from, udp.source_port()),
                    end(to, udp.destination_port()),
                );
                (from, to, Transport::Udp, udp.payload())
            }
            _ => (end(from, 0), end(to, 0), Transport::Other, payload.payload),
        };
        Some(Self {
            from,
            to,
            transport,
            payload: range(bytes, carried)?,
            ip: range(bytes, header)?.start,
        })
    }
}

/// Where a part of these bytes is in them.
fn range(whole: &[u8], part: &[u8]) -> Option<Range<usize>> {
    let start = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
    let end = start.checked_add(part.len())?;
    (end <= whole.len()).then_some(start..end)
}

/// `198.18.0.5:4000`, or the address alone.
impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            0 => write!(f, "{}", self.address),
            port => write!(f, "{}", SocketAddr::new(self.address, port)),
        }
    }
}
