//! Packets as they would be on a wire.

use e3_sys::tun::HEADER;

use crate::wan::cut::{Cutter, NEEDS_SUM, SUM_FROM, complete_sum};
use crate::wan::packet::GSO_TYPE;

/// The length of an Ethernet header.
const ETHERNET: usize = 14;
/// The types of what follows it that are IP (IEEE 802 numbers).
const IP: [[u8; 2]; 2] = [[0x08, 0x00], [0x86, 0xdd]];

/// What packets begin with, behind their virtio header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// An Ethernet header.
    Ethernet,
    /// That of IP.
    Ip,
}

/// Makes packets of what was seen. Keeps its memory.
#[derive(Debug, Default)]
pub(super) struct Wire {
    piece: Vec<u8>,
    cut: Vec<u8>,
    frame: Vec<u8>,
}

impl Wire {
    /// Gives `take` the packets of a piece one by one, without virtio headers, and with each whether it is still
    /// several, as it could not be cut.
    pub(super) fn each<E>(
        &mut self,
        link: Link,
        seen: &[u8],
        mut take: impl FnMut(&[u8], bool) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some((virtio, packet)) = seen.split_at_checked(HEADER) else {
            return Ok(());
        };
        let length = match link {
            Link::Ip => 0,
            Link::Ethernet => ETHERNET,
        };
        let Some((ethernet, ip)) = packet
            .split_at_checked(length)
            .filter(|(ethernet, _)| holds_ip(ethernet))
        else {
            return take(packet, false);
        };
        self.piece.clear();
        self.piece.extend_from_slice(virtio);
        self.piece.extend_from_slice(ip);
        shift_sum(&mut self.piece, ethernet.len());
        let frame = &mut self.frame;
        let mut give = |packet: &[u8], joined| {
            frame.clear();
            frame.extend_from_slice(ethernet);
            frame.extend_from_slice(packet.get(HEADER..).unwrap_or_default());
            take(frame, joined)
        };
        if let Some(mut cutter) = Cutter::new(&self.piece, &mut self.cut) {
            while let Some(packet) = cutter.next() {
                complete_sum(packet);
                give(packet, false)?;
            }
            return Ok(());
        }
        let joined = self.piece.get(GSO_TYPE).is_some_and(|kind| *kind != 0);
        complete_sum(&mut self.piece);
        give(&self.piece, joined)
    }
}

/// Whether IP follows this header, or no header.
fn holds_ip(ethernet: &[u8]) -> bool {
    ethernet.is_empty() || IP.iter().any(|kind| ethernet.ends_with(kind))
}

/// Counts from where the checksum begins anew, when this many bytes before it are gone.
fn shift_sum(piece: &mut [u8], gone: usize) {
    let needs_sum = piece.first().is_some_and(|flags| flags & NEEDS_SUM != 0);
    if let Some(field) = piece.get_mut(SUM_FROM..SUM_FROM + 2)
        && needs_sum
        && let Ok(bytes) = <[u8; 2]>::try_from(&*field)
    {
        let from = usize::from(u16::from_ne_bytes(bytes)).saturating_sub(gone);
        field.copy_from_slice(&u16::try_from(from).unwrap_or(0).to_ne_bytes());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packets(link: Link, seen: &[u8]) -> Vec<(Vec<u8>, bool)> {
        let mut packets = Vec::new();
        let done = Wire::default().each(link, seen, |packet, joined| {
            packets.push((packet.to_vec(), joined));
            Ok::<(), ()>(())
        });
        assert_eq!(done, Ok(()));
        packets
    }

    #[test]
    fn what_is_not_ip_stays_as_it_is() {
        let mut arp = vec![0; HEADER + 42];
        arp[HEADER + 12..HEADER + 14].copy_from_slice(&[0x08, 0x06]);
        let (packet, joined) = packets(Link::Ethernet, &arp).remove(0);
        assert_eq!((&packet[..], joined), (&arp[HEADER..], false));
    }

    #[test]
    fn a_piece_that_cannot_be_cut_is_told_from_a_packet() {
        let mut piece = vec![0; HEADER + 40];
        piece[GSO_TYPE] = 1;
        piece[HEADER] = 0x45;
        assert!(packets(Link::Ip, &piece)[0].1);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(mut seen in prop::collection::vec(any::<u8>(), 0..300), ip: bool, ethernet: bool) {
            if ip && let Some(kind) = seen.get_mut(HEADER + 12..HEADER + 14) {
                kind.copy_from_slice(&IP[0]);
            }
            let link = if ethernet { Link::Ethernet } else { Link::Ip };
            let taken = packets(link, &seen);
            prop_assert_eq!(taken.is_empty(), seen.len() < HEADER);
        }
    }
}
