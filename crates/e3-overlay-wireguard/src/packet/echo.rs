//! ICMP echo (RFC 792; RFC 4443, section 4): by which a tunnel's round trip is measured. The other end's kernel answers, so
//! that any WireGuard peer can be measured.

use std::net::IpAddr;

use e3_sys::checksum::{pseudo, sum};

use super::{destination, put, short, source};

/// What distinguishes an echo from all others: 8 bytes of its own, and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Echo {
    /// Which of this engine's.
    pub(crate) number: u16,
    /// Random bytes of this engine.
    pub(crate) mark: [u8; 8],
}

const ICMP4: u8 = 1;
const ICMP6: u8 = 58;

/// A request from one address to another; none if they are of different versions of IP.
pub(crate) fn request(from: IpAddr, to: IpAddr, echo: Echo) -> Option<Vec<u8>> {
    let mut packet = Vec::with_capacity(64);
    let mut body = vec![0; 8];
    body[4..6].copy_from_slice(&echo.mark[..2]);
    body[6..8].copy_from_slice(&echo.number.to_be_bytes());
    body.extend(echo.mark);
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            body[0] = 8;
            let length = short(20 + body.len()).to_be_bytes();
            packet.extend([
                0x45, 0, length[0], length[1], 0, 0, 0x40, 0, 64, ICMP4, 0, 0,
            ]);
            packet.extend(from.octets());
            packet.extend(to.octets());
            let header = !sum(&packet, 0);
            put(&mut packet, 10, header.to_be_bytes())?;
            let sum = !sum(&body, 0);
            put(&mut body, 2, sum.to_be_bytes())?;
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            body[0] = 128;
            let length = short(body.len()).to_be_bytes();
            packet.extend([0x60, 0, 0, 0, length[0], length[1], ICMP6, 64]);
            packet.extend(from.octets());
            packet.extend(to.octets());
            let start = pseudo(packet.get(8..40)?, ICMP6, body.len());
            let sum = !sum(&body, start);
            put(&mut body, 2, sum.to_be_bytes())?;
        }
        _ => return None,
    }
    packet.extend(body);
    Some(packet)
}

/// The number of the request with this mark that a packet from `from` answers.
pub(crate) fn answered(packet: &[u8], from: IpAddr, mark: [u8; 8]) -> Option<u16> {
    let (body, answer) = match packet.first()? {
        0x45 if *packet.get(9)? == ICMP4 => (packet.get(20..)?, 0),
        first if first >> 4 == 6 && *packet.get(6)? == ICMP6 => (packet.get(40..)?, 129),
        _ => return None,
    };
    let marked = body.get(8..16)? == mark.as_slice() && *body.first()? == answer;
    if !marked || source(packet)? != from {
        return None;
    }
    let _to = destination(packet)?;
    Some(u16::from_be_bytes(body.get(6..8)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::packet::is_plausible;

    #[test]
    fn an_answer_is_known_by_its_mark() {
        let echo = Echo {
            number: 513,
            mark: *b"echo-e3!",
        };
        for (from, to, answer) in [("10.0.0.1", "10.0.0.2", 0), ("fd00::1", "fd00::2", 129)] {
            let (from, to): (IpAddr, IpAddr) = (from.parse().unwrap(), to.parse().unwrap());
            let mut packet = request(from, to, echo).unwrap();
            assert_eq!(is_plausible(&packet), Some(packet.len()));
            assert_eq!(
                answered(&packet, from, echo.mark),
                None,
                "a request is no answer"
            );
            let at = if from.is_ipv4() { 20 } else { 40 };
            packet[at] = answer;
            assert_eq!(answered(&packet, from, echo.mark), Some(513));
            assert_eq!(answered(&packet, to, echo.mark), None);
            assert_eq!(answered(&packet, from, [0; 8]), None);
        }
    }

    proptest! {
        #[test]
        fn whatever_it_is_is_looked_at(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let _ = answered(&bytes, IpAddr::from([10, 0, 0, 1]), [0; 8]);
        }
    }
}
