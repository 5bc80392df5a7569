use std::net::Ipv4Addr;

use proptest::prelude::*;

use super::super::checksum::sum;
use super::super::crafted::{self, checksums_are_right, datagram, error_about, ping, segment};
use super::*;

fn endpoint(address: [u8; 4], port: u16) -> SocketAddr {
    SocketAddr::new(Ipv4Addr::from(address).into(), port)
}

#[test]
fn an_error_is_translated_with_what_it_quotes() {
    for quoted in [datagram(b"hello"), segment(b"hello")] {
        let mut bytes = error_about(&quoted);
        assert!(checksums_are_right(&bytes));
        let mut packet = Packet::read(&mut bytes).unwrap();
        let inside = endpoint([192, 168, 1, 2], 4000);
        packet.set_embedded(End::Source, inside);
        packet.set_address(End::Destination, inside.ip());
        // A second layer goes by what the first has made of it.
        let shape = packet.shape();
        assert!(checksums_are_right(&bytes));
        let packet = Packet::read(&mut bytes).unwrap();
        assert_eq!((packet.destination(), packet.shape()), (inside.ip(), shape));
        let Shape::Error(about) = packet.shape() else {
            panic!("{packet:?}");
        };
        assert_eq!(about.source, inside);
        // The quoted packet is as it left the inside host: its own header adds up too.
        assert_eq!(sum(&bytes[HEADER + 28..HEADER + 48]), 0xffff);
    }
}

#[test]
fn an_echo_is_answered() {
    let mut bytes = ping(7);
    let mut packet = Packet::read(&mut bytes).unwrap();
    let (from, to) = (packet.source(), packet.destination());
    packet.answer_echo();
    assert_eq!(
        (packet.source(), packet.destination(), packet.shape()),
        (to, from, Shape::EchoReply { id: 7 })
    );
    assert!(checksums_are_right(&bytes));
}

#[test]
fn a_datagram_without_a_checksum_gets_none() {
    let mut bytes = datagram(b"hello");
    bytes[HEADER + 26..HEADER + 28].fill(0);
    let to = endpoint([1, 2, 3, 4], 5);
    Packet::read(&mut bytes).unwrap().set(End::Source, to);
    assert_eq!(bytes[HEADER + 26..HEADER + 28], [0, 0]);
}

proptest! {
    #[test]
    fn any_bytes_can_be_read_and_changed(
        mut bytes in prop::collection::vec(any::<u8>(), 0..120),
        version in prop_oneof![Just(0x45_u8), Just(0x60_u8), any::<u8>()],
        protocol in prop_oneof![Just(1_u8), Just(6_u8), Just(17_u8), Just(58_u8), Just(44_u8), any::<u8>()],
    ) {
        for (at, value) in [(HEADER, version), (HEADER + 9, protocol), (HEADER + 6, protocol)] {
            if let Some(byte) = bytes.get_mut(at) {
                *byte = value;
            }
        }
        let to = endpoint([10, 1, 2, 3], 4);
        if let Some(mut packet) = Packet::read(&mut bytes) {
            packet.set(End::Source, to);
            packet.set(End::Destination, to);
            packet.set_embedded(End::Source, to);
            packet.set_embedded(End::Destination, to);
            packet.answer_echo();
        }
    }

    #[test]
    fn checksums_stay_right(
        payload in prop::collection::vec(any::<u8>(), 0..80),
        address in any::<[u8; 4]>(),
        port in any::<u16>(),
        source in any::<bool>(),
        kind in 0..3,
    ) {
        let mut bytes = match kind {
            0 => datagram(&payload),
            1 => segment(&payload),
            _ => ping(port),
        };
        let end = if source { End::Source } else { End::Destination };
        Packet::read(&mut bytes).unwrap().set(end, endpoint(address, port));
        prop_assert!(checksums_are_right(&bytes));
        let packet = Packet::read(&mut bytes).unwrap();
        let now = match end {
            End::Source => packet.source(),
            End::Destination => packet.destination(),
        };
        prop_assert_eq!(now, IpAddr::from(address));
    }

    /// A partial checksum covers what it should: completing it gives what a whole one is.
    #[test]
    fn partial_checksums_stay_right(address in any::<[u8; 4]>(), port in any::<u16>(), tcp in any::<bool>()) {
        let whole = if tcp { segment(b"data") } else { datagram(b"data") };
        let (mut whole, mut partial) = (whole.clone(), crafted::partial(whole));
        for bytes in [&mut whole, &mut partial] {
            Packet::read(bytes).unwrap().set(End::Source, endpoint(address, port));
        }
        prop_assert_eq!(crafted::completed(partial), whole);
    }
}
