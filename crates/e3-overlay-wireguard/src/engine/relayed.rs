//! How messages travel by a relay: as UDP over IPv6 inside the tunnel with it, WireGuard in WireGuard.
//!
//! The relay is a WireGuard router of this session's parties: it decrypts what one of them sends to it, finds messages of
//! WireGuard inside, addressed to another, and encrypts them for that one. What they hold it cannot read.

use std::net::{IpAddr, Ipv6Addr};

use sha2::{Digest as _, Sha256};

use crate::key::PublicKey;

/// The port that both ends have inside: WireGuard's usual one.
const PORT: u16 = 51820;

const IP: usize = 40;
const UDP: usize = 8;

/// What stands before the key whose address is made.
const DOMAIN: &[u8] = b"e3/wireguard-relay/1";

/// Where a party is in the relay's network: an address of its own (RFC 4193) that follows from its key, so that nobody has
/// to give it one.
pub(crate) fn address(key: PublicKey) -> Ipv6Addr {
    let digest = Sha256::new().chain_update(DOMAIN).chain_update(key.0);
    let mut octets = [0; 16];
    for (to, from) in octets.iter_mut().zip(digest.finalize()) {
        *to = from;
    }
    octets[0] = 0xfd;
    octets.into()
}

/// A message as a packet from one party to another.
pub(super) fn wrap(from: Ipv6Addr, to: Ipv6Addr, message: &[u8]) -> Vec<u8> {
    let length = u16::try_from(UDP + message.len()).unwrap_or(u16::MAX);
    let mut packet = Vec::with_capacity(IP + UDP + message.len());
    packet.extend([0x60, 0, 0, 0]);
    packet.extend(length.to_be_bytes());
    packet.extend([17, 64]);
    packet.extend(from.octets());
    packet.extend(to.octets());
    packet.extend(PORT.to_be_bytes());
    packet.extend(PORT.to_be_bytes());
    packet.extend(length.to_be_bytes());
    packet.extend([0, 0]);
    packet.extend(message);
    crate::packet::complete_udp6(&mut packet);
    packet
}

/// The message in a packet that came by the relay, and from whom it is.
pub(super) fn unwrap(packet: &[u8]) -> Option<(Ipv6Addr, &[u8])> {
    let is_udp = packet.first()? >> 4 == 6 && *packet.get(6)? == 17;
    let (_, to) = packet.get(IP..IP + 4)?.split_first_chunk::<2>()?;
    if !is_udp || to != PORT.to_be_bytes() {
        return None;
    }
    let IpAddr::V6(from) = crate::packet::source(packet)? else {
        return None;
    };
    Some((from, packet.get(IP + UDP..)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::packet::is_plausible;

    proptest! {
        #[test]
        fn what_was_wrapped_is_found_again(message in prop::collection::vec(any::<u8>(), 0..1500)) {
            let [from, to] = [1, 2].map(|number| address(PublicKey([number; 32])));
            let packet = wrap(from, to, &message);
            prop_assert_eq!(is_plausible(&packet), Some(packet.len()));
            prop_assert_eq!(unwrap(&packet), Some((from, &*message)));
        }

        #[test]
        fn whatever_it_is_is_looked_at(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = unwrap(&bytes);
        }
    }
}
