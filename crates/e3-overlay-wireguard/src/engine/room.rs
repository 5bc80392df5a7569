//! Packets as WireGuard's protocol takes them: one after another in the same few pages of memory, since each is gone before
//! the next is made.

use bytes::BytesMut;
use gotatun::packet::Packet;

use super::MTU;

/// What a packet usually needs; one that is longer gets more.
const USUAL: usize = 2048;

/// What packets are padded to a multiple of (WireGuard's whitepaper, section 5.4.6).
const PAD: usize = 16;

/// Memory for packets. One that is kept keeps this memory, and the next ones get other.
#[derive(Debug)]
pub(super) struct Room(BytesMut);

impl Default for Room {
    fn default() -> Self {
        Self(BytesMut::with_capacity(2 * USUAL))
    }
}

impl Room {
    /// The packet that is written; none if there is none.
    pub(super) fn packet(&mut self, write: impl FnOnce(&mut BytesMut) -> bool) -> Option<Packet> {
        self.0.clear();
        self.0.reserve(USUAL);
        write(&mut self.0).then(|| Packet::from_bytes(self.0.split()))
    }

    /// The same with zeros behind it, as it is sealed, and how long it is without them.
    pub(super) fn padded(
        &mut self,
        write: impl FnOnce(&mut BytesMut) -> bool,
    ) -> Option<(usize, Packet)> {
        let mut length = 0;
        let packet = self.packet(|bytes| {
            let written = write(bytes);
            length = bytes.len();
            // No longer than the interface's own packets, which just fit.
            let padded = length.next_multiple_of(PAD).min(usize::from(MTU));
            bytes.resize(padded.max(length), 0);
            written
        });
        Some((length, packet?))
    }

    /// A copy of these bytes.
    pub(super) fn copy(&mut self, of: &[u8]) -> Packet {
        let copied = self.packet(|bytes| {
            bytes.extend_from_slice(of);
            true
        });
        copied.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn packets_are_what_was_written(all in prop::collection::vec((0_usize..5000, any::<bool>()), 1..40)) {
            let mut room = Room::default();
            let mut kept: Vec<(usize, Packet)> = Vec::new();
            for (number, (length, keep)) in all.into_iter().enumerate() {
                let said = vec![u8::try_from(number).unwrap(); length];
                let copy = room.copy(&said);
                prop_assert_eq!(&*copy, &said[..]);
                drop(copy);
                let (unpadded, padded) = room.padded(|bytes| {
                    bytes.extend_from_slice(&said);
                    true
                }).unwrap();
                prop_assert_eq!(unpadded, length);
                prop_assert_eq!(&padded[..length], &said[..]);
                prop_assert!(padded[length..].iter().all(|byte| *byte == 0));
                let fits = padded.len() % PAD == 0 || padded.len() == length.max(usize::from(MTU));
                prop_assert!(fits && padded.len() < length + PAD);
                if keep {
                    kept.push((number, padded));
                }
            }
            for (number, packet) in kept {
                prop_assert!(packet.iter().all(|byte| usize::from(*byte) == number || *byte == 0));
            }
        }
    }

    #[test]
    fn where_packets_are_gone_no_memory_is_taken() {
        let mut room = Room::default();
        let at = |packet: &Packet| packet.as_ptr() as usize;
        let first = at(&room.copy(&[1; 1400]));
        for _ in 0..100 {
            let next = at(&room.copy(&[2; 1400]));
            assert!(next.abs_diff(first) < 2 * USUAL);
        }
    }

    #[test]
    fn nothing_written_is_no_packet() {
        assert!(Room::default().padded(|_| false).is_none());
    }
}
