use bytes::BytesMut;
use proptest::prelude::*;

use super::*;
use crate::packet::{Cutter, is_plausible};

/// A piece of TCP as a kernel hands it over: with this much data, to be cut into segments of this size.
fn piece(six: bool, options: usize, data: &[u8], size: u16, flags: u8) -> Vec<u8> {
    let ip = if six { 40 } else { 20 };
    let tcp = 20 + options * 4;
    let mut packet = vec![0; ip + tcp];
    packet.extend_from_slice(data);
    let length = packet.len();
    if six {
        packet[0] = 0x60;
        packet[6] = TCP;
        packet[7] = 64;
        packet[4..6].copy_from_slice(&short(length - 40).to_be_bytes());
        packet[8..40].copy_from_slice(&[7; 32]);
    } else {
        packet[0] = 0x45;
        packet[2..4].copy_from_slice(&short(length).to_be_bytes());
        packet[6] = 0x40;
        packet[8] = 64;
        packet[9] = TCP;
        packet[12..20].copy_from_slice(&[10, 0, 0, 1, 10, 0, 0, 2]);
    }
    packet[ip + 4..ip + 8].copy_from_slice(&0xffff_f000_u32.to_be_bytes());
    packet[ip + 12] = u8::try_from(tcp / 4).unwrap() << 4;
    packet[ip + 13] = flags;
    let mut whole = vec![0; VIRTIO];
    whole[virtio::FLAGS] = virtio::NEEDS_SUM;
    whole[virtio::KIND] = if six { virtio::TCP6 } else { virtio::TCP4 };
    put(&mut whole, virtio::HEADERS, short(ip + tcp).to_ne_bytes()).unwrap();
    put(&mut whole, virtio::SEGMENT, size.to_ne_bytes()).unwrap();
    put(&mut whole, virtio::SUM_FROM, short(ip).to_ne_bytes()).unwrap();
    put(&mut whole, virtio::SUM_INTO, 16_u16.to_ne_bytes()).unwrap();
    whole.extend(packet);
    whole
}

fn cut(piece: &[u8]) -> Vec<Vec<u8>> {
    let mut piece = piece.to_vec();
    let (mut all, mut packet) = (Vec::new(), BytesMut::new());
    if let Some(mut cutter) = Cutter::new(&mut piece) {
        while cutter.next_into(&mut packet) {
            all.push(packet.to_vec());
        }
    }
    all
}

fn joined<'a>(packets: impl IntoIterator<Item = &'a [u8]>) -> Vec<Vec<u8>> {
    let (mut joiner, mut all) = (Joiner::default(), Vec::new());
    packets.into_iter().for_each(|packet| joiner.add(packet));
    joiner.drain(|piece| all.push(piece.to_vec()));
    all
}

/// Whether the checksums of a whole packet of TCP are right.
fn is_right(packet: &[u8]) -> bool {
    let six = packet[0] >> 4 == 6;
    let (at, addresses) = if six { (40, 8..40) } else { (20, 12..20) };
    let start = pseudo(&packet[addresses], TCP, packet.len() - at);
    let ip = six || sum(&packet[..20], 0) == 0xffff;
    ip && sum(&packet[at..], start) == 0xffff && is_plausible(packet) == Some(packet.len())
}

proptest! {
    #[test]
    fn what_was_cut_is_joined_again(
        six: bool,
        options in 0_usize..8,
        length in 1_usize..30_000,
        size in 100_u16..1400,
        pushed: bool,
    ) {
        let data: Vec<u8> = (0..=250).cycle().take(length).collect();
        let flags = ACK | if pushed { PSH } else { 0 };
        let whole = piece(six, options, &data, size, flags);
        let packets = cut(&whole);
        prop_assert_eq!(packets.len(), length.div_ceil(usize::from(size)));
        for packet in &packets {
            prop_assert!(is_right(packet));
        }
        let again = joined(packets.iter().map(Vec::as_slice));
        prop_assert_eq!(again.len(), 1);
        // What was cut from what was joined is the same.
        prop_assert_eq!(cut(&again[0]), packets);
    }

    #[test]
    fn nothing_is_lost_or_changed_that_cannot_be_joined(
        all in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..120), 0..12),
    ) {
        let out = joined(all.iter().map(Vec::as_slice));
        let out: Vec<Vec<u8>> = out.iter().flat_map(|piece| cut(piece)).collect();
        prop_assert_eq!(out, all);
    }

    #[test]
    fn whatever_is_read_is_cut_or_refused(mut bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        // What a kernel never gives, to be sure: an endless or a long result.
        if let Some(byte) = bytes.get_mut(1) {
            *byte %= 8;
        }
        let all: usize = cut(&bytes).iter().map(Vec::len).sum();
        prop_assert!(all <= bytes.len() * 300);
    }
}

#[test]
fn connections_are_kept_apart() {
    let data = [5; 3000];
    let packets = cut(&piece(false, 3, &data, 1000, ACK));
    let mut other = packets.clone();
    for packet in &mut other {
        packet[21] = 9;
    }
    let mixed = [&packets[0], &other[0], &packets[1], &other[1]];
    assert_eq!(joined(mixed.map(Vec::as_slice)).len(), 4);
    let late = [&packets[0], &packets[2], &packets[1]];
    assert_eq!(joined(late.map(Vec::as_slice)).len(), 3);
    let one_after_another = packets.iter().chain(&other).map(Vec::as_slice);
    assert_eq!(joined(one_after_another).len(), 2);
}
