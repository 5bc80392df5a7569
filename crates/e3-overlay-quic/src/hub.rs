//! What all tasks of one party share while it is joined.

use std::{
    collections::BTreeSet,
    sync::{Arc, PoisonError, RwLock},
};

use e3_forward::{Carrier, Forwarder};
use e3_session::types::{PartyIndex, SessionId};
use iroh::PublicKey;

use crate::{
    acquaintance::Acquaintances, book::Book, carrier::Tripwires, current::Current,
    endpoint::Relays, guests::Guests, key::SessionKey, lookout::Trouble, options::Chosen, tls::Tls,
};

/// A party that has joined.
pub(crate) struct Hub {
    pub(crate) session: SessionId,
    pub(crate) key: SessionKey,
    pub(crate) chosen: Chosen,
    pub(crate) guests: Guests,
    /// Every party's key, in the order of indices.
    pub(crate) keys: RwLock<Vec<PublicKey>>,
    /// Every party's name, likewise.
    pub(crate) names: RwLock<Vec<String>>,
    pub(crate) book: Book,
    pub(crate) peers: Acquaintances,
    pub(crate) relays: Arc<Relays>,
    pub(crate) endpoint: Current,
    pub(crate) tls: Tls,
    /// Where this party accepts TLS over TCP; 0 where it does not.
    pub(crate) tcp_port: u16,
    pub(crate) wires: Tripwires,
    /// Why relays of somebody else cannot be used.
    pub(crate) trouble: Trouble,
    pub(crate) forwarder: Forwarder,
}

impl Hub {
    /// Whether this party decides which carrier the link to a peer rides on.
    pub(crate) fn leads(&self, peer: &PublicKey) -> bool {
        self.key.public().as_bytes() < peer.as_bytes()
    }

    /// Hands a carrier over to the link of whoever has proved to have its key; dropped if the roster does not name that one
    /// any more.
    pub(crate) fn attach(&self, carrier: Carrier) {
        tracing::debug!(?carrier, "a carrier");
        self.forwarder.attach(carrier);
    }

    /// The key of the party at an index.
    pub(crate) fn key_at(&self, index: PartyIndex) -> Option<PublicKey> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.get(usize::from(index.0)).copied()
    }

    /// The name of the party at an index.
    pub(crate) fn name_of(&self, index: PartyIndex) -> String {
        let names = self.names.read().unwrap_or_else(PoisonError::into_inner);
        names.get(usize::from(index.0)).cloned().unwrap_or_default()
    }

    /// All peers, with their indices.
    pub(crate) fn peers(&self) -> Vec<(PartyIndex, PublicKey)> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let own = self.key.public();
        let all = (0..=u16::MAX).map(PartyIndex).zip(keys.iter().copied());
        all.filter(|(_, key)| *key != own).collect()
    }

    /// Takes the keys and the names of a roster: from now on these peers are let in, and nobody else.
    pub(crate) fn take(&self, keys: Vec<PublicKey>, names: Vec<String>) {
        *self.names.write().unwrap_or_else(PoisonError::into_inner) = names;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        let peers = self.peers();
        self.guests
            .admit(peers.iter().map(|(index, key)| (*key, *index)));
        let keys: BTreeSet<PublicKey> = peers.into_iter().map(|(_, key)| key).collect();
        self.peers.keep(&keys);
        self.book.forget_strangers();
    }
}
