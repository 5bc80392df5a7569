//! What is a roster, and what is not.

use e3_identity::{KeyId, Signature};
use serde_bytes::ByteBuf;

use super::*;

/// Published examples of the did:key specification (W3C CCG, v0.9).
const DIDS: [&str; 2] = [
    "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK",
    "did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp",
];

fn entry(name: &str, party: usize) -> RosterEntry {
    RosterEntry {
        name: name.to_owned(),
        addresses: Vec::new(),
        introduction: Introduction {
            did: DIDS[party].parse().unwrap(),
            key: KeyId::default(),
            session: [1; 16],
            name: name.to_owned(),
            not_before: 1_000,
            not_after: 2_000,
            sealing_key: [7; 32],
            overlays: BTreeMap::from([("direct".to_owned(), ByteBuf::from(vec![1, 2]))]),
            successions: Vec::new(),
            signature: Signature([0; 64]),
        },
        endorsement: Endorsement::Pinned,
    }
}

fn build(parties: Vec<RosterEntry>) -> Result<Roster, RosterError> {
    Roster::build(SessionId([1; 16]), 3, Vec::new(), parties)
}

/// Changed only together with the encoding's version. A second encoder gives the same.
#[test]
fn the_hash_of_a_known_roster() {
    let roster = build(vec![entry("a", 0), entry("b", 1)]).unwrap();
    assert_eq!(
        roster.hash().to_string(),
        "8c50f540827ba1ae2273ef59df0f5e628c561943edda58e48480019807484a85"
    );
}

#[test]
fn the_order_of_parties_and_the_epoch_count() {
    let known = build(vec![entry("a", 0), entry("b", 1)]).unwrap();
    let swapped = build(vec![entry("b", 1), entry("a", 0)]).unwrap();
    assert_ne!(known.hash(), swapped.hash());
    assert_ne!(
        known.hash(),
        Roster {
            epoch: 4,
            ..known.clone()
        }
        .hash()
    );
}

#[test]
fn signatures_and_endorsements_count() {
    let known = build(vec![entry("a", 0)]).unwrap();
    let mut signed = known.clone();
    signed.parties[0].introduction.signature = Signature([1; 64]);
    assert_ne!(known.hash(), signed.hash());
    let mut endorsed = known.clone();
    endorsed.parties[0].endorsement = Endorsement::Did;
    assert_ne!(known.hash(), endorsed.hash());
}

#[test]
fn parties_are_found_by_name_and_by_index() {
    let roster = build(vec![entry("a", 0), entry("b", 1)]).unwrap();
    assert_eq!(roster.index_of("b"), Some(PartyIndex(1)));
    assert_eq!(roster.index_of("c"), None);
    assert_eq!(roster.get(PartyIndex(1)), Some(&entry("b", 1)));
    assert_eq!(roster.get(PartyIndex(2)), None);
}

#[test]
fn unsound_rosters_are_refused() {
    assert_eq!(build(vec![]), Err(RosterError::Empty));
    assert_eq!(
        build(vec![entry("a", 0); MAX_PARTIES + 1]),
        Err(RosterError::TooMany { found: 257 })
    );
    let error = build(vec![entry("a", 0), entry("a", 1)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "parties 0 and 1 are both named \"a\": give each its own name"
    );
    let error = build(vec![entry("a", 0), entry("b", 0)]).unwrap_err();
    assert!(matches!(error, RosterError::SameDid { .. }));
    for name in ["", "a\u{1b}[2J", &"x".repeat(MAX_NAME + 1)] {
        let error = build(vec![entry(name, 0)]).unwrap_err();
        assert!(matches!(error, RosterError::Name { .. }));
    }
}

/// A roster with the addresses of two parties in these networks.
fn addressed(network: &[&str], addresses: [&[&str]; 2]) -> Result<Roster, RosterError> {
    let parties = ["a", "b"].into_iter().zip(addresses).enumerate();
    let parties = parties.map(|(index, (name, addresses))| RosterEntry {
        addresses: addresses.iter().map(|text| text.parse().unwrap()).collect(),
        ..entry(name, index)
    });
    let network = network.iter().map(|text| text.parse().unwrap());
    Roster::build(SessionId([1; 16]), 3, network.collect(), parties.collect())
}

#[test]
fn virtual_addresses_count() {
    let both = ["10.0.0.0/8", "fd00::/8"];
    let known = addressed(&both, [&["10.0.0.1", "fd00::1"], &["10.0.0.2", "fd00::2"]]).unwrap();
    let other = addressed(&both, [&["10.0.0.1", "fd00::1"], &["10.0.0.2", "fd00::3"]]).unwrap();
    let wider = addressed(
        &["10.0.0.0/7", "fd00::/8"],
        [&["10.0.0.1", "fd00::1"], &["10.0.0.2", "fd00::2"]],
    );
    assert_ne!(known.hash(), other.hash());
    assert_ne!(known.hash(), wider.unwrap().hash());
}

#[test]
fn unsound_addresses_are_refused() {
    let refused = |network: &[&str], addresses| {
        let error = addressed(network, addresses).unwrap_err();
        error.to_string()
    };
    let none: &[&str] = &[];
    assert_eq!(
        refused(&["10.0.0.0/8", "172.16.0.0/12"], [none, none]),
        "a roster's networks are 10.0.0.0/8 and 172.16.0.0/12: expected at most one of IPv4 and one of IPv6"
    );
    assert_eq!(
        refused(&["10.0.0.0/8"], [&["10.0.0.1"], &["11.0.0.2"]]),
        "party \"b\" has 11.0.0.2 for its virtual addresses: expected one in each of 10.0.0.0/8"
    );
    assert_eq!(
        refused(&["10.0.0.0/8"], [&["10.0.0.1"], none]),
        "party \"b\" has none for its virtual addresses: expected one in each of 10.0.0.0/8"
    );
    assert_eq!(
        refused(&[], [none, &["10.0.0.1"]]),
        "party \"b\" has 10.0.0.1 for its virtual addresses: expected none"
    );
    assert_eq!(
        refused(&["10.0.0.0/8"], [&["10.0.0.1"], &["10.0.0.1"]]),
        "parties \"a\" and \"b\" both have the virtual address 10.0.0.1"
    );
}
