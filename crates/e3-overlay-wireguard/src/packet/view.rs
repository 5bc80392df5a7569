//! What a packet says of itself.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::network;

/// Where a packet goes; none for bytes that are no packet.
pub(crate) fn destination(packet: &[u8]) -> Option<IpAddr> {
    address(packet, 16, 24)
}

/// Where a packet says that it comes from.
pub(crate) fn source(packet: &[u8]) -> Option<IpAddr> {
    address(packet, 12, 8)
}

fn address(packet: &[u8], four: usize, six: usize) -> Option<IpAddr> {
    match packet.first()? >> 4 {
        4 => {
            let octets: [u8; 4] = packet.get(four..four + 4)?.try_into().ok()?;
            Some(Ipv4Addr::from(octets).into())
        }
        6 => {
            let octets: [u8; 16] = packet.get(six..six + 16)?.try_into().ok()?;
            Some(Ipv6Addr::from(octets).into())
        }
        _ => None,
    }
}

/// How long a packet says that it is, if the bytes are that many: WireGuard pads what it carries.
pub(crate) fn is_plausible(packet: &[u8]) -> Option<usize> {
    let length = match packet.first()? >> 4 {
        4 => usize::from(network(packet, 2)?),
        6 => usize::from(network(packet, 4)?) + 40,
        _ => return None,
    };
    let least = if packet.first()? >> 4 == 4 { 20 } else { 40 };
    (length >= least && length <= packet.len()).then_some(length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_it_is_is_looked_at(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = (destination(&bytes), source(&bytes));
            if let Some(length) = is_plausible(&bytes) {
                prop_assert!(length <= bytes.len());
            }
        }
    }
}
