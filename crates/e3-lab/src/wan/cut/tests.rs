//! What a piece is cut into.

use proptest::prelude::*;

use super::*;

const FROM: [u8; 4] = [198, 18, 0, 2];
const TO: [u8; 4] = [198, 18, 0, 34];

/// A piece of TCP over IPv4 with this data, to be cut into packets of this size.
fn tcp(data: &[u8], size: u16) -> Vec<u8> {
    let mut piece = vec![NEEDS_SUM, 1, 40, 0, 0, 0, 20, 0, 16, 0];
    piece[SEGMENT_SIZE..SEGMENT_SIZE + 2].copy_from_slice(&size.to_ne_bytes());
    let length = u16::try_from(40 + data.len()).unwrap().to_be_bytes();
    piece.extend([
        0x45, 0, length[0], length[1], 0xff, 0xff, 0x40, 0, 64, 6, 0, 0,
    ]);
    piece.extend([FROM, TO].concat());
    // Ports, number, acknowledgement, five words of header, all flags, window, sum, urgent.
    piece.extend([
        0, 1, 0, 2, 0xff, 0xff, 0xff, 0xf0, 0, 0, 0, 9, 0x50, 0x99, 1, 1, 0, 0, 0, 0,
    ]);
    piece.extend(data);
    piece
}

/// A piece of UDP over IPv6.
fn udp(data: &[u8], size: u16) -> Vec<u8> {
    let mut piece = vec![NEEDS_SUM, UDP_PIECE, 48, 0, 0, 0, 40, 0, 6, 0];
    piece[SEGMENT_SIZE..SEGMENT_SIZE + 2].copy_from_slice(&size.to_ne_bytes());
    let length = u16::try_from(8 + data.len()).unwrap().to_be_bytes();
    piece.extend([0x60, 0, 0, 0, length[0], length[1], 17, 64]);
    piece.extend([0x20; 32]);
    piece.extend([0, 1, 0, 2, length[0], length[1], 0, 0]);
    piece.extend(data);
    piece
}

fn cut(piece: &[u8]) -> Vec<Vec<u8>> {
    let mut buffer = Vec::new();
    let mut packets = Vec::new();
    if let Some(mut cutter) = Cutter::new(piece, &mut buffer) {
        while let Some(packet) = cutter.next() {
            packets.push(packet.to_vec());
        }
    }
    packets
}

/// Whether all sums are right, computed over the whole packet.
fn is_sound(packet: &[u8]) -> bool {
    let mut packet = packet.to_vec();
    let six = is_ipv6(&packet).unwrap();
    complete_sum(&mut packet).unwrap();
    let (transport, udp) = if six { (40, true) } else { (20, false) };
    let length = packet.len() - HEADER - transport;
    let pseudo = pseudo_sum(&packet, length, udp).unwrap();
    let header = six || sum(&packet[HEADER..HEADER + 20], 0) == 0xffff;
    header && sum(&packet[HEADER + transport..], pseudo) == 0xffff
}

#[test]
fn tcp_is_cut_with_numbers_and_flags_of_its_own() {
    let data: Vec<u8> = (0..=255).cycle().take(2500).collect();
    let packets = cut(&tcp(&data, 1000));
    let lengths: Vec<_> = packets.iter().map(|packet| packet.len() - HEADER).collect();
    assert_eq!(lengths, [1040, 1040, 540]);
    let number =
        |packet: &[u8]| u32::from_be_bytes(packet[HEADER + 24..HEADER + 28].try_into().unwrap());
    let numbers: Vec<_> = packets.iter().map(|packet| number(packet)).collect();
    assert_eq!(numbers, [0xffff_fff0, 984, 1984], "it goes round at 2³²");
    let flags: Vec<_> = packets.iter().map(|packet| packet[HEADER + 33]).collect();
    assert_eq!(flags, [0x90, 0x10, 0x19]);
    let ids: Vec<_> = packets
        .iter()
        .map(|packet| network(packet, HEADER + 4).unwrap())
        .collect();
    assert_eq!(ids, [0xffff, 0, 1]);
    let whole: Vec<u8> = packets
        .iter()
        .flat_map(|packet| packet[HEADER + 40..].to_vec())
        .collect();
    assert_eq!(whole, data);
}

#[test]
fn what_is_one_packet_is_not_cut() {
    assert!(cut(&tcp(&[1; 1000], 1000)).is_empty());
    let mut plain = tcp(&[1; 3000], 1000);
    plain[GSO_TYPE] = 0;
    assert!(cut(&plain).is_empty());
}

proptest! {
    #[test]
    fn every_sum_is_right(data in prop::collection::vec(any::<u8>(), 1001..5000), size in 500_u16..1400) {
        for piece in [tcp(&data, size), udp(&data, size)] {
            let packets = cut(&piece);
            prop_assert!(!packets.is_empty() || data.len() <= size.into());
            for packet in packets {
                prop_assert!(is_sound(&packet));
            }
        }
    }

    #[test]
    fn any_bytes_can_be_cut(mut bytes in prop::collection::vec(any::<u8>(), 0..300), size in 0_u16..50) {
        if let Some(field) = bytes.get_mut(SEGMENT_SIZE..SEGMENT_SIZE + 2) {
            field.copy_from_slice(&size.to_ne_bytes());
        }
        cut(&bytes);
        complete_sum(&mut bytes);
    }
}
