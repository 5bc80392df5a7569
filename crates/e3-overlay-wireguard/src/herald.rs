//! Tells peers where this party is, and hears where they are: by contact records, which agents carry sealed.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use e3_contact::{MAX_ADDRESSES, Record, Signed, can_be_at};
use e3_overlay::{Mailbox, Pen};
use e3_session::types::SessionId;
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval},
};

use crate::{engine::Engine, guests::Guest, key::PublicKey, overlay::Keys};

/// How often this host's addresses are looked at.
const LOOK: Duration = Duration::from_millis(500);

/// Own addresses that stand in a record, whatever reflectors say.
const OWN: usize = 8;

/// Who was told so long ago may have joined since, and have heard nothing.
const LONG_AGO: Duration = Duration::from_secs(2);

/// What tasks of one party share.
pub(crate) struct Hub {
    pub(crate) session: SessionId,
    pub(crate) keys: Keys,
    pub(crate) engine: Engine,
    pub(crate) state: Mutex<Known>,
    /// Grows whenever the roster changes.
    pub(crate) changes: watch::Sender<u64>,
    /// The shortest round trip to each peer, where the engine does not measure it.
    pub(crate) round_trips: Mutex<BTreeMap<PublicKey, Duration>>,
}

/// What is known of the peers.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// All parties, this one among them.
    pub(crate) guests: Vec<Guest>,
    /// The newest record of each.
    records: BTreeMap<PublicKey, Record>,
    /// Their hosts' addresses, as the controller tells them.
    pub(crate) contacts: BTreeMap<PublicKey, Vec<IpAddr>>,
}

impl Hub {
    /// What is known, to be looked at or changed at once.
    pub(crate) fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All parties but this one.
    pub(crate) fn peers(&self) -> Vec<Guest> {
        let own = self.keys.tunnel.public();
        let known = self.known();
        let all = known.guests.iter();
        all.filter(|guest| guest.key != own).cloned().collect()
    }
}

impl Known {
    /// Where a peer may be met: where it says that it is, and at its host's addresses with the ports that it says.
    pub(crate) fn places(&self, key: &PublicKey) -> BTreeSet<SocketAddr> {
        let Some(record) = self.records.get(key) else {
            return BTreeSet::new();
        };
        let ports: BTreeSet<u16> = record.quic.iter().map(SocketAddr::port).collect();
        let contacts = self.contacts.get(key).into_iter().flatten();
        let told = contacts.take(MAX_ADDRESSES).flat_map(|address| {
            ports
                .iter()
                .take(2)
                .map(|port| SocketAddr::new(*address, *port))
        });
        let told = told.filter(|at| can_be_at(*at));
        record.quic.iter().copied().chain(told).collect()
    }

    /// Takes a record, if a party of the roster has signed it and it is newer than what is known; gives whose it is, and
    /// whether it is the first.
    fn take(&mut self, session: SessionId, bytes: &[u8]) -> Option<(PublicKey, bool)> {
        let signed = Signed::decode(bytes).ok()?;
        let guest = self
            .guests
            .iter()
            .find(|guest| guest.signs == *signed.key())?;
        let record = signed.verify(session).ok()?;
        let known = self.records.get(&guest.key).map(|known| known.sequence);
        if known.is_some_and(|known| known >= record.sequence) {
            return None;
        }
        let key = guest.key;
        self.records.insert(key, record);
        Some((key, known.is_none()))
    }

    /// Forgets whom the roster does not name any more.
    pub(crate) fn forget_strangers(&mut self) {
        let stays: BTreeSet<PublicKey> = self.guests.iter().map(|guest| guest.key).collect();
        self.records.retain(|key, _| stays.contains(key));
        self.contacts.retain(|key, _| stays.contains(key));
    }
}

/// Sends this party's contact record to all peers whenever it changes, and to each that is new; takes theirs. Runs until it
/// is dropped.
pub(crate) async fn herald(hub: Arc<Hub>, mut mailbox: Mailbox) {
    let pen = mailbox.pen();
    let mut seen = hub.engine.seen();
    let mut changes = hub.changes.subscribe();
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut letters = Letters::default();
    let mut open = true;
    loop {
        tokio::select! {
            _ = look.tick() => {}
            Ok(()) = seen.changed() => {}
            Ok(()) = changes.changed() => {}
            heard = mailbox.receive(), if open => match heard {
                Some((_, bytes)) => {
                    let mut known = hub.known();
                    if let Some((key, first)) = known.take(hub.session, &bytes) {
                        hub.engine.set_places(key, known.places(&key));
                        if first {
                            letters.greet(key);
                        }
                    }
                }
                // The agent carries nothing any more; the data plane still does.
                None => open = false,
            },
        }
        let places = places(hub.engine.port(), &seen.borrow_and_update().clone());
        letters.renew(&hub, places);
        letters.send(&hub, &pen).await;
    }
}

/// Where this host is: at its own addresses, and where reflectors see it.
fn places(port: u16, seen: &BTreeSet<SocketAddr>) -> Vec<SocketAddr> {
    let own = e3_sys::interfaces::addresses().unwrap_or_default();
    // One that holds on one cable alone means nothing elsewhere.
    let far = own.into_iter().filter(|address| match address {
        IpAddr::V4(address) => !address.is_link_local(),
        IpAddr::V6(address) => !address.is_unicast_link_local(),
    });
    let own = far.map(|address| SocketAddr::new(address, port)).collect();
    told(&own, seen)
}

/// As many as a record holds. Neither can crowd out the other: not what reflectors say a host's own addresses, nor many of
/// those how it is seen from outside.
fn told(own: &BTreeSet<SocketAddr>, seen: &BTreeSet<SocketAddr>) -> Vec<SocketAddr> {
    let fit = |at: &&SocketAddr| can_be_at(**at);
    let mut own = own.iter().filter(fit);
    let first: Vec<_> = own.by_ref().take(OWN).collect();
    let seen = seen.iter().filter(fit).filter(|at| !first.contains(at));
    let all = first.iter().copied().chain(seen).chain(own);
    let told: BTreeSet<SocketAddr> = all.copied().take(MAX_ADDRESSES).collect();
    told.into_iter().collect()
}

/// This party's record, and who has it.
#[derive(Debug, Default)]
struct Letters {
    places: Vec<SocketAddr>,
    sequence: u64,
    record: Vec<u8>,
    sent: BTreeMap<PublicKey, Instant>,
}

impl Letters {
    /// Makes another record if this party is elsewhere now.
    fn renew(&mut self, hub: &Hub, places: Vec<SocketAddr>) {
        if self.places == places {
            return;
        }
        self.places.clone_from(&places);
        self.sequence += 1;
        let record = Record {
            session: hub.session,
            sequence: self.sequence,
            tcp: Vec::new(),
            quic: places,
            relays: Vec::new(),
        };
        self.record = record.sign(&hub.keys.signs).encode();
        self.sent.clear();
    }

    /// A peer has told of itself for the first time: if it was told long ago, it was not there yet, and has heard nothing.
    fn greet(&mut self, peer: PublicKey) {
        if self
            .sent
            .get(&peer)
            .is_some_and(|sent| sent.elapsed() > LONG_AGO)
        {
            self.sent.remove(&peer);
        }
    }

    /// Sends it to all who do not have it.
    async fn send(&mut self, hub: &Hub, pen: &Pen) {
        if self.record.is_empty() {
            return;
        }
        let peers = hub.peers();
        self.sent
            .retain(|key, _| peers.iter().any(|peer| peer.key == *key));
        for peer in peers {
            if self.sent.contains_key(&peer.key) {
                continue;
            }
            self.sent.insert(peer.key, Instant::now());
            if pen.send(peer.index, self.record.clone()).await.is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_own_addresses_nor_reflectors_crowd_out_the_other() {
        let some = |net: u8, many: u8| -> BTreeSet<SocketAddr> {
            let all = (1..=many).map(|last| ([net, 0, 2, last], 4000).into());
            all.collect()
        };
        let count = |own: u8, seen: u8| {
            // What reflectors say sorts first.
            let (own, seen) = (some(198, own), some(5, seen));
            let told = told(&own, &seen);
            let of = |set: &BTreeSet<SocketAddr>| told.iter().filter(|at| set.contains(at)).count();
            (of(&own), of(&seen))
        };
        assert_eq!(count(2, 100), (2, 10));
        assert_eq!(count(100, 2), (10, 2));
        assert_eq!(count(100, 100), (8, 4));
        assert_eq!(told(&some(127, 3), &some(127, 3)), []);
    }
}
