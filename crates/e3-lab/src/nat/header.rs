//! IP headers: IPv4 (RFC 791) and IPv6 (RFC 8200) with its extensions.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Protocol numbers.
pub(super) const ICMP: u8 = 1;
pub(super) const TCP: u8 = 6;
pub(super) const UDP: u8 = 17;
const FRAGMENT: u8 = 44;
pub(super) const ICMP_6: u8 = 58;
/// Hop-by-hop options, routing header, destination options: each says how long it is.
const EXTENSIONS: [u8; 3] = [0, 43, 60];

/// Versions of IP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Version {
    V4,
    V6,
}

/// An IP header: what follows it, and where.
pub(super) struct Header {
    pub(super) version: Version,
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    pub(super) protocol: u8,
    pub(super) transport: usize,
    pub(super) fragment: Option<u32>,
    /// Whether it begins a packet.
    pub(super) first: bool,
}

impl Header {
    /// The header that begins here.
    pub(super) fn at(bytes: &[u8], at: usize) -> Option<Self> {
        match bytes.get(at)? >> 4 {
            4 => Self::v4(bytes, at),
            6 => Self::v6(bytes, at),
            _ => None,
        }
    }

    fn v4(bytes: &[u8], at: usize) -> Option<Self> {
        let length = usize::from(bytes.get(at)? & 0x0f) * 4;
        if length < 20 {
            return None;
        }
        bytes.get(at..at + length)?;
        let address = |at: usize| Some(Ipv4Addr::from(array::<4>(bytes, at)?).into());
        let fragment = word(bytes, at + 6)?;
        let offset = fragment & 0x1fff;
        // More fragments, or an offset: a fragment.
        let is_fragment = fragment & 0x3fff != 0;
        Some(Self {
            version: Version::V4,
            source: address(at + 12)?,
            destination: address(at + 16)?,
            protocol: *bytes.get(at + 9)?,
            transport: at + length,
            fragment: is_fragment
                .then(|| word(bytes, at + 4).map(u32::from))
                .flatten(),
            first: offset == 0,
        })
    }

    fn v6(bytes: &[u8], at: usize) -> Option<Self> {
        bytes.get(at..at + 40)?;
        let address = |at: usize| Some(Ipv6Addr::from(array::<16>(bytes, at)?).into());
        let mut header = Self {
            version: Version::V6,
            source: address(at + 8)?,
            destination: address(at + 24)?,
            protocol: *bytes.get(at + 6)?,
            transport: at + 40,
            fragment: None,
            first: true,
        };
        while header.first {
            let here = header.transport;
            if header.protocol == FRAGMENT {
                header.fragment = Some(u32::from_be_bytes(array(bytes, here + 4)?));
                header.first = word(bytes, here + 2)? & 0xfff8 == 0;
                header.transport += 8;
            } else if EXTENSIONS.contains(&header.protocol) {
                header.transport += 8 * (usize::from(*bytes.get(here + 1)?) + 1);
            } else {
                break;
            }
            header.protocol = *bytes.get(here)?;
        }
        Some(header)
    }
}

/// Bytes at a place, if the packet reaches as far.
pub(super) fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

/// The number there.
pub(super) fn word(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(array(bytes, at)?))
}
