//! Who takes part, in which order.

use std::{collections::BTreeMap, net::IpAddr};

use e3_identity::{Did, Endorsement, Introduction, canonical};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Digest, PartyIndex, SessionId, Subnet};

/// Domain of a roster's hash.
pub const ROSTER: &str = "e3/roster/3";

/// Parties that a roster may have.
pub const MAX_PARTIES: usize = 256;

/// Bytes that a party's name may have.
pub const MAX_NAME: usize = 63;

/// The ordered introductions, numbered by epoch; every agent computes the same hash of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// The session that it belongs to.
    pub session: SessionId,
    /// Grows with every admission.
    pub epoch: u32,
    /// The networks that the parties' addresses are of, at most one of each version of IP; none where the overlay
    /// connects the hosts' own addresses.
    pub network: Vec<Subnet>,
    /// The parties; an entry's position is its index.
    pub parties: Vec<RosterEntry>,
}

/// One party of a roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterEntry {
    /// Its name, unique in the roster.
    pub name: String,
    /// Its virtual addresses, at which the others' programs find it: one in each of the roster's networks, in their order.
    pub addresses: Vec<IpAddr>,
    /// Its DID and the public keys that it uses here, signed by the DID.
    pub introduction: Introduction,
    /// Why others should believe it.
    pub endorsement: Endorsement,
}

/// Why entries make no roster.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RosterError {
    /// Nobody takes part.
    #[error("a roster needs at least one party")]
    Empty,
    /// Too many take part.
    #[error("a roster has at most {MAX_PARTIES} parties, found {found}")]
    TooMany {
        /// How many there are.
        found: usize,
    },
    /// A name that cannot be shown on a line of its own.
    #[error(
        "party {party} is named {name:?}: expected 1 to {MAX_NAME} bytes without control characters"
    )]
    Name {
        /// Whose name it is.
        party: PartyIndex,
        /// The name.
        name: String,
    },
    /// One name, two parties.
    #[error("parties {first} and {second} are both named {name:?}: give each its own name")]
    SameName {
        /// The party that has it first.
        first: PartyIndex,
        /// The other one.
        second: PartyIndex,
        /// The name.
        name: String,
    },
    /// The networks are more than one of each version of IP.
    #[error(
        "a roster's networks are {first} and {second}: expected at most one of IPv4 and one of IPv6"
    )]
    Networks {
        /// One network.
        first: Subnet,
        /// Another of the same version.
        second: Subnet,
    },
    /// A party's addresses are not one in each network.
    #[error("party {name:?} has {found} for its virtual addresses: expected {expected}")]
    Addresses {
        /// The party.
        name: String,
        /// What it has.
        found: String,
        /// One of each network.
        expected: String,
    },
    /// One address, two parties.
    #[error("parties {first:?} and {second:?} both have the virtual address {address}")]
    SameAddress {
        /// The name of the party that has it first.
        first: String,
        /// That of the other one.
        second: String,
        /// The address.
        address: IpAddr,
    },
    /// One DID, two parties.
    #[error(
        "parties {first:?} and {second:?} have the same DID, {did}: each party needs its own keys"
    )]
    SameDid {
        /// The name of the party that has it first.
        first: String,
        /// That of the other one.
        second: String,
        /// The DID.
        did: Did,
    },
}

impl Roster {
    /// A roster of these entries, in this order, with their addresses in these networks.
    pub fn build(
        session: SessionId,
        epoch: u32,
        network: Vec<Subnet>,
        parties: Vec<RosterEntry>,
    ) -> Result<Self, RosterError> {
        let roster = Self {
            session,
            epoch,
            network,
            parties,
        };
        roster.check()?;
        Ok(roster)
    }

    /// Whether this could come from [`Roster::build`]; one that was received need not.
    pub fn check(&self) -> Result<(), RosterError> {
        let found = self.parties.len();
        if found == 0 {
            return Err(RosterError::Empty);
        }
        if found > MAX_PARTIES {
            return Err(RosterError::TooMany { found });
        }
        let mut names = BTreeMap::new();
        let mut dids = BTreeMap::new();
        for (second, entry) in (0..).map(PartyIndex).zip(&self.parties) {
            let name = &entry.name;
            if name.is_empty() || name.len() > MAX_NAME || name.contains(char::is_control) {
                return Err(RosterError::Name {
                    party: second,
                    name: name.clone(),
                });
            }
            if let Some(first) = names.insert(name, second) {
                return Err(RosterError::SameName {
                    first,
                    second,
                    name: name.clone(),
                });
            }
            let did = &entry.introduction.did;
            // By its short form: two forms of one `did:peer:4` are one party.
            if let Some(first) = dids.insert(did.short(), name) {
                return Err(RosterError::SameDid {
                    first: first.clone(),
                    second: name.clone(),
                    did: did.clone(),
                });
            }
        }
        self.check_addresses()
    }

    /// Every party has one address of its own in each network.
    fn check_addresses(&self) -> Result<(), RosterError> {
        let networks = self.network.as_slice();
        for (position, second) in networks.iter().enumerate() {
            let mut before = networks.iter().take(position);
            if let Some(first) = before.find(|first| first.is_ipv6() == second.is_ipv6()) {
                return Err(RosterError::Networks {
                    first: *first,
                    second: *second,
                });
            }
        }
        let mut taken = BTreeMap::new();
        for RosterEntry {
            name, addresses, ..
        } in &self.parties
        {
            let inside = networks.iter().zip(addresses);
            if addresses.len() != networks.len()
                || !inside
                    .clone()
                    .all(|(network, address)| network.contains(*address))
            {
                return Err(RosterError::Addresses {
                    name: name.clone(),
                    found: listed(addresses),
                    expected: match networks {
                        [] => "none".to_owned(),
                        networks => format!("one in each of {}", listed(networks)),
                    },
                });
            }
            for address in addresses {
                if let Some(first) = taken.insert(*address, name) {
                    return Err(RosterError::SameAddress {
                        first: first.clone(),
                        second: name.clone(),
                        address: *address,
                    });
                }
            }
        }
        Ok(())
    }

    /// The hash that stands for this roster: over keys and virtual addresses, never over the addresses at which hosts are
    /// reached.
    pub fn hash(&self) -> Digest {
        let parties: Vec<_> = self
            .parties
            .iter()
            .map(|entry| {
                let introduction = &entry.introduction;
                let name = entry.name.as_str();
                let endorsement = entry.endorsement.form();
                (
                    name,
                    texts(&entry.addresses),
                    introduction.form(),
                    introduction.signature,
                    endorsement,
                )
            })
            .collect();
        Digest(canonical::digest(
            ROSTER,
            &(self.session, self.epoch, texts(&self.network), parties),
        ))
    }

    /// The index of the party of that name.
    pub fn index_of(&self, name: &str) -> Option<PartyIndex> {
        let position = self.parties.iter().position(|entry| entry.name == name)?;
        u16::try_from(position).ok().map(PartyIndex)
    }

    /// The name of the party at an index, for a person; the index itself where there is none.
    pub fn name(&self, party: PartyIndex) -> String {
        self.get(party)
            .map_or_else(|| party.to_string(), |entry| entry.name.clone())
    }

    /// The entry at an index.
    pub fn get(&self, party: PartyIndex) -> Option<&RosterEntry> {
        self.parties.get(usize::from(party.0))
    }
}

/// As they are hashed.
fn texts<T: ToString>(these: &[T]) -> Vec<String> {
    these.iter().map(ToString::to_string).collect()
}

/// As people read them.
fn listed<T: ToString>(these: &[T]) -> String {
    match these {
        [] => "none".to_owned(),
        these => texts(these).join(" and "),
    }
}

#[cfg(test)]
mod tests {
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
            "acce341b14d1dd8b9a73edd380267c314ce1200de61a54e7a0f119b41ecfbdcc"
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
}
