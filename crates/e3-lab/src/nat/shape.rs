//! What a packet is: UDP, TCP, ICMP (RFC 792, RFC 4443).

use std::net::{IpAddr, SocketAddr};

use super::header::{Header, ICMP, ICMP_6, TCP, UDP, Version, word};

/// ICMP's types (RFC 792) that matter here.
pub(super) const ECHO_REPLY: u8 = 0;
const ECHO_REQUEST: u8 = 8;
/// Destination unreachable, source quench, time exceeded, parameter problem.
const ERRORS: [u8; 4] = [3, 4, 11, 12];
/// The same for IPv6 (RFC 4443), whose errors are those below 128.
const ECHO_REQUEST_6: u8 = 128;
const ECHO_REPLY_6: u8 = 129;

/// What has mappings of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// UDP.
    Udp,
    /// TCP.
    Tcp,
    /// ICMP echo, where the identifier stands for the inside port and the outside port is zero.
    Echo,
}

/// A TCP segment's flags that begin and end connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Flags {
    pub(crate) syn: bool,
    pub(crate) fin: bool,
    pub(crate) rst: bool,
}

/// What a packet is to a NAT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// UDP or TCP.
    Flow {
        protocol: Protocol,
        source: u16,
        destination: u16,
        flags: Flags,
    },
    /// An echo request.
    EchoRequest { id: u16 },
    /// The answer to one.
    EchoReply { id: u16 },
    /// An ICMP error.
    Error(Embedded),
    /// A fragment other than the first, which does not show what it belongs to.
    Fragment,
    /// Anything else.
    Other,
}

/// The packet that an ICMP error is about, as far as the error shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Embedded {
    pub(crate) protocol: Protocol,
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
    /// Where its headers begin.
    pub(super) ip: usize,
    pub(super) transport: usize,
}

impl Shape {
    pub(super) fn with_port(self, end: super::packet::End, port: u16) -> Self {
        use super::packet::End::{Destination, Source};
        match (self, end) {
            (
                Self::Flow {
                    protocol,
                    destination,
                    flags,
                    ..
                },
                Source,
            ) => Self::Flow {
                protocol,
                source: port,
                destination,
                flags,
            },
            (
                Self::Flow {
                    protocol,
                    source,
                    flags,
                    ..
                },
                Destination,
            ) => Self::Flow {
                protocol,
                source,
                destination: port,
                flags,
            },
            (Self::EchoRequest { .. }, _) => Self::EchoRequest { id: port },
            (Self::EchoReply { .. }, _) => Self::EchoReply { id: port },
            (other, _) => other,
        }
    }
}

/// Where everything is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub(super) version: Version,
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    /// Where the transport's header begins.
    pub(super) transport: usize,
    pub(super) shape: Shape,
    /// The identification that fragments of one packet share.
    pub(super) fragment: Option<u32>,
}

impl Layout {
    /// Of a packet that begins with its IP header.
    pub(super) fn of(bytes: &[u8]) -> Option<Self> {
        let header = Header::at(bytes, 0)?;
        let shape = if header.first {
            shape(bytes, &header).unwrap_or(Shape::Other)
        } else {
            Shape::Fragment
        };
        let Header {
            version,
            source,
            destination,
            transport,
            fragment,
            ..
        } = header;
        Some(Self {
            version,
            source,
            destination,
            transport,
            shape,
            fragment,
        })
    }
}

fn shape(bytes: &[u8], header: &Header) -> Option<Shape> {
    let at = header.transport;
    Some(match (header.version, header.protocol) {
        (_, UDP) => {
            bytes.get(at..at + 8)?;
            flow(bytes, at, Protocol::Udp, Flags::default())?
        }
        (_, TCP) => {
            bytes.get(at..at + 20)?;
            let flags = *bytes.get(at + 13)?;
            let flags = Flags {
                fin: flags & 0x01 != 0,
                syn: flags & 0x02 != 0,
                rst: flags & 0x04 != 0,
            };
            flow(bytes, at, Protocol::Tcp, flags)?
        }
        (Version::V4, ICMP) | (Version::V6, ICMP_6) => {
            bytes.get(at..at + 8)?;
            let kind = *bytes.get(at)?;
            let id = word(bytes, at + 4)?;
            match (header.version, kind) {
                (Version::V4, ECHO_REQUEST) | (Version::V6, ECHO_REQUEST_6) => {
                    Shape::EchoRequest { id }
                }
                (Version::V4, ECHO_REPLY) | (Version::V6, ECHO_REPLY_6) => Shape::EchoReply { id },
                (Version::V4, kind) if !ERRORS.contains(&kind) => Shape::Other,
                (Version::V6, kind) if kind >= 128 => Shape::Other,
                _ => Shape::Error(embedded(bytes, at + 8)?),
            }
        }
        _ => Shape::Other,
    })
}

fn flow(bytes: &[u8], at: usize, protocol: Protocol, flags: Flags) -> Option<Shape> {
    Some(Shape::Flow {
        protocol,
        source: word(bytes, at)?,
        destination: word(bytes, at + 2)?,
        flags,
    })
}

/// The packet that an error carries from here on: at least its IP header and eight bytes.
fn embedded(bytes: &[u8], ip: usize) -> Option<Embedded> {
    let header = Header::at(bytes, ip).filter(|header| header.first)?;
    let at = header.transport;
    bytes.get(at..at + 8)?;
    let (protocol, source, destination) = match (header.version, header.protocol) {
        (_, UDP) => (Protocol::Udp, word(bytes, at)?, word(bytes, at + 2)?),
        (_, TCP) => (Protocol::Tcp, word(bytes, at)?, word(bytes, at + 2)?),
        (Version::V4, ICMP) if *bytes.get(at)? == ECHO_REQUEST => {
            (Protocol::Echo, word(bytes, at + 4)?, 0)
        }
        (Version::V6, ICMP_6) if *bytes.get(at)? == ECHO_REQUEST_6 => {
            (Protocol::Echo, word(bytes, at + 4)?, 0)
        }
        _ => return None,
    };
    Some(Embedded {
        protocol,
        source: SocketAddr::new(header.source, source),
        destination: SocketAddr::new(header.destination, destination),
        ip,
        transport: at,
    })
}
