//! What the router reads of a packet: what it will be on the wire.

use e3_sys::tun::HEADER;

/// The longest packet that a line gives, with its header.
pub(crate) const LONGEST: usize = HEADER + 65_535 + 14;

/// Fields of the virtio header (VIRTIO 1.2, section 5.1.6), in the machine's byte order.
pub(crate) const GSO_TYPE: usize = 1;
pub(super) const HEADERS_LENGTH: usize = 2;
pub(super) const SEGMENT_SIZE: usize = 4;

/// What a packet will be on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OnWire {
    /// Packets.
    pub(crate) packets: u64,
    /// Bytes, IP headers included.
    pub(super) bytes: u64,
}

/// What a packet will be once it has been cut.
pub(crate) fn on_wire(packet: &[u8]) -> OnWire {
    let bytes = packet.len().saturating_sub(HEADER) as u64;
    let uncut = OnWire { packets: 1, bytes };
    let field = |at: usize| {
        Some(u64::from(u16::from_ne_bytes(
            packet.get(at..at + 2)?.try_into().ok()?,
        )))
    };
    let (Some(kind), Some(headers), Some(size)) = (
        packet.get(GSO_TYPE),
        field(HEADERS_LENGTH),
        field(SEGMENT_SIZE),
    ) else {
        return uncut;
    };
    if *kind == 0 || size == 0 || bytes <= headers {
        return uncut;
    }
    // Every segment repeats the headers.
    let packets = (bytes - headers).div_ceil(size);
    OnWire {
        packets,
        bytes: bytes + (packets - 1) * headers,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packet(kind: u8, headers: u16, size: u16, bytes: usize) -> Vec<u8> {
        let mut packet = vec![0; HEADER + bytes];
        packet[GSO_TYPE] = kind;
        packet[HEADERS_LENGTH..][..2].copy_from_slice(&headers.to_ne_bytes());
        packet[SEGMENT_SIZE..][..2].copy_from_slice(&size.to_ne_bytes());
        packet
    }

    #[test]
    fn a_long_packet_counts_as_its_segments() {
        let long = packet(1, 52, 1448, 52 + 3 * 1448 + 1);
        assert_eq!(
            on_wire(&long),
            OnWire {
                packets: 4,
                bytes: 4 * 52 + 3 * 1448 + 1
            }
        );
        assert_eq!(
            on_wire(&packet(0, 0, 0, 84)),
            OnWire {
                packets: 1,
                bytes: 84
            }
        );
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let wire = on_wire(&bytes);
            prop_assert!(wire.packets >= 1);
        }
    }
}
