//! What is believed of a contact record.

use std::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;

const SESSION: SessionId = SessionId([5; 16]);

fn record(sequence: u64) -> Record {
    Record {
        session: SESSION,
        sequence,
        tcp: vec![(Ipv4Addr::new(192, 0, 2, 7), 4000).into()],
        quic: vec![
            (Ipv4Addr::new(192, 0, 2, 7), 4001).into(),
            (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 7), 4001).into(),
        ],
        relays: vec!["https://relay-1.invalid:443/".to_owned()],
    }
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

/// What is believed of bytes that came as a record of the party with this key.
fn believed(of: &SigningKey, bytes: &[u8]) -> Option<Record> {
    let signed = Signed::decode(bytes).ok()?;
    let its = *signed.key() == of.verifying_key();
    signed.verify(SESSION).ok().filter(|_| its)
}

#[test]
fn a_record_survives_the_wire() {
    let key = key(1);
    let bytes = record(3).sign(&key).encode();
    assert!(bytes.len() < 250, "{}", bytes.len());
    let signed = Signed::decode(&bytes).unwrap();
    assert_eq!(signed.key(), &key.verifying_key());
    assert_eq!(signed.verify(SESSION), Ok(record(3)));
}

#[test]
fn only_its_party_can_sign_it() {
    let [key, other] = [1, 2].map(key);
    let mut signed = record(3).sign(&key);
    signed.signature = record(3).sign(&other).signature;
    assert_eq!(signed.verify(SESSION), Err(RecordError::Signature));
    let others = record(3).sign(&other).encode();
    assert_eq!(believed(&key, &others), None);
}

#[test]
fn it_is_good_for_one_session() {
    let key = key(1);
    let signed = record(3).sign(&key);
    let verified = signed.verify(SessionId([6; 16]));
    assert_eq!(verified, Err(RecordError::OtherSession));
}

#[test]
fn nobody_is_sent_where_nobody_can_be() {
    let key = key(1);
    for at in [
        "0.0.0.0:1",
        "255.255.255.255:1",
        "224.0.0.1:1",
        "[::]:1",
        "192.0.2.1:0",
        "127.0.0.1:1",
        "127.8.9.10:1",
        "[::1]:1",
        "[::ffff:127.0.0.1]:1",
        "[::ffff:224.0.0.1]:1",
        "169.254.169.254:1",
        "[fd00:ec2::254]:1",
    ] {
        let at: SocketAddr = at.parse().unwrap();
        let mut record = record(1);
        record.quic = vec![at];
        let verified = record.sign(&key).verify(SESSION);
        assert_eq!(verified, Err(RecordError::Address(at)));
    }
}

#[test]
fn nobody_is_made_to_knock_at_many_doors() {
    let key = key(1);
    let mut record = record(1);
    record.tcp = vec![record.tcp[0]; MAX_ADDRESSES + 1];
    let verified = record.sign(&key).verify(SESSION);
    assert_eq!(verified, Err(RecordError::TooMany));
    assert_eq!(
        Signed::decode(&[0; MAX_BYTES + 1]),
        Err(RecordError::TooLong {
            found: MAX_BYTES + 1
        })
    );
}

proptest! {
    #[test]
    fn nobody_signs_for_another(sequence: u64, other in 2..=255_u8, said: bool) {
        let (key, other) = (key(1), self::key(other));
        let mut bytes = record(sequence).sign(&other).encode();
        if said {
            // In all else it is a record of this party.
            let its = *other.verifying_key().as_bytes();
            let at = bytes.windows(its.len()).position(|window| window == its).unwrap();
            bytes[at..at + its.len()].copy_from_slice(key.verifying_key().as_bytes());
            prop_assert!(*Signed::decode(&bytes).unwrap().key() == key.verifying_key());
        }
        prop_assert!(believed(&key, &bytes).is_none());
    }

    #[test]
    fn no_byte_can_be_changed(at: prop::sample::Index, bit in 0..8_u8) {
        let key = key(1);
        let mut bytes = record(3).sign(&key).encode();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(believed(&key, &bytes).is_none());
    }
}
