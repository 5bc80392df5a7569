//! Whatever is sent is understood, and nothing else.

use std::net::{IpAddr, SocketAddr};

use proptest::prelude::*;

use super::attribute::kind;
use super::{Attribute, Change, Class, DecodeError, HEADER, MOST, Message, Transaction};
use crate::clock::{Times, Timestamp};

fn addresses() -> impl Strategy<Value = SocketAddr> {
    let ips = prop_oneof![
        any::<[u8; 4]>().prop_map(IpAddr::from),
        any::<[u8; 16]>().prop_map(IpAddr::from)
    ];
    (ips, any::<u16>()).prop_map(|(ip, port)| SocketAddr::new(ip, port))
}

fn attributes() -> impl Strategy<Value = Attribute> {
    prop_oneof![
        addresses().prop_map(Attribute::MappedAddress),
        addresses().prop_map(Attribute::XorMappedAddress),
        addresses().prop_map(Attribute::ResponseOrigin),
        addresses().prop_map(Attribute::OtherAddress),
        any::<[bool; 2]>()
            .prop_map(|[address, port]| Attribute::ChangeRequest(Change { address, port })),
        any::<u16>().prop_map(Attribute::ResponsePort),
        (300..700u16).prop_map(Attribute::ErrorCode),
        proptest::collection::vec(any::<u16>(), 0..5).prop_map(Attribute::UnknownAttributes),
        any::<[u64; 3]>().prop_map(|[asked, received, answered]| Attribute::Times(Times {
            asked: Timestamp(asked),
            received: Timestamp(received),
            answered: Timestamp(answered),
        })),
    ]
}

fn messages() -> impl Strategy<Value = Message> {
    let class = prop_oneof![
        Just(Class::Request),
        Just(Class::Indication),
        Just(Class::Success),
        Just(Class::Error)
    ];
    let attributes = proptest::collection::vec(attributes(), 0..8);
    (class, any::<[u8; 12]>(), attributes).prop_map(|(class, id, attributes)| Message {
        class,
        transaction: Transaction(id),
        attributes,
    })
}

/// Whether the last of a message's attributes, each read by its own length, is a fingerprint.
fn ends_with_a_fingerprint(bytes: &[u8]) -> bool {
    let mut last = None;
    let mut rest = &bytes[HEADER..];
    while let [a, b, c, d, after @ ..] = rest {
        last = Some(u16::from_be_bytes([*a, *b]));
        let length = usize::from(u16::from_be_bytes([*c, *d])).next_multiple_of(4);
        rest = after.get(length..).unwrap_or_default();
    }
    last == Some(kind::FINGERPRINT)
}

proptest! {
    #[test]
    fn what_is_said_is_understood(message in messages()) {
        prop_assert_eq!(Message::decode(&message.encode()), Ok(message));
    }

    #[test]
    fn a_flipped_bit_is_seen(message in messages(), bit: prop::sample::Index) {
        let mut bytes = message.encode();
        let bit = bit.index(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        // What hides the fingerprint, its own number or a length that swallows it, leaves a message without one.
        if let Ok(read) = Message::decode(&bytes) {
            prop_assert!(!ends_with_a_fingerprint(&bytes));
            prop_assert_eq!(read.transaction, message.transaction);
        }
    }

    #[test]
    fn anything_at_all_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = Message::decode(&bytes);
    }

    #[test]
    fn a_part_is_no_message(message in messages(), end: prop::sample::Index) {
        let bytes = message.encode();
        prop_assert!(Message::decode(&bytes[..end.index(bytes.len())]).is_err());
    }
}

#[test]
fn what_must_be_understood_and_is_not_is_named() {
    for (number, read) in [
        (0x7001, vec![Attribute::Unknown(0x7001)]),
        (0xC001, vec![]),
        (0x0006, vec![]),
    ] {
        let message = Message::new(Class::Request, Transaction([7; 12]));
        let bytes = message.with(Attribute::Unknown(number)).encode();
        assert_eq!(Message::decode(&bytes).unwrap().attributes, read);
    }
}

#[test]
fn what_is_no_message_is_told_from_what_is() {
    let good = Message::new(Class::Request, Transaction([7; 12])).encode();
    let changed = |place: usize, octet: u8| {
        let mut bytes = good.clone();
        bytes[place] = octet;
        Message::decode(&bytes)
    };
    assert_eq!(changed(4, 0), Err(DecodeError::Stranger));
    assert_eq!(changed(1, 3), Err(DecodeError::Method { kind: 3 }));
    assert_eq!(changed(27, good[27] ^ 1), Err(DecodeError::Fingerprint));
    assert!(matches!(
        changed(3, 12),
        Err(DecodeError::Length { told: 32, .. })
    ));
    let long = vec![0; MOST + 4];
    let there = long.len();
    assert_eq!(Message::decode(&long), Err(DecodeError::TooLong { there }));
    let mut cut_short = good.clone();
    cut_short[23] = 200;
    assert_eq!(
        Message::decode(&cut_short),
        Err(DecodeError::Attribute {
            kind: kind::FINGERPRINT
        })
    );
}
