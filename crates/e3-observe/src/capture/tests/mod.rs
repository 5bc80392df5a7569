//! What was cut on its way is found whole.

pub(crate) mod made;

use std::net::IpAddr;

use proptest::{collection::vec, prelude::*};
use rustls::Side;

use self::made::{Made, end};
use super::{
    Capture, Place, Text,
    initial::tests::{closed, frame},
};

const SECRET: &[u8] = b"quokka-17-of-the-roster";

/// The places in which the secret stands whole.
#[track_caller]
fn found(capture: &Capture) -> Vec<(Place, usize)> {
    let is_in = |text: &Text| text.bytes.windows(SECRET.len()).position(|at| at == SECRET);
    let texts = capture.texts();
    let found = texts.iter().filter_map(|text| {
        let at = is_in(text)?;
        Some((text.place, text.packet(at)))
    });
    found.collect()
}

fn ends() -> (super::End, super::End) {
    (end("198.18.0.1", 4000), end("198.18.0.2", 5000))
}

#[test]
fn a_segments_end_hides_nothing() {
    let (from, to) = ends();
    let stream = Place::Stream { from, to };
    let (one, two) = SECRET.split_at(9);
    // In their order, out of it, twice, and where numbers wrap around.
    for first in [1000, u32::MAX - 3] {
        let second = first.wrapping_add(1 + 9);
        let mut made = Made::default();
        made.syn(from, to, first);
        made.tcp(from, to, second, two);
        made.tcp(from, to, first.wrapping_add(1), one);
        made.tcp(from, to, second, two);
        assert_eq!(found(&made.read()), [(stream, 3)]);
    }
}

#[test]
fn a_gap_is_none_of_it() {
    let (from, to) = ends();
    let (one, two) = SECRET.split_at(9);
    let mut made = Made::default();
    made.tcp(from, to, 1000, one);
    made.tcp(from, to, 1010, two);
    assert!(found(&made.read()).is_empty());
}

#[test]
fn connections_between_the_same_ends_are_two() {
    let (from, to) = ends();
    let (one, two) = SECRET.split_at(9);
    let mut made = Made::default();
    made.syn(from, to, 0);
    made.tcp(from, to, 1, one);
    made.syn(from, to, 500_000);
    made.tcp(from, to, 10, two);
    assert!(found(&made.read()).is_empty());
}

#[test]
fn between_datagrams_it_is_found_too() {
    let (from, to) = ends();
    let (one, two) = SECRET.split_at(9);
    let mut made = Made::default();
    made.udp(from, to, one);
    made.udp(to, from, b"answer");
    made.udp(from, to, two);
    let datagrams = Place::Datagrams { from, to };
    assert_eq!(found(&made.read()), [(datagrams, 1)]);
}

#[test]
fn a_datagram_that_was_cut_is_put_together() {
    let (from, to) = ends();
    let mut made = Made::default();
    let long = [&[7; 27][..], SECRET, &[9; 30]].concat();
    // Cut at byte 40 behind UDP's header of 8, within the secret.
    made.fragments(from, to, &long, 48);
    let datagrams = Place::Datagrams { from, to };
    assert_eq!(found(&made.read()), [(datagrams, 2)]);
}

#[test]
fn handshakes_of_quic_are_opened() {
    let (from, to) = ends();
    let (one, two) = SECRET.split_at(9);
    let id = [5; 8];
    let mut made = Made::default();
    made.udp(from, to, &closed(&id, &id, Side::Client, &frame(9, two)));
    made.udp(from, to, &closed(&id, &id, Side::Client, &frame(0, one)));
    made.udp(to, from, &closed(&[], &id, Side::Server, &frame(0, SECRET)));
    let opened = |from, to| Place::Handshake { from, to };
    let mut found = found(&made.read());
    found.sort_unstable();
    assert_eq!(found, [(opened(from, to), 2), (opened(to, from), 3)]);
}

#[test]
fn what_is_no_ip_is_kept_as_bytes() {
    let mut made = Made::default();
    made.ethernet([0x88, 0xcc], SECRET);
    assert_eq!(found(&made.read()), [(Place::Packet, 1)]);
}

#[test]
fn addresses_are_in_headers() {
    let (from, to) = ends();
    let mut made = Made::default();
    made.udp(from, to, b"x");
    let texts = made.read().texts();
    let IpAddr::V4(four) = from.address else {
        panic!("it is of IPv4");
    };
    let header = texts.iter().find(|text| text.place == Place::Header);
    let bytes = &header.unwrap().bytes;
    assert!(bytes.windows(4).any(|at| at == four.octets()));
}

#[test]
fn what_is_no_capture_is_refused() {
    let error = Capture::read(&b"no capture"[..]).unwrap_err();
    assert!(error.to_string().contains("expected is a pcapng file"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn however_a_stream_is_cut_it_is_found(
        before in vec(any::<u8>(), 0..50),
        cuts in vec(1_usize..12, 1..60),
        order in any::<prop::sample::Index>(),
        first: u32,
    ) {
        let (from, to) = ends();
        let whole = [&before[..], SECRET].concat();
        let mut made = Made::default();
        made.syn(from, to, first);
        let mut segments = Vec::new();
        let mut at = 0;
        for cut in cuts.into_iter().chain([whole.len()]) {
            let end = (at + cut).min(whole.len());
            segments.push((at, end));
            at = end;
        }
        let middle = order.index(segments.len());
        segments.rotate_left(middle);
        for (at, end) in segments {
            let sequence = first.wrapping_add(1).wrapping_add(u32::try_from(at).unwrap());
            made.tcp(from, to, sequence, &whole[at..end]);
        }
        let found = found(&made.read());
        let is_found = found.iter().any(|(place, _)| *place == Place::Stream { from, to });
        prop_assert!(is_found);
    }

    #[test]
    fn no_packet_panics(packets in vec(vec(any::<u8>(), 0..120), 0..10), ip: bool) {
        let mut made = Made::default();
        for mut bytes in packets {
            if ip && let Some(kind) = bytes.get_mut(12..15) {
                kind.copy_from_slice(&[8, 0, 0x45]);
            }
            made.raw(&bytes);
        }
        let _ = made.read().texts();
    }

    #[test]
    fn no_file_panics(bytes in vec(any::<u8>(), 0..300)) {
        let _ = Capture::read(&bytes[..]);
    }
}

#[test]
fn what_the_observer_sent_himself_can_be_taken_out() {
    let (from, to) = ends();
    let mut made = Made::default();
    made.udp(from, to, b"MARK and more");
    made.udp(from, to, SECRET);
    // An error that quotes the first: ICMP, with the headers of what it is about.
    let quoted = [&[3, 3, 0, 0, 0, 0, 0, 0][..], &[0x45; 28], b"MARK and"].concat();
    let head = [&[0x45, 0, 0, 64, 0, 0, 0, 0, 64, 1, 0, 0][..], &[9; 8]].concat();
    made.ethernet([8, 0], &[head, quoted].concat());
    let mut capture = made.read();
    let marked = capture.take_marked(b"MARK");
    assert_eq!((marked.packets.len(), capture.packets.len()), (2, 1));
    assert!(found(&marked).is_empty());
    assert_eq!(found(&capture).len(), 2);
}
