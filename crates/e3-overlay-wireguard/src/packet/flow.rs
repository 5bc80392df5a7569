//! Connections of TCP, as far as it takes to reset them: programs are told at once when a peer is gone, and not by silence.

use std::{
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use super::{
    TCP,
    checksum::{pseudo, sum},
    destination,
    flags::ACK,
    network, network_long, put, short, source,
};

/// TCP's flags for the beginning, the end, and an end at once.
const FIN: u8 = 0x01;
pub(super) const SYN: u8 = 0x02;
const RST: u8 = 0x04;

/// Connections that are remembered of one peer: each costs some bytes.
const MOST: usize = 4096;

/// The connections of one peer: by both ports, and by the addresses.
#[derive(Debug, Default)]
pub(crate) struct Flows(BTreeMap<(IpAddr, IpAddr, u16, u16), Numbers>);

/// What the program's end of a connection has said last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Numbers {
    /// The number that follows what it has sent, and what it expects next.
    next: u32,
    expected: u32,
}

impl Flows {
    /// Looks at what a program sends, be it a packet or a piece, without a virtio header.
    pub(crate) fn look(&mut self, packet: &[u8]) {
        if let Some((key, numbers)) = look(packet) {
            match numbers {
                Some(numbers) if self.0.len() < MOST || self.0.contains_key(&key) => {
                    self.0.insert(key, numbers);
                }
                Some(_) => {}
                None => drop(self.0.remove(&key)),
            }
        }
    }

    /// For each connection two packets that end it: one for the program, as if from its peer, and one for the peer.
    pub(crate) fn resets(&self) -> impl Iterator<Item = [Vec<u8>; 2]> {
        self.0
            .iter()
            .filter_map(|((own, peer, here, there), numbers)| {
                let to_program = reset(
                    *peer,
                    *own,
                    (*there, *here),
                    (numbers.expected, numbers.next),
                );
                let to_peer = reset(
                    *own,
                    *peer,
                    (*here, *there),
                    (numbers.next, numbers.expected),
                );
                Some([to_program?, to_peer?])
            })
    }
}

type Seen = ((IpAddr, IpAddr, u16, u16), Option<Numbers>);

fn look(packet: &[u8]) -> Option<Seen> {
    let at = match packet.first()? {
        0x45 => (*packet.get(9)? == TCP).then_some(20)?,
        first if first >> 4 == 6 => (*packet.get(6)? == TCP).then_some(40)?,
        _ => return None,
    };
    let flags = *packet.get(at + 13)?;
    let data = at + usize::from(packet.get(at + 12)? >> 4) * 4;
    let length = packet.len().checked_sub(data)? + usize::from(flags & (SYN | FIN) != 0);
    let key = (
        source(packet)?,
        destination(packet)?,
        network(packet, at)?,
        network(packet, at + 2)?,
    );
    if flags & RST != 0 {
        return Some((key, None));
    }
    let numbers = Numbers {
        next: network_long(packet, at + 4)?.wrapping_add(u32::try_from(length).unwrap_or(0)),
        expected: network_long(packet, at + 8)?,
    };
    Some((key, Some(numbers)))
}

/// A segment that resets a connection (RFC 9293, section 3.5.2).
fn reset(
    from: IpAddr,
    to: IpAddr,
    (port, to_port): (u16, u16),
    (number, expected): (u32, u32),
) -> Option<Vec<u8>> {
    let mut segment = Vec::with_capacity(20);
    segment.extend(port.to_be_bytes());
    segment.extend(to_port.to_be_bytes());
    segment.extend(number.to_be_bytes());
    segment.extend(expected.to_be_bytes());
    segment.extend([0x50, RST | ACK, 0, 0, 0, 0, 0, 0]);
    let addresses = addresses(from, to)?;
    let start = pseudo(&addresses, TCP, segment.len());
    let checksum = !sum(&segment, start);
    put(&mut segment, 16, checksum.to_be_bytes())?;
    let mut packet = Vec::with_capacity(60);
    if from.is_ipv4() {
        let length = short(40).to_be_bytes();
        packet.extend([0x45, 0, length[0], length[1], 0, 0, 0x40, 0, 64, TCP, 0, 0]);
        packet.extend(addresses);
        let header = !sum(&packet, 0);
        put(&mut packet, 10, header.to_be_bytes())?;
    } else {
        packet.extend([0x60, 0, 0, 0, 0, 20, TCP, 64]);
        packet.extend(addresses);
    }
    packet.extend(segment);
    Some(packet)
}

fn addresses(from: IpAddr, to: IpAddr) -> Option<Vec<u8>> {
    let four = |address: Ipv4Addr| address.octets().to_vec();
    let six = |address: Ipv6Addr| address.octets().to_vec();
    Some(match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => [four(from), four(to)].concat(),
        (IpAddr::V6(from), IpAddr::V6(to)) => [six(from), six(to)].concat(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::packet::is_plausible;

    #[test]
    fn a_reset_answers_what_was_said_last() {
        for (own, peer) in [("10.0.0.1", "10.0.0.2"), ("fd00::1", "fd00::2")] {
            let (own, peer): (IpAddr, IpAddr) = (own.parse().unwrap(), peer.parse().unwrap());
            // Something that the program says, by the same means.
            let mut said = reset(own, peer, (4000, 5000), (100, 200)).unwrap();
            let at = said.len() - 20;
            said[at + 13] = ACK;
            said.extend([7; 11]);
            let mut flows = Flows::default();
            flows.look(&said);
            let all: Vec<_> = flows.resets().collect();
            assert_eq!(all.len(), 1);
            let [program, there] = &all[0];
            for (packet, from, number) in [(program, peer, 200), (there, own, 111)] {
                assert_eq!(is_plausible(packet), Some(packet.len()));
                assert_eq!(source(packet), Some(from));
                assert_eq!(network_long(packet, at + 4), Some(number));
                assert_eq!(packet[at + 13], RST | ACK);
            }
            flows.look(there);
            assert_eq!(flows.resets().count(), 0, "it has ended");
        }
    }

    proptest! {
        #[test]
        fn whatever_it_is_is_looked_at(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let mut flows = Flows::default();
            flows.look(&bytes);
            let _ = flows.resets().count();
        }
    }
}
