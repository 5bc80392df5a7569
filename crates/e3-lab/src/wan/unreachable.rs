//! What the wide area answers to packets for addresses that nobody has: ICMP's *unreachable* (RFC 792, RFC 4443).

use std::net::{Ipv4Addr, Ipv6Addr};

use e3_sys::{
    checksum::{pseudo, sum},
    tun::HEADER,
};

use super::queue::Nanos;

/// From where the wide area answers: of the ranges for tests of networks (RFC 2544, RFC 5180) the last addresses.
const WIDE_AREA_V4: Ipv4Addr = Ipv4Addr::new(198, 19, 255, 254);
const WIDE_AREA_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 2, 0, 0xffff, 0, 0, 0, 1);

/// How long an answer may be (RFC 1812, section 4.3.2.3; RFC 4443, section 2.4).
const LONGEST_V4: usize = 576;
const LONGEST_V6: usize = 1280;

const ICMP_HEADER: usize = 8;
const TIME_TO_LIVE: u8 = 64;

/// How many answers a site gets at once, and how often one more: as Linux limits its own.
const BURST: u64 = 50;
const EVERY: Nanos = 1_000_000;

/// How many answers a site may still get.
#[derive(Debug, Default)]
pub(super) struct Allowance {
    /// When the answers that have been given would have been, one after another.
    spent_until: Nanos,
}

impl Allowance {
    /// Whether one more may be given.
    pub(super) fn take(&mut self, now: Nanos) -> bool {
        let spent = self.spent_until.max(now);
        let allowed = spent - now < BURST * EVERY;
        if allowed {
            self.spent_until = spent + EVERY;
        }
        allowed
    }
}

/// The answer to a packet that cannot be delivered; none where none may be given (RFC 1122, section 3.2.2).
pub(super) fn answer(packet: &[u8]) -> Option<Vec<u8>> {
    let ip = packet.get(HEADER..)?;
    match ip.first()? >> 4 {
        4 => answer_v4(ip),
        6 => answer_v6(ip),
        _ => None,
    }
}

fn answer_v4(ip: &[u8]) -> Option<Vec<u8>> {
    const ICMP: u8 = 1;
    const ERRORS: [u8; 4] = [3, 4, 11, 12];
    let header = usize::from(ip.first()? & 0x0f) * 4;
    let source: [u8; 4] = ip.get(12..16)?.try_into().ok()?;
    let destination: [u8; 4] = ip.get(16..20)?.try_into().ok()?;
    let fragment = u16::from_be_bytes(ip.get(6..8)?.try_into().ok()?) & 0x1fff;
    let is_error = *ip.get(9)? == ICMP && ip.get(header).is_none_or(|kind| ERRORS.contains(kind));
    let (from, to) = (Ipv4Addr::from(source), Ipv4Addr::from(destination));
    if fragment != 0 || is_error || to.is_multicast() || to.is_broadcast() || from.is_unspecified()
    {
        return None;
    }
    let quoted = ip.get(..ip.len().min(LONGEST_V4 - 20 - ICMP_HEADER))?;
    let length = u16::try_from(20 + ICMP_HEADER + quoted.len()).ok()?;
    let mut answer = vec![0; HEADER];
    let [high, low] = length.to_be_bytes();
    answer.extend([0x45, 0, high, low, 0, 0, 0x40, 0, TIME_TO_LIVE, ICMP, 0, 0]);
    answer.extend(WIDE_AREA_V4.octets());
    answer.extend(source);
    seal(&mut answer, HEADER, HEADER + 10, 0)?;
    let at = answer.len();
    // Destination unreachable: the host.
    answer.extend([3, 1, 0, 0, 0, 0, 0, 0]);
    answer.extend_from_slice(quoted);
    seal(&mut answer, at, at + 2, 0)?;
    Some(answer)
}

fn answer_v6(ip: &[u8]) -> Option<Vec<u8>> {
    const ICMP: u8 = 58;
    const FIRST_THAT_IS_NO_ERROR: u8 = 128;
    let source: [u8; 16] = ip.get(8..24)?.try_into().ok()?;
    let destination: [u8; 16] = ip.get(24..40)?.try_into().ok()?;
    let is_error =
        *ip.get(6)? == ICMP && ip.get(40).is_none_or(|kind| *kind < FIRST_THAT_IS_NO_ERROR);
    let (from, to) = (Ipv6Addr::from(source), Ipv6Addr::from(destination));
    // Of a link's own addresses nothing should come here at all.
    if is_error || to.is_multicast() || from.is_unspecified() || from.is_unicast_link_local() {
        return None;
    }
    let quoted = ip.get(..ip.len().min(LONGEST_V6 - 40 - ICMP_HEADER))?;
    let length = u16::try_from(ICMP_HEADER + quoted.len()).ok()?;
    let [high, low] = length.to_be_bytes();
    let mut answer = vec![0; HEADER];
    answer.extend([0x60, 0, 0, 0, high, low, ICMP, TIME_TO_LIVE]);
    answer.extend(WIDE_AREA_V6.octets());
    answer.extend(source);
    let addresses = answer.get(HEADER + 8..HEADER + 40)?;
    let pseudo = pseudo(addresses, ICMP, length.into());
    let at = answer.len();
    // Destination unreachable: the address.
    answer.extend([1, 3, 0, 0, 0, 0, 0, 0]);
    answer.extend_from_slice(quoted);
    seal(&mut answer, at, at + 2, pseudo)?;
    Some(answer)
}

/// Puts the checksum of all that follows `from`, with `start` added, into the field `into`.
fn seal(packet: &mut [u8], from: usize, into: usize, start: u16) -> Option<()> {
    let sum = !sum(packet.get(from..)?, start);
    packet
        .get_mut(into..into + 2)?
        .copy_from_slice(&sum.to_be_bytes());
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ping() -> Vec<u8> {
        let mut ping = vec![0; HEADER];
        ping.extend([0x45, 0, 0, 84, 0, 0, 0, 0, 64, 1, 0, 0]);
        ping.extend([198, 18, 0, 2, 198, 19, 9, 9, 8, 0]);
        ping.resize(HEADER + 84, 7);
        ping
    }

    #[test]
    fn a_ping_is_answered_and_an_error_is_not() {
        let answered = answer(&ping()).unwrap();
        let ip = &answered[HEADER..];
        assert_eq!(ip.len(), 20 + 8 + 84);
        assert_eq!((ip[9], ip[20], ip[21]), (1, 3, 1));
        assert_eq!(ip[12..20], [198, 19, 255, 254, 198, 18, 0, 2]);
        assert_eq!((sum(&ip[..20], 0), sum(&ip[20..], 0)), (0xffff, 0xffff));
        assert_eq!(ip[28..], ping()[HEADER..]);
        assert_eq!(
            answer(&answered),
            None,
            "or two would answer one another for ever"
        );
    }

    #[test]
    fn ipv6_is_answered_with_a_sum_over_its_addresses() {
        let mut ping = vec![0; HEADER];
        ping.extend([0x60, 0, 0, 0, 0, 8, 58, 64]);
        ping.extend([0x20; 32]);
        ping.extend([128, 0, 0, 0, 0, 0, 0, 0]);
        let answered = answer(&ping).unwrap();
        let ip = &answered[HEADER..];
        assert_eq!((ip[6], ip[40], ip[41]), (58, 1, 3));
        let pseudo = pseudo(&ip[8..40], 58, ip.len() - 40);
        assert_eq!(sum(&ip[40..], pseudo), 0xffff);
        assert_eq!(answer(&answered), None);
    }

    #[test]
    fn answers_are_limited() {
        let mut allowance = Allowance::default();
        assert_eq!((0..100).filter(|_| allowance.take(5)).count(), 50);
        assert!(allowance.take(5 + EVERY) && !allowance.take(5 + EVERY));
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered_or_not(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut packet = vec![0; HEADER];
            packet.extend(bytes);
            if let Some(answer) = answer(&packet) {
                prop_assert!(answer.len() <= HEADER + LONGEST_V6);
            }
        }
    }
}
