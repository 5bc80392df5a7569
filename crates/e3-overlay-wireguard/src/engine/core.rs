//! What the data plane does with packets, without any I/O: it takes bytes and a time, and leaves what is to be sent and
//! written.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use gotatun::{
    noise::{index_table::IndexTable, rate_limiter::RateLimiter},
    tun::MtuWatcher,
};
use tokio::sync::oneshot;

use super::{MTU, Member, peer::Peer, peer::State, post::Post, reflect::Reflections, room::Room};
use crate::{
    key::{PrivateKey, PublicKey},
    packet::Joiner,
};

/// Handshakes that one address may begin in a second before it has to prove that it is there (WireGuard's cookies).
const HANDSHAKES: u64 = 100;

/// Numbers of sessions that are remembered before old ones are forgotten.
const NUMBERS: usize = 4096;

/// An echo that is awaited.
pub(super) struct Awaited {
    pub(super) key: PublicKey,
    pub(super) begun: Instant,
    pub(super) answer: oneshot::Sender<Duration>,
}

/// The data plane's state.
pub(super) struct Core {
    pub(super) key: PrivateKey,
    pub(super) own: Vec<IpAddr>,
    pub(super) peers: BTreeMap<PublicKey, Peer>,
    /// Whose a session is, by the number that this engine has given it.
    pub(super) numbers: BTreeMap<u32, PublicKey>,
    /// Whose an address inside is.
    pub(super) homes: BTreeMap<IpAddr, PublicKey>,
    pub(super) table: IndexTable,
    pub(super) limiter: Arc<RateLimiter>,
    pub(super) mtu: MtuWatcher,
    pub(super) post: Post,
    pub(super) joiner: Joiner,
    pub(super) reflections: Reflections,
    pub(super) mark: [u8; 8],
    pub(super) echoes: BTreeMap<u16, Awaited>,
    pub(super) echo_number: u16,
    pub(super) room: Room,
    /// What came by a relay for whoever has a peer's session.
    pub(super) carried: Vec<(PublicKey, Vec<u8>)>,
}

impl Core {
    pub(super) fn new(
        key: PrivateKey,
        own: Vec<IpAddr>,
        reflectors: Vec<SocketAddr>,
        mark: [u8; 8],
    ) -> Self {
        Self {
            limiter: Arc::new(RateLimiter::new(&key.public().point(), HANDSHAKES)),
            key,
            own,
            peers: BTreeMap::new(),
            numbers: BTreeMap::new(),
            homes: BTreeMap::new(),
            table: IndexTable::from_os_rng(),
            mtu: MtuWatcher::new(MTU),
            post: Post::default(),
            joiner: Joiner::default(),
            reflections: Reflections::new(reflectors),
            mark,
            echoes: BTreeMap::new(),
            echo_number: 0,
            room: Room::default(),
            carried: Vec::new(),
        }
    }

    /// Takes another set of peers. Whoever stays keeps its sessions; of the others nothing is left.
    pub(super) fn set_members(&mut self, members: Vec<Member>, now: Instant) {
        let stay: BTreeSet<PublicKey> = members.iter().map(|member| member.key).collect();
        self.peers.retain(|key, _| stay.contains(key));
        self.numbers.retain(|_, key| stay.contains(key));
        self.homes.clear();
        let own = self.key.public();
        for member in members.into_iter().filter(|member| member.key != own) {
            let inside = match member.role {
                super::Role::Guest => vec![super::relay_address(member.key).into()],
                _ => member.allowed.clone(),
            };
            self.homes
                .extend(inside.into_iter().map(|address| (address, member.key)));
            if let Some(peer) = self.peers.get_mut(&member.key) {
                peer.allowed = member.allowed;
                if peer.places != member.places && !member.places.is_empty() {
                    peer.places = member.places;
                    peer.search = now;
                    peer.searches = 0;
                }
            } else {
                let shared = (&self.table, &self.limiter);
                let peer = Peer::new(&self.key, member, shared, now);
                self.peers.insert(peer.key, peer);
            }
        }
    }

    /// A peer may be met elsewhere: it is looked for there at once.
    pub(super) fn set_places(
        &mut self,
        key: PublicKey,
        places: BTreeSet<SocketAddr>,
        now: Instant,
    ) {
        if let Some(peer) = self.peers.get_mut(&key)
            && peer.places != places
        {
            peer.places = places;
            peer.search = now;
            peer.searches = 0;
        }
    }

    pub(super) fn states(&self, now: Instant) -> Vec<State> {
        self.peers.values().map(|peer| peer.state(now)).collect()
    }

    /// Remembers whose session a number is that goes out in a handshake.
    pub(super) fn remember(&mut self, number: u32, key: PublicKey) {
        if self.numbers.len() >= NUMBERS {
            let table = &self.table;
            self.numbers.retain(|number, _| table.in_use(*number));
        }
        self.numbers.insert(number, key);
    }
}
