//! What is known of a peer whom the kernel speaks with, and where the kernel is to look for it next. Pure.
//!
//! The kernel knows one place of a peer, and begins no two handshakes within five seconds. So it is not told to try one place
//! after another: knocks find out which place answers, and the kernel is told of that. Of two that could begin at the same
//! moment, which would end both handshakes, one waits.

use std::{
    collections::BTreeSet,
    net::SocketAddr,
    time::{Duration, Instant},
};

use super::device::Heard;
use crate::engine::{Way, peer::SILENCE, tick::pause};

/// How long a direct way is waited for when the relay's is known.
const GRACE: Duration = Duration::from_millis(400);

/// After so long, whoever is to wait for the other's handshake waits no longer.
const LONG: Duration = Duration::from_secs(3);

/// How long an answer says that packets pass.
const ANSWERED: Duration = Duration::from_secs(4);

/// How long the kernel is left alone with a place, before it is told of it again.
const ALONE: Duration = Duration::from_secs(6);

/// Places from which a peer has knocked that it had not told of: behind NATs that give every destination its own port.
const LEARNT: usize = 4;

/// What is known of a peer.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) places: BTreeSet<SocketAddr>,
    /// Where messages to it go into the relay, and come out of it.
    pub(super) door: Option<SocketAddr>,
    /// Whether it is this end that begins.
    leads: bool,
    learnt: Vec<SocketAddr>,
    /// What the kernel has said last, and when it had something new.
    heard: Heard,
    direct: Option<(SocketAddr, Instant)>,
    relayed: Option<Instant>,
    /// What has answered, directly and by the relay.
    answered: Option<(SocketAddr, Instant)>,
    answered_by_relay: Option<Instant>,
    /// What the kernel was told, and when.
    met: Option<(SocketAddr, Instant)>,
    /// The first answer of those that have come since none came.
    first: Option<Instant>,
    search: Instant,
    searches: u32,
    pub(super) moves: u32,
    last: Option<SocketAddr>,
}

impl Pair {
    pub(super) fn new(leads: bool, places: BTreeSet<SocketAddr>, now: Instant) -> Self {
        Self {
            places,
            door: None,
            leads,
            learnt: Vec::new(),
            heard: Heard::default(),
            direct: None,
            relayed: None,
            answered: None,
            answered_by_relay: None,
            met: None,
            first: None,
            search: now,
            searches: 0,
            moves: 0,
            last: None,
        }
    }

    /// It may be met elsewhere now.
    pub(super) fn set_places(&mut self, places: BTreeSet<SocketAddr>, now: Instant) {
        if self.places != places {
            self.places = places;
            self.search = now;
            self.searches = 0;
        }
    }

    /// What the kernel says of it.
    pub(super) fn take(&mut self, heard: Heard, now: Instant) {
        let more = heard.received > self.heard.received;
        self.heard = heard;
        let Some(at) = heard.at.filter(|_| more) else {
            return;
        };
        if Some(at) == self.door {
            self.relayed = Some(now);
        } else {
            self.direct = Some((at, now));
        }
        if self.last != Some(at) {
            self.moves += u32::from(self.last.is_some());
            self.last = Some(at);
        }
    }

    /// The kernel's counts of bytes: sent, and received.
    pub(super) fn bytes(&self) -> (u64, u64) {
        (self.heard.sent, self.heard.received)
    }

    /// How it was heard of late.
    pub(super) fn fresh(&self, now: Instant, relay: Option<crate::key::PublicKey>) -> Option<Way> {
        match self.heard.at {
            Some(at) if Some(at) == self.door => {
                let by = relay.filter(|_| {
                    self.relayed
                        .is_some_and(|when| is_within(when, now, SILENCE))
                });
                by.map(Way::Relayed)
            }
            _ => self.fresh_direct(now).map(Way::Direct),
        }
    }

    fn fresh_direct(&self, now: Instant) -> Option<SocketAddr> {
        let heard = self
            .direct
            .filter(|(_, when)| is_within(*when, now, SILENCE));
        heard
            .map(|(at, _)| at)
            .filter(|at| self.heard.at == Some(*at))
    }

    /// Whether it is reached directly.
    pub(super) fn is_direct(&self, now: Instant) -> bool {
        self.fresh_direct(now).is_some()
    }

    fn is_fresh(&self, now: Instant) -> bool {
        self.fresh_direct(now).is_some()
            || self.heard.at == self.door
                && self
                    .relayed
                    .is_some_and(|when| is_within(when, now, SILENCE))
    }

    /// It has knocked from there.
    pub(super) fn knocked(&mut self, from: SocketAddr, now: Instant) {
        if Some(from) == self.door || self.places.contains(&from) || self.learnt.contains(&from) {
            return;
        }
        if self.learnt.len() >= LEARNT {
            self.learnt.remove(0);
        }
        self.learnt.push(from);
        // It is there at this moment.
        if self.fresh_direct(now).is_none() {
            self.search = now;
        }
    }

    /// A knock was answered from there.
    pub(super) fn answered(&mut self, from: SocketAddr, now: Instant) {
        let told = self.places.contains(&from) || self.learnt.contains(&from);
        if Some(from) != self.door && !told {
            return;
        }
        if self.answer(now).is_none() && !self.relay_answers(now) {
            self.first = Some(now);
        }
        if Some(from) == self.door {
            self.answered_by_relay = Some(now);
        } else if self.answer(now).is_none_or(|at| at == from) {
            // The first that answers is the nearest.
            self.answered = Some((from, now));
        }
    }

    /// What has answered directly of late.
    fn answer(&self, now: Instant) -> Option<SocketAddr> {
        let answered = self
            .answered
            .filter(|(_, when)| is_within(*when, now, ANSWERED));
        answered.map(|(at, _)| at)
    }

    fn relay_answers(&self, now: Instant) -> bool {
        self.answered_by_relay
            .is_some_and(|when| is_within(when, now, ANSWERED))
    }

    /// Where to knock now, if at all.
    pub(super) fn knocks(&mut self, now: Instant) -> Vec<SocketAddr> {
        if self.fresh_direct(now).is_some() {
            self.searches = 0;
            return Vec::new();
        }
        if self.search > now {
            return Vec::new();
        }
        self.search = now + pause(self.searches);
        self.searches = self.searches.saturating_add(1);
        let all = self.places.iter().chain(&self.learnt).chain(&self.door);
        all.copied().collect()
    }

    /// Where the kernel is to meet it from now on, if that is to change.
    pub(super) fn meeting(&mut self, now: Instant) -> Option<SocketAddr> {
        if self.is_direct(now) {
            return None;
        }
        let waits = |limit| self.first.is_some_and(|first| is_within(first, now, limit));
        let by_relay = self.relay_answers(now) && !self.is_fresh(now) && !waits(GRACE);
        let at = self.answer(now).or(self.door.filter(|_| by_relay))?;
        // Where there is a session, its packets go there at once. Where there is none, one of the two begins.
        if !self.heard.known && !self.leads && waits(LONG) {
            return None;
        }
        let told = |(met, when)| met == at && is_within(when, now, ALONE);
        if self.met.is_some_and(told) {
            return None;
        }
        self.met = Some((at, now));
        Some(at)
    }
}

/// Whether something was no longer ago than that.
fn is_within(when: Instant, now: Instant, limit: Duration) -> bool {
    now.saturating_duration_since(when) < limit
}

#[cfg(test)]
mod tests;
