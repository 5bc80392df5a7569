//! Telling TCP that a path is down (RFC 6069): it then tries again at its usual pace, instead of waiting twice as long each
//! time, so that connections go on as soon as the path is back. Programs hear nothing of it.

use e3_sys::checksum::{pseudo, sum};

use super::{TCP, flags::SYN, network, put, short};

const ICMP4: u8 = 1;
const ICMP6: u8 = 58;

/// What of a packet is told again: as little as RFC 792 says, its header and the first bytes behind it.
const SAID: usize = 8;

/// The message (RFC 792; RFC 4443, section 3.1) that a packet of TCP does not reach its host, as if from there. None for
/// packets of others, and for one that begins a connection, which a program would be told of.
pub(crate) fn unreachable(packet: &[u8]) -> Option<Vec<u8>> {
    let (header, protocol, addresses) = match packet.first()? {
        0x45 => (20, 9, 12..20),
        first if first >> 4 == 6 => (40, 6, 8..40),
        _ => return None,
    };
    let opens = packet.get(header + 13)? & SYN != 0;
    // A later fragment has no header of TCP.
    let fragment = header == 20 && network(packet, 6)? & 0x1fff != 0;
    if *packet.get(protocol)? != TCP || opens || fragment {
        return None;
    }
    let (from, to) = packet
        .get(addresses)?
        .split_at(if header == 20 { 4 } else { 16 });
    let back = [to, from].concat();
    let said = packet.get(..header + SAID)?;
    let mut body = vec![0; 8];
    body.extend(said);
    let mut told = Vec::with_capacity(header + body.len());
    if header == 20 {
        // Destination unreachable: its host.
        body[..2].copy_from_slice(&[3, 1]);
        let sum_of_body = !sum(&body, 0);
        put(&mut body, 2, sum_of_body.to_be_bytes())?;
        let length = short(header + body.len()).to_be_bytes();
        told.extend([
            0x45, 0, length[0], length[1], 0, 0, 0x40, 0, 64, ICMP4, 0, 0,
        ]);
        told.extend(back);
        let sum_of_header = !sum(&told, 0);
        put(&mut told, 10, sum_of_header.to_be_bytes())?;
    } else {
        // Destination unreachable: no route there.
        body[..2].copy_from_slice(&[1, 0]);
        let start = pseudo(&back, ICMP6, body.len());
        let sum_of_body = !sum(&body, start);
        put(&mut body, 2, sum_of_body.to_be_bytes())?;
        let length = short(body.len()).to_be_bytes();
        told.extend([0x60, 0, 0, 0, length[0], length[1], ICMP6, 64]);
        told.extend(back);
    }
    told.extend(body);
    Some(told)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::packet::{destination, is_plausible, source};

    fn segment(six: bool, flags: u8) -> Vec<u8> {
        let mut packet = if six {
            let mut header = vec![0x60, 0, 0, 0, 0, 20, TCP, 64];
            header.extend([[1; 16], [2; 16]].concat());
            header
        } else {
            let mut header = vec![0x45, 0, 0, 40, 0, 0, 0x40, 0, 64, TCP, 0, 0];
            header.extend([10, 0, 0, 1, 10, 0, 0, 2]);
            header
        };
        packet.extend([
            1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0x50, flags, 0, 0, 0, 0, 0, 0,
        ]);
        packet
    }

    #[test]
    fn what_is_told_comes_from_there_and_names_the_segment() {
        for six in [false, true] {
            let packet = segment(six, 0x10);
            let told = unreachable(&packet).unwrap();
            assert_eq!(is_plausible(&told), Some(told.len()));
            assert_eq!(
                (source(&told), destination(&told)),
                (destination(&packet), source(&packet))
            );
            let header = if six { 40 } else { 20 };
            assert_eq!(told[header + 8..], packet[..header + 8]);
            let start = if six {
                pseudo(&told[8..40], ICMP6, told.len() - 40)
            } else {
                0
            };
            assert_eq!(sum(&told[header..], start), 0xffff);
        }
    }

    #[test]
    fn who_dials_is_not_told() {
        assert_eq!(unreachable(&segment(false, SYN)), None);
        let mut datagram = segment(false, 0);
        datagram[9] = 17;
        assert_eq!(unreachable(&datagram), None);
    }

    proptest! {
        #[test]
        fn whatever_it_is_is_looked_at(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = unreachable(&bytes);
        }
    }
}
