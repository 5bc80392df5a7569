//! The mappings of one protocol: which inside endpoint is which outside one, and who may answer.

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, SocketAddr};

use super::Nanos;
use super::behaviour::{Behaviour, Filtering, Mapping as Dependence, Timeouts};
use super::session::{Session, Way};
use super::shape::{Flags, Protocol};

/// As many sessions as a common router keeps; further ones find no room.
const MOST_SESSIONS: usize = 65_536;
/// A sweep that has freed less than this part of all sessions is not repeated before some time has passed: a table full
/// of living ones would be swept for every new one.
const WORTHWHILE: usize = 64;
const REST: Nanos = 1_000_000_000;

/// A packet as the table sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Passage {
    pub(super) remote: SocketAddr,
    pub(super) flags: Flags,
    pub(super) now: Nanos,
}

/// The mappings of one protocol.
#[derive(Debug)]
pub(super) struct Table {
    protocol: Protocol,
    dependence: Dependence,
    filtering: Filtering,
    timeouts: Timeouts,
    by_inside: HashMap<Inside, SocketAddr>,
    by_outside: HashMap<SocketAddr, Mapping>,
    sessions: usize,
    /// At so many sessions those that are over are removed.
    sweep_at: usize,
    /// But not before this time.
    sweep_after: Nanos,
}

/// What an outside endpoint is chosen for: an inside endpoint, and as much of the peer's as mapping depends on.
type Inside = (SocketAddr, Option<IpAddr>, Option<u16>);

#[derive(Debug)]
struct Mapping {
    inside: Inside,
    /// By the peer's endpoint.
    sessions: BTreeMap<SocketAddr, Session>,
    /// The peer that has last kept it alive, whose session is likely to be alive still.
    latest: Option<SocketAddr>,
    /// No session lives longer than this.
    until: Nanos,
}

/// One mapping, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingShown {
    /// Of which protocol.
    pub protocol: Protocol,
    /// The endpoint behind the NAT.
    pub inside: SocketAddr,
    /// What the outside sees instead; the same behind a firewall that does not translate.
    pub outside: SocketAddr,
    /// Those that were sent to, or have come in, and for how much longer they are remembered.
    pub peers: Vec<(SocketAddr, std::time::Duration)>,
}

impl Table {
    pub(super) fn new(protocol: Protocol, behaviour: &Behaviour) -> Self {
        Self {
            protocol,
            dependence: behaviour.mapping,
            filtering: behaviour.filtering,
            timeouts: behaviour.timeouts,
            by_inside: HashMap::new(),
            by_outside: HashMap::new(),
            sessions: 0,
            sweep_at: 1024,
            sweep_after: 0,
        }
    }

    /// Lets a packet out: the outside endpoint that it leaves from. Where there is none yet, `choose` finds one that
    /// is not `taken`.
    pub(super) fn out(
        &mut self,
        from: SocketAddr,
        passage: Passage,
        choose: impl FnOnce(&dyn Fn(SocketAddr) -> bool) -> Option<SocketAddr>,
    ) -> Option<SocketAddr> {
        let inside = self.inside(from, passage.remote);
        if let Some(outside) = self.living(&inside, passage.now) {
            return self.pass(outside, Way::Out, passage).then_some(outside);
        }
        if !self.may_begin(passage) {
            return None;
        }
        let taken = |outside| self.is_taken(outside, passage.now);
        let outside = choose(&taken)?;
        self.map(inside, outside);
        let has_passed = self.pass(outside, Way::Out, passage);
        if !has_passed {
            // There was no room.
            self.unmap(outside);
        }
        has_passed.then_some(outside)
    }

    /// Lets a packet in: the inside endpoint that it is for.
    pub(super) fn back(&mut self, to: SocketAddr, passage: Passage) -> Option<SocketAddr> {
        let mapping = self.by_outside.get(&to)?;
        if !mapping.admits(passage.remote, self.filtering, passage.now) {
            return None;
        }
        let inside = mapping.inside.0;
        self.pass(to, Way::In, passage).then_some(inside)
    }

    /// The outside endpoint from which an inside one has sent to a peer.
    pub(super) fn outside_of(&self, inside: SocketAddr, remote: SocketAddr) -> Option<SocketAddr> {
        self.by_inside.get(&self.inside(inside, remote)).copied()
    }

    /// The inside endpoint of an outside one, while its mapping lasts.
    pub(super) fn inside_of(&self, outside: SocketAddr, now: Nanos) -> Option<SocketAddr> {
        let mapping = self.by_outside.get(&outside)?;
        mapping.lives(now).then_some(mapping.inside.0)
    }

    /// The same, if it has the mapping for packets to this peer (RFC 5508, REQ-4: an error about a packet that no
    /// mapping can have sent is dropped).
    pub(super) fn sender_of(
        &self,
        outside: SocketAddr,
        remote: SocketAddr,
        now: Nanos,
    ) -> Option<SocketAddr> {
        let sender = self.inside_of(outside, now)?;
        (self.by_inside.get(&self.inside(sender, remote)) == Some(&outside)).then_some(sender)
    }

    pub(super) fn forget(&mut self) {
        self.by_inside.clear();
        self.by_outside.clear();
        self.sessions = 0;
    }

    pub(super) fn shown(&self, now: Nanos) -> impl Iterator<Item = MappingShown> {
        let living = self
            .by_outside
            .iter()
            .filter(move |(_, mapping)| mapping.lives(now));
        living.map(move |(outside, mapping)| {
            let peers = mapping.sessions.iter();
            let peers = peers.filter(|(_, session)| session.lives(now));
            let left = |session: &Session| {
                std::time::Duration::from_nanos(session.expires.saturating_sub(now))
            };
            MappingShown {
                protocol: self.protocol,
                inside: mapping.inside.0,
                outside: *outside,
                peers: peers
                    .map(|(peer, session)| (*peer, left(session)))
                    .collect(),
            }
        })
    }

    fn inside(&self, from: SocketAddr, remote: SocketAddr) -> Inside {
        let (address, port) = (remote.ip(), remote.port());
        match self.dependence {
            Dependence::EndpointIndependent => (from, None, None),
            Dependence::AddressDependent => (from, Some(address), None),
            Dependence::AddressAndPortDependent => (from, Some(address), Some(port)),
        }
    }

    /// The outside endpoint of a mapping that lasts.
    fn living(&mut self, inside: &Inside, now: Nanos) -> Option<SocketAddr> {
        let outside = *self.by_inside.get(inside)?;
        if self.by_outside.get(&outside)?.lives(now) {
            return Some(outside);
        }
        self.unmap(outside);
        None
    }

    /// A TCP connection begins with SYN: what is in the middle of one that is not known goes nowhere.
    fn may_begin(&self, passage: Passage) -> bool {
        self.protocol != Protocol::Tcp || (passage.flags.syn && !passage.flags.rst)
    }

    fn is_taken(&self, outside: SocketAddr, now: Nanos) -> bool {
        let mapping = self.by_outside.get(&outside);
        mapping.is_some_and(|mapping| mapping.lives(now))
    }

    fn map(&mut self, inside: Inside, outside: SocketAddr) {
        // Who had this endpoint before has lost it by time.
        self.unmap(outside);
        self.by_inside.insert(inside, outside);
        self.by_outside.insert(outside, Mapping::new(inside));
    }

    fn unmap(&mut self, outside: SocketAddr) {
        if let Some(mapping) = self.by_outside.remove(&outside) {
            self.by_inside.remove(&mapping.inside);
            self.sessions -= mapping.sessions.len();
        }
    }

    /// Notes a packet to or from a peer; whether it may pass.
    fn pass(&mut self, outside: SocketAddr, way: Way, passage: Passage) -> bool {
        let (protocol, timeouts) = (self.protocol, self.timeouts);
        let Passage { remote, flags, now } = passage;
        let known = |mapping: &Mapping| mapping.sessions.get(&remote).map(|known| known.lives(now));
        let known = self.by_outside.get(&outside).and_then(known);
        if known != Some(true) {
            // A stranger whom anybody's filtering lets in keeps nothing alive, except a connection.
            if way == Way::In && protocol != Protocol::Tcp {
                return true;
            }
            if !self.may_begin(passage) {
                return false;
            }
        }
        if known.is_none() && !self.has_room(outside, now) {
            return false;
        }
        let Some(mapping) = self.by_outside.get_mut(&outside) else {
            return false;
        };
        let session = mapping.sessions.entry(remote).or_insert_with(Session::new);
        if known == Some(false) {
            *session = Session::new();
        }
        session.pass(protocol, way, flags, now, &timeouts);
        mapping.latest = Some(remote);
        mapping.until = mapping.until.max(session.expires);
        self.sessions += usize::from(known.is_none());
        true
    }

    fn has_room(&mut self, outside: SocketAddr, now: Nanos) -> bool {
        let before = self.sessions;
        if before >= self.sweep_at.min(MOST_SESSIONS) && now >= self.sweep_after {
            self.sweep(outside, now);
            self.sweep_at = (2 * self.sessions).max(1024);
            if before - self.sessions < before / WORTHWHILE {
                self.sweep_after = now.saturating_add(REST);
            }
        }
        self.sessions < MOST_SESSIONS
    }

    /// Removes what is over, but not the mapping in use, which may have been made this very moment.
    fn sweep(&mut self, in_use: SocketAddr, now: Nanos) {
        for mapping in self.by_outside.values_mut() {
            mapping.sessions.retain(|_, session| session.lives(now));
        }
        let by_inside = &mut self.by_inside;
        self.by_outside.retain(|outside, mapping| {
            let kept = *outside == in_use || !mapping.sessions.is_empty();
            if !kept {
                by_inside.remove(&mapping.inside);
            }
            kept
        });
        let sizes = self.by_outside.values();
        self.sessions = sizes.map(|mapping| mapping.sessions.len()).sum();
    }
}

impl Mapping {
    fn new(inside: Inside) -> Self {
        Self {
            inside,
            sessions: BTreeMap::new(),
            latest: None,
            until: 0,
        }
    }

    /// Whether any session lives. There may be thousands, and every packet asks: mostly the latest tells.
    fn lives(&self, now: Nanos) -> bool {
        if self.until <= now {
            return false;
        }
        let latest = self.latest.and_then(|peer| self.sessions.get(&peer));
        latest.is_some_and(|session| session.lives(now))
            || self.sessions.values().any(|session| session.lives(now))
    }

    /// Whether what comes from this peer may come in.
    fn admits(&self, remote: SocketAddr, filtering: Filtering, now: Nanos) -> bool {
        match filtering {
            Filtering::EndpointIndependent => self.lives(now),
            Filtering::AddressDependent => {
                let (first, last) = (
                    SocketAddr::new(remote.ip(), 0),
                    SocketAddr::new(remote.ip(), u16::MAX),
                );
                let mut known = self.sessions.range(first..=last);
                known.any(|(_, session)| session.lives(now))
            }
            Filtering::AddressAndPortDependent => {
                let session = self.sessions.get(&remote);
                session.is_some_and(|session| session.lives(now))
            }
        }
    }
}
