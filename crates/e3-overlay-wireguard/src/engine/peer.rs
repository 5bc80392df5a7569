//! What is known of a peer.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};

use gotatun::noise::{Tunn, index_table::IndexTable, rate_limiter::RateLimiter};

use super::Member;
use crate::key::{PrivateKey, PublicKey};

/// After so long without a word a way counts as broken: whoever is there says something twice in that time.
pub(super) const SILENCE: Duration = Duration::from_secs(5);

/// What a peer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A party, whose packets are for programs.
    Party,
    /// A relay, whose packets hold messages of parties.
    Relay,
    /// A party, to whom this engine is a relay.
    Guest,
    /// A party, whose session another has: this engine takes its messages to a relay and from it.
    Carried,
}

/// How packets reach a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// From one socket to the other.
    Direct(SocketAddr),
    /// Through the relay with this key.
    Relayed(PublicKey),
}

/// A peer as it is now.
#[derive(Debug, Clone)]
pub struct State {
    /// Whose it is.
    pub key: PublicKey,
    /// How it was reached last; none if never, or not for some seconds.
    pub way: Option<Way>,
    /// The shortest round trip that was measured.
    pub rtt: Option<Duration>,
    /// Bytes of packets that were sent to it, and received.
    pub sent: u64,
    /// See `sent`.
    pub received: u64,
    /// How often it was reached another way than before.
    pub moves: u32,
    /// Where it was looked for.
    pub places: BTreeSet<SocketAddr>,
}

/// A peer.
pub(super) struct Peer {
    pub(super) key: PublicKey,
    pub(super) role: Role,
    pub(super) allowed: Vec<IpAddr>,
    pub(super) places: BTreeSet<SocketAddr>,
    /// Where it is in the relay's network.
    pub(super) relay_address: Ipv6Addr,
    pub(super) tunn: Tunn,
    /// Where it was heard last, and when.
    pub(super) direct: Option<(SocketAddr, Instant)>,
    pub(super) relayed: Option<(PublicKey, Instant)>,
    /// When something was sent to it last.
    pub(super) spoken: Option<Instant>,
    /// When it is looked for next, and how often it was in vain.
    pub(super) search: Instant,
    pub(super) searches: u32,
    pub(super) rtt: Option<Duration>,
    pub(super) sent: u64,
    pub(super) received: u64,
    pub(super) moves: u32,
    pub(super) last: Option<Way>,
}

impl Peer {
    pub(super) fn new(
        own: &PrivateKey,
        member: Member,
        (table, limiter): (&IndexTable, &Arc<RateLimiter>),
        now: Instant,
    ) -> Self {
        Self {
            key: member.key,
            role: member.role,
            allowed: member.allowed,
            places: member.places,
            relay_address: super::relay_address(member.key),
            tunn: Tunn::new(
                own.secret().clone(),
                member.key.point(),
                None,
                None,
                table.clone(),
                Arc::clone(limiter),
            ),
            direct: None,
            relayed: None,
            spoken: None,
            search: now,
            searches: 0,
            rtt: None,
            sent: 0,
            received: 0,
            moves: 0,
            last: None,
        }
    }

    /// How it is reached: directly where it was heard directly of late, else by a relay by which it was, else where it was
    /// heard at all.
    pub(super) fn way(&self, now: Instant) -> Option<Way> {
        self.fresh(now).or_else(|| {
            let direct = self.direct.map(|(at, when)| (Way::Direct(at), when));
            let relayed = self.relayed.map(|(by, when)| (Way::Relayed(by), when));
            let latest = direct.into_iter().chain(relayed);
            latest.max_by_key(|(_, when)| *when).map(|(way, _)| way)
        })
    }

    /// The way by which it was heard of late.
    pub(super) fn fresh(&self, now: Instant) -> Option<Way> {
        let late = |when: Instant| now.saturating_duration_since(when) < SILENCE;
        let direct = self.direct.filter(|(_, when)| late(*when));
        let relayed = self.relayed.filter(|(_, when)| late(*when));
        let direct = direct.map(|(at, _)| Way::Direct(at));
        direct.or_else(|| relayed.map(|(by, _)| Way::Relayed(by)))
    }

    /// It has proved by its key that it can be heard this way: WireGuard's rule of roaming, a relay coming second.
    pub(super) fn heard(&mut self, way: Way, now: Instant) {
        match way {
            Way::Direct(at) => self.direct = Some((at, now)),
            Way::Relayed(by) => self.relayed = Some((by, now)),
        }
        let fresh = self.fresh(now);
        if self.last != fresh {
            self.moves += u32::from(self.last.is_some());
            self.last = fresh;
        }
    }

    /// Something is said to it this way. A knock elsewhere does not keep open the way by which it is reached.
    pub(super) fn says(&mut self, way: Way, now: Instant) {
        if self.fresh(now).is_none_or(|fresh| fresh == way) {
            self.spoken = Some(now);
        }
    }

    pub(super) fn state(&self, now: Instant) -> State {
        State {
            key: self.key,
            way: self.fresh(now),
            rtt: self.rtt,
            sent: self.sent,
            received: self.received,
            moves: self.moves,
            places: self.places.clone(),
        }
    }
}
