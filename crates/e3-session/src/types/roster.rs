//! Who takes part, in which order.

use std::collections::BTreeMap;

use e3_identity::{Did, Introduction, canonical};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Digest, PartyIndex, SessionId};

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
    /// The parties; an entry's position is its index.
    pub parties: Vec<RosterEntry>,
}

/// One party of a roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterEntry {
    /// Its name, unique in the roster.
    pub name: String,
    /// Its DID and the public keys that it uses here.
    pub introduction: Introduction,
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
    /// One DID, two parties.
    #[error("parties {first} and {second} have the same DID, {did}: each party needs its own keys")]
    SameDid {
        /// The party that has it first.
        first: PartyIndex,
        /// The other one.
        second: PartyIndex,
        /// The DID.
        did: Did,
    },
}

impl Roster {
    /// A roster of these entries, in this order.
    pub fn build(
        session: SessionId,
        epoch: u32,
        parties: Vec<RosterEntry>,
    ) -> Result<Self, RosterError> {
        let roster = Self {
            session,
            epoch,
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
            if let Some(first) = dids.insert(did, second) {
                return Err(RosterError::SameDid {
                    first,
                    second,
                    did: did.clone(),
                });
            }
        }
        Ok(())
    }

    /// The hash that stands for this roster: over keys, never over addresses.
    pub fn hash(&self) -> Digest {
        let parties: Vec<_> = self
            .parties
            .iter()
            .map(|entry| (entry.name.as_str(), entry.introduction.form()))
            .collect();
        Digest(canonical::digest(
            "e3/roster/1",
            &(self.session, self.epoch, parties),
        ))
    }

    /// The index of the party of that name.
    pub fn index_of(&self, name: &str) -> Option<PartyIndex> {
        let position = self.parties.iter().position(|entry| entry.name == name)?;
        u16::try_from(position).ok().map(PartyIndex)
    }

    /// The entry at an index.
    pub fn get(&self, party: PartyIndex) -> Option<&RosterEntry> {
        self.parties.get(usize::from(party.0))
    }
}
