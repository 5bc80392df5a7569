//! Who takes part, in which order.

mod error;

pub use error::RosterError;

use std::{collections::BTreeMap, net::IpAddr};

use e3_identity::{Endorsement, Introduction, canonical};
use serde::{Deserialize, Serialize};

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
mod tests;
