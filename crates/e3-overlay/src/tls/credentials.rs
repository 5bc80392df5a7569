//! What a party proves, and what it wants to see, by the certificates in the roster.

use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use e3_identity::{
    Did, Endorsement,
    authority::{Certified, Expected, NetworkKey, check_chain, read_request},
};
use e3_session::types::{PartyIndex, Roster, RosterEntry};

use super::{NAME, name_of};
use crate::OverlayError;

/// The certificates of a roster, every one of them checked.
#[derive(Debug)]
pub(super) struct Certificates {
    /// By index.
    parties: Vec<Certified>,
    indices: BTreeMap<Vec<u8>, PartyIndex>,
}

impl Certificates {
    /// Checks every party's certificate: that the same authority has issued it, for the key that the party has
    /// introduced, under the name of its index, and that it is good now. This party's own must be for `key`.
    pub(super) fn of(
        roster: &Roster,
        me: PartyIndex,
        key: &NetworkKey,
    ) -> Result<Self, OverlayError> {
        let now = now();
        let mut authority = None;
        let mut parties = Vec::with_capacity(roster.parties.len());
        let mut indices = BTreeMap::new();
        for (index, entry) in (0..=u16::MAX).map(PartyIndex).zip(&roster.parties) {
            let unusable = |why: String| OverlayError::Certificate {
                name: entry.name.clone(),
                why,
            };
            let (by, chain) = chain_of(entry)?;
            if authority.get_or_insert(by) != &by {
                return Err(unusable(format!("it is by {by}, and others are not")));
            }
            let introduced = introduced(entry)?;
            if index == me && introduced != key.public() {
                return Err(unusable("it is for a key that is not here".to_owned()));
            }
            let expected = Expected {
                authority: by,
                subject: &entry.introduction.did,
                name: &name_of(index),
                key: &introduced,
                now,
            };
            let certified =
                check_chain(&chain, &expected).map_err(|error| unusable(error.to_string()))?;
            let root = parties.first().map(|first: &Certified| &first.root);
            if root.is_some_and(|root| *root != certified.root) {
                return Err(unusable("it is of another session".to_owned()));
            }
            if indices.insert(certified.leaf.clone(), index).is_some() {
                return Err(unusable("another party has the same".to_owned()));
            }
            parties.push(certified);
        }
        Ok(Self { parties, indices })
    }

    /// The certificate of the party at an index.
    pub(super) fn get(&self, party: PartyIndex) -> Option<&Certified> {
        self.parties.get(usize::from(party.0))
    }

    /// Whose certificate this is, by its whole encoding.
    pub(super) fn whose(&self, certificate: &[u8]) -> Option<PartyIndex> {
        self.indices.get(certificate).copied()
    }
}

/// The authority and the certificates, the party's own first, by which an entry is endorsed.
fn chain_of(entry: &RosterEntry) -> Result<(&Did, Vec<&[u8]>), OverlayError> {
    let missing = || OverlayError::NotCertified {
        name: entry.name.clone(),
    };
    let Endorsement::Ca {
        authority,
        certificates,
        ..
    } = &entry.endorsement
    else {
        return Err(missing());
    };
    let chain = certificates.get(NAME).ok_or_else(missing)?;
    Ok((
        authority,
        chain.iter().map(|certificate| &***certificate).collect(),
    ))
}

/// The key that a party has introduced, of which it has proved possession.
fn introduced(entry: &RosterEntry) -> Result<[u8; 32], OverlayError> {
    let introduction = &entry.introduction;
    let request = introduction
        .overlays
        .get(NAME)
        .map_or(&[][..], |bytes| bytes);
    read_request(request, &introduction.did).map_err(|error| OverlayError::Certificate {
        name: entry.name.clone(),
        why: error.to_string(),
    })
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}
