//! Addresses within attributes (RFC 8489, sections 14.1 and 14.2).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::{COOKIE, Transaction};

/// What masks an address: the cookie, then the transaction.
fn mask(transaction: Transaction) -> [u8; 16] {
    let mut mask = [0; 16];
    mask[..4].copy_from_slice(&COOKIE.to_be_bytes());
    mask[4..].copy_from_slice(&transaction.0);
    mask
}

/// The same address masked, or unmasked.
pub(super) fn masked(address: SocketAddr, transaction: Transaction) -> SocketAddr {
    let mask = mask(transaction);
    let over = |octets: &mut [u8]| {
        for (octet, with) in octets.iter_mut().zip(mask) {
            *octet ^= with;
        }
    };
    let ip = match address.ip() {
        IpAddr::V4(v4) => {
            let mut octets = v4.octets();
            over(&mut octets);
            IpAddr::from(octets)
        }
        IpAddr::V6(v6) => {
            let mut octets = v6.octets();
            over(&mut octets);
            IpAddr::from(octets)
        }
    };
    let port = address.port() ^ u16::from_be_bytes([mask[0], mask[1]]);
    SocketAddr::new(ip, port)
}

/// Appends an address.
pub(super) fn write(address: SocketAddr, to: &mut Vec<u8>) {
    to.extend([0, if address.is_ipv4() { 1 } else { 2 }]);
    to.extend(address.port().to_be_bytes());
    match address.ip() {
        IpAddr::V4(v4) => to.extend(v4.octets()),
        IpAddr::V6(v6) => to.extend(v6.octets()),
    }
}

/// Reads an address; none if it is none.
pub(super) fn read(value: &[u8]) -> Option<SocketAddr> {
    let (head, octets) = value.split_first_chunk::<4>()?;
    let ip = match head[1] {
        1 => IpAddr::V4(Ipv4Addr::from(<[u8; 4]>::try_from(octets).ok()?)),
        2 => IpAddr::V6(Ipv6Addr::from(<[u8; 16]>::try_from(octets).ok()?)),
        _ => return None,
    };
    Some(SocketAddr::new(ip, u16::from_be_bytes([head[2], head[3]])))
}
