//! Whom the roster names: the only ones with whom a handshake is finished.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use e3_session::types::{PartyIndex, Roster};
use iroh::PublicKey;

use crate::{NAME, QuicError, key};

/// The keys of the peers in the roster that was admitted last. Every handshake asks it, over whichever transport.
#[derive(Debug, Clone, Default)]
pub(crate) struct Guests(Arc<RwLock<BTreeMap<PublicKey, PartyIndex>>>);

impl Guests {
    /// From now on these peers are let in, and nobody else.
    pub(crate) fn admit(&self, peers: impl IntoIterator<Item = (PublicKey, PartyIndex)>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = peers.into_iter().collect();
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u32 {
        let peers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        u32::try_from(peers.len()).unwrap_or(u32::MAX)
    }

    /// Who has this key; `None` for whom the roster does not name.
    pub(crate) fn who(&self, key: &PublicKey) -> Option<PartyIndex> {
        let peers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        peers.get(key).copied()
    }
}

/// Every party's key, in the order of indices.
pub(crate) fn keys_of(roster: &Roster) -> Result<Vec<PublicKey>, QuicError> {
    let mut seen: BTreeMap<PublicKey, &str> = BTreeMap::new();
    let mut keys = Vec::with_capacity(roster.parties.len());
    for entry in &roster.parties {
        let bytes = entry.introduction.overlays.get(NAME);
        let key = bytes.and_then(|bytes| key::introduced(bytes));
        let key = key.ok_or_else(|| QuicError::NoKey {
            name: entry.name.clone(),
        })?;
        if let Some(first) = seen.insert(key, &entry.name) {
            return Err(QuicError::SameKey {
                first: first.to_owned(),
                second: entry.name.clone(),
            });
        }
        keys.push(key);
    }
    Ok(keys)
}
