//! What is known of each peer: where it may be, and what came of knocking there.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, SocketAddr},
    sync::{Mutex, PoisonError},
};

use e3_session::types::{Attempt, Tried};
use iroh::PublicKey;
use tokio::sync::watch;

/// Results that are kept of each peer: more ways than a party has.
const TRIED: usize = 32;

/// All peers of the roster.
#[derive(Debug, Default)]
pub(crate) struct Acquaintances(Mutex<BTreeMap<PublicKey, Acquaintance>>);

/// One peer.
#[derive(Debug, Default)]
struct Acquaintance {
    /// Its host's addresses, as the controller tells them.
    contact: Vec<IpAddr>,
    /// Where it was heard of on this LAN, for TLS over TCP and for QUIC.
    near: (BTreeSet<SocketAddr>, BTreeSet<SocketAddr>),
    /// What came of trying, the newest last.
    tried: Vec<Tried>,
    /// Grows whenever it may be somewhere else than before.
    moved: watch::Sender<u64>,
}

impl Acquaintances {
    /// Who is a peer from now on.
    pub(crate) fn keep(&self, peers: &BTreeSet<PublicKey>) {
        let mut all = self.lock();
        all.retain(|key, _| peers.contains(key));
        for key in peers {
            all.entry(*key).or_default();
        }
    }

    /// Tells when a peer may be somewhere else than before; `None` for somebody who is no peer.
    pub(crate) fn watch(&self, key: &PublicKey) -> Option<watch::Receiver<u64>> {
        self.lock().get(key).map(|peer| peer.moved.subscribe())
    }

    /// A peer may be somewhere else than before.
    pub(crate) fn poke(&self, key: &PublicKey) {
        if let Some(peer) = self.lock().get(key) {
            peer.moved.send_modify(|times| *times += 1);
        }
    }

    /// This party itself may be.
    pub(crate) fn poke_all(&self) {
        for peer in self.lock().values() {
            peer.moved.send_modify(|times| *times += 1);
        }
    }

    /// What the controller says of where a peer's host is.
    pub(crate) fn set_contact(&self, key: &PublicKey, addresses: &[IpAddr]) {
        if let Some(peer) = self.lock().get_mut(key)
            && peer.contact != addresses
        {
            peer.contact = addresses.to_vec();
            peer.moved.send_modify(|times| *times += 1);
        }
    }

    /// A peer, or somebody in its name, was heard on this LAN.
    pub(crate) fn set_near(
        &self,
        key: &PublicKey,
        tcp: BTreeSet<SocketAddr>,
        quic: BTreeSet<SocketAddr>,
    ) {
        let near = (tcp, quic);
        if let Some(peer) = self.lock().get_mut(key)
            && peer.near != near
        {
            peer.near = near;
            peer.moved.send_modify(|times| *times += 1);
        }
    }

    /// The addresses of a peer's host, as the controller tells them.
    pub(crate) fn contact(&self, key: &PublicKey) -> Vec<IpAddr> {
        let all = self.lock();
        all.get(key)
            .map_or_else(Vec::new, |peer| peer.contact.clone())
    }

    /// Where a peer was heard of on this LAN, for TLS over TCP and for QUIC.
    pub(crate) fn near(&self, key: &PublicKey) -> (BTreeSet<SocketAddr>, BTreeSet<SocketAddr>) {
        let all = self.lock();
        all.get(key)
            .map(|peer| peer.near.clone())
            .unwrap_or_default()
    }

    /// What came of a way to a peer; of each way the last result is kept.
    pub(crate) fn tell(&self, key: &PublicKey, result: Tried) {
        if let Some(peer) = self.lock().get_mut(key) {
            let same = |known: &Tried| {
                (&known.transport, &known.path) == (&result.transport, &result.path)
            };
            peer.tried.retain(|known| !same(known));
            peer.tried.push(result);
            let many = peer.tried.len().saturating_sub(TRIED);
            peer.tried.drain(..many);
        }
    }

    /// What came of trying to reach a peer.
    pub(crate) fn tried(&self, key: &PublicKey) -> Vec<Tried> {
        let all = self.lock();
        all.get(key)
            .map_or_else(Vec::new, |peer| peer.tried.clone())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<PublicKey, Acquaintance>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why nothing was reached, in words: each way with its reason.
pub(crate) fn why(tried: &[Tried]) -> Option<String> {
    let failed = tried.iter().filter_map(|tried| match &tried.outcome {
        Attempt::Failed { reason } => Some(format!("{}: {reason}", tried.transport)),
        Attempt::Answered => None,
    });
    let all: Vec<String> = failed.collect();
    (!all.is_empty()).then(|| all.join("; "))
}
