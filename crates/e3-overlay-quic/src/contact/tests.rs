//! What is believed of a contact record.

use std::net::{Ipv4Addr, Ipv6Addr};

use e3_session::types::PartyIndex;
use proptest::prelude::*;

use super::*;
use crate::{contact::Book, guests::Guests};

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

/// A book for records of one party.
fn book(of: &SessionKey) -> Book {
    let guests = Guests::default();
    guests.admit([(of.public(), PartyIndex(1))]);
    Book::new(SESSION, guests)
}

#[test]
fn a_record_survives_the_wire() {
    let key = SessionKey::generate().unwrap();
    let bytes = record(3).sign(&key).encode();
    assert!(bytes.len() < 250, "{}", bytes.len());
    let signed = Signed::decode(&bytes).unwrap();
    assert_eq!(signed.key(), &key.public());
    assert_eq!(signed.verify(SESSION), Ok(record(3)));
}

#[test]
fn only_its_party_can_sign_it() {
    let [key, other] = [(); 2].map(|()| SessionKey::generate().unwrap());
    let mut signed = record(3).sign(&key);
    signed.signature = record(3).sign(&other).signature;
    assert_eq!(signed.verify(SESSION), Err(RecordError::Signature));
    let stranger = record(3).sign(&other).encode();
    assert_eq!(book(&key).take(&stranger), Err(RecordError::Stranger));
}

#[test]
fn it_is_good_for_one_session() {
    let key = SessionKey::generate().unwrap();
    let signed = record(3).sign(&key);
    let verified = signed.verify(SessionId([6; 16]));
    assert_eq!(verified, Err(RecordError::OtherSession));
}

#[test]
fn nobody_is_sent_where_nobody_can_be() {
    let key = SessionKey::generate().unwrap();
    for at in [
        "0.0.0.0:1",
        "255.255.255.255:1",
        "224.0.0.1:1",
        "[::]:1",
        "192.0.2.1:0",
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
    let key = SessionKey::generate().unwrap();
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

#[test]
fn an_older_one_never_replaces_a_newer() {
    let key = SessionKey::generate().unwrap();
    let guests = Guests::default();
    guests.admit([(key.public(), PartyIndex(1))]);
    let book = Book::new(SESSION, guests.clone());
    let take = |sequence| book.take(&record(sequence).sign(&key).encode());
    assert!(take(2).unwrap().first);
    for found in [0, 1, 2] {
        assert_eq!(take(found), Err(RecordError::Old { found, known: 2 }));
    }
    assert!(!take(3).unwrap().first);
    assert_eq!(book.get(&key.public()).unwrap().sequence, 3);
    book.forget_strangers();
    assert!(book.get(&key.public()).is_some());
    guests.admit([]);
    book.forget_strangers();
    assert_eq!(book.get(&key.public()), None);
}

proptest! {
    #[test]
    fn no_bytes_are_believed_that_were_not_signed(bytes: Vec<u8>) {
        let key = SessionKey::generate().unwrap();
        prop_assert!(book(&key).take(&bytes).is_err());
    }

    #[test]
    fn no_byte_can_be_changed(at: prop::sample::Index, bit in 0..8_u8) {
        let key = SessionKey::generate().unwrap();
        let mut bytes = record(3).sign(&key).encode();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        prop_assert!(book(&key).take(&bytes).is_err());
    }
}
