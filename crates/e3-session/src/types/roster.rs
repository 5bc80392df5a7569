//! Who takes part, in which order.

use e3_identity::{Introduction, canonical};
use serde::{Deserialize, Serialize};

use super::{Digest, PartyIndex, SessionId};

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

impl Roster {
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
