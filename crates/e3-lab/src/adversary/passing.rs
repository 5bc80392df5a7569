//! A packet in somebody's hands.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::ops::Range;
use std::time::Duration;

use e3_sys::checksum::{finish, pseudo, sum};

/// The numbers of protocols (RFC 9293, section 3.8; RFC 768).
const TCP: u8 = 6;
const UDP: u8 = 17;

/// What becomes of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It goes on, as it is now.
    Pass,
    /// It does not.
    Take,
}

/// What a packet carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carries {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
}

/// A packet that passes, without what would be before it on a wire: it begins with IP, and its checksums are right.
#[derive(Debug)]
pub struct Passing<'a> {
    packet: &'a mut [u8],
    at: Duration,
    parts: Option<Parts>,
}

/// Where things stand in a packet of TCP or UDP.
#[derive(Debug, Clone)]
struct Parts {
    carries: Carries,
    from: SocketAddr,
    to: SocketAddr,
    addresses: Range<usize>,
    transport: usize,
    payload: usize,
    /// Behind it there may be what only fills a frame.
    end: usize,
}

impl<'a> Passing<'a> {
    pub(crate) fn new(packet: &'a mut [u8], at: Duration) -> Self {
        let parts = Parts::of(packet);
        Self { packet, at, parts }
    }

    /// When it has come, from when the lab was built.
    pub fn at(&self) -> Duration {
        self.at
    }

    /// All of it, its headers included.
    pub fn packet(&self) -> &[u8] {
        self.packet
    }

    /// What it carries; none where that is neither TCP nor UDP, or a fragment.
    pub fn carries(&self) -> Option<Carries> {
        Some(self.parts.as_ref()?.carries)
    }

    /// Whence it comes; none where it carries neither TCP nor UDP.
    pub fn from(&self) -> Option<SocketAddr> {
        Some(self.parts.as_ref()?.from)
    }

    /// Where it goes; none where it carries neither TCP nor UDP.
    pub fn to(&self) -> Option<SocketAddr> {
        Some(self.parts.as_ref()?.to)
    }

    /// TCP's number of the first byte of [`Passing::payload`] (RFC 9293, section 3.1); none of anything but TCP.
    pub fn sequence(&self) -> Option<u32> {
        let parts = self.parts.as_ref()?;
        if parts.carries != Carries::Tcp {
            return None;
        }
        let at = parts.transport + 4;
        let number = self.packet.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(number))
    }

    /// What TCP or UDP carries in it; nothing where it carries neither.
    pub fn payload(&self) -> &[u8] {
        let parts = self.parts.as_ref();
        let payload = parts.and_then(|parts| self.packet.get(parts.payload..parts.end));
        payload.unwrap_or_default()
    }

    /// Puts other bytes where those of TCP or UDP are, and makes the checksums right again: nobody sees by them that
    /// anything was changed. As many as there were: of more the rest is left out, of fewer the rest stays.
    pub fn put(&mut self, bytes: &[u8]) {
        let Some(parts) = self.parts.clone() else {
            return;
        };
        if let Some(payload) = self.packet.get_mut(parts.payload..parts.end) {
            for (place, byte) in payload.iter_mut().zip(bytes) {
                *place = *byte;
            }
        }
        // Nothing is left out: all parts stand in the packet.
        let _ = self.mend(&parts);
    }

    /// Computes the checksum of TCP or UDP anew.
    fn mend(&mut self, parts: &Parts) -> Option<()> {
        let (protocol, into) = match parts.carries {
            Carries::Tcp => (TCP, parts.transport + 16),
            Carries::Udp => (UDP, parts.transport + 6),
        };
        let addresses = self.packet.get(parts.addresses.clone())?;
        let start = pseudo(addresses, protocol, parts.end - parts.transport);
        self.packet.get_mut(into..into + 2)?.fill(0);
        let whole = self.packet.get(parts.transport..parts.end)?;
        let right = finish(sum(whole, start)).to_be_bytes();
        self.packet.get_mut(into..into + 2)?.copy_from_slice(&right);
        Some(())
    }
}

impl Parts {
    fn of(packet: &[u8]) -> Option<Self> {
        let version = packet.first()? >> 4;
        let (addresses, protocol, transport, end) = match version {
            4 => {
                let header = usize::from(packet.first()? & 0x0f) * 4;
                let fragment = short(packet, 6)? & 0x3fff;
                if fragment != 0 || header < 20 {
                    return None;
                }
                let end = usize::from(short(packet, 2)?);
                (12..20, *packet.get(9)?, header, end)
            }
            6 => (
                8..40,
                *packet.get(6)?,
                40,
                40 + usize::from(short(packet, 4)?),
            ),
            _ => return None,
        };
        let (carries, length) = match protocol {
            TCP => (
                Carries::Tcp,
                usize::from(*packet.get(transport + 12)? >> 4) * 4,
            ),
            UDP => (Carries::Udp, 8),
            _ => return None,
        };
        let payload = transport + length;
        let shortest = if carries == Carries::Tcp { 20 } else { 8 };
        if length < shortest || payload > end || end > packet.len() {
            return None;
        }
        let half = addresses.len() / 2;
        let address = |at: usize| address(packet.get(at..at + half)?);
        let (from, to) = (address(addresses.start)?, address(addresses.start + half)?);
        Some(Self {
            carries,
            from: (from, short(packet, transport)?).into(),
            to: (to, short(packet, transport + 2)?).into(),
            addresses,
            transport,
            payload,
            end,
        })
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let four = <[u8; 4]>::try_from(bytes).map(|four| Ipv4Addr::from(four).into());
    four.or_else(|_| <[u8; 16]>::try_from(bytes).map(|six| Ipv6Addr::from(six).into()))
        .ok()
}

fn short(packet: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(packet.get(at..at + 2)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A datagram of IPv4 with right checksums.
    fn datagram(payload: &[u8]) -> Vec<u8> {
        let length = u16::try_from(28 + payload.len()).unwrap().to_be_bytes();
        let mut packet = vec![0x45, 0, length[0], length[1], 0, 0, 0, 0, 64, UDP, 0, 0];
        packet.extend([192, 0, 2, 1, 198, 51, 100, 2, 0, 7, 0, 9]);
        packet.extend(u16::try_from(8 + payload.len()).unwrap().to_be_bytes());
        packet.extend([0, 0]);
        packet.extend(payload);
        packet
    }

    fn is_right(packet: &[u8]) -> bool {
        let start = pseudo(&packet[12..20], UDP, packet.len() - 20);
        sum(&packet[20..], start) == 0xffff
    }

    #[test]
    fn a_datagram_tells_its_ends() {
        let mut packet = datagram(b"word");
        let passing = Passing::new(&mut packet, Duration::ZERO);
        assert_eq!(passing.carries(), Some(Carries::Udp));
        assert_eq!(passing.from(), Some(([192, 0, 2, 1], 7).into()));
        assert_eq!(passing.to(), Some(([198, 51, 100, 2], 9).into()));
        assert_eq!(
            (passing.payload(), passing.sequence()),
            (&b"word"[..], None)
        );
    }

    #[test]
    fn a_fragment_carries_nothing_that_could_be_told() {
        let mut packet = datagram(b"word");
        packet[6] = 0x20;
        assert_eq!(Passing::new(&mut packet, Duration::ZERO).carries(), None);
    }

    proptest! {
        #[test]
        fn what_is_changed_looks_right(
            said in prop::collection::vec(any::<u8>(), 0..100),
            put in prop::collection::vec(any::<u8>(), 0..100),
        ) {
            let mut packet = datagram(&said);
            let mut passing = Passing::new(&mut packet, Duration::ZERO);
            passing.put(&put);
            let common = said.len().min(put.len());
            prop_assert_eq!(&passing.payload()[..common], &put[..common]);
            prop_assert_eq!(&passing.payload()[common..], &said[common..]);
            prop_assert!(is_right(&packet));
        }

        #[test]
        fn no_bytes_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..120), six: bool) {
            if let Some(first) = bytes.first_mut() {
                *first = if six { 0x60 } else { 0x40 | *first & 0x0f };
            }
            if let Some(protocol) = bytes.get_mut(if six { 6 } else { 9 }) {
                *protocol = if *protocol % 2 == 0 { TCP } else { UDP };
            }
            let mut passing = Passing::new(&mut bytes, Duration::ZERO);
            let length = passing.payload().len();
            passing.put(&vec![1; length + 3]);
            prop_assert_eq!(passing.payload().len(), length);
        }
    }
}
