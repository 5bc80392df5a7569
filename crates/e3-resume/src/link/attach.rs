//! Which carrier the sequences go over.

use std::time::Duration;

use super::{Link, carriers::Phase};
use crate::{CarrierId, Closed, Event, Incarnation, Role, Violation, wire::Greeting};

impl Link {
    /// The leader moves to the best carrier there is, if that is better than the one it has.
    pub(super) fn choose(&mut self, now: Duration) {
        let ready = self
            .carriers
            .iter()
            .filter(|(_, it)| it.phase == Phase::Ready);
        let Some((best, rank)) = ready
            .map(|(id, it)| (*id, it.rank))
            .max_by_key(|(id, rank)| (*rank, *id))
        else {
            return;
        };
        let current = self
            .attached
            .and_then(|attached| self.carriers.get(&attached));
        let moves = match current {
            None => true,
            Some(_) if self.clock.suspect => true,
            // Whether it will do is not known yet.
            Some(current) if current.phase != Phase::Attached => false,
            Some(current) => rank > current.rank,
        };
        if moves {
            self.attach(best, now);
        }
    }

    /// The leader chooses this carrier. What is on its way on the one before is sent again.
    pub(super) fn attach(&mut self, carrier: CarrierId, now: Duration) {
        if let Some(old) = self.attached.replace(carrier) {
            self.close(old, Closed::Superseded);
        }
        self.number += 1;
        let number = self.number;
        let received = self.inbound.received;
        if let Some(it) = self.carriers.get_mut(&carrier) {
            it.phase = Phase::Attaching(number);
            it.since = now;
            it.say(Greeting::Attach { number, received });
        }
        self.clock.heard = now;
        self.clock.suspect = false;
        self.clock.without.get_or_insert(now);
    }

    /// Both ends have agreed on a carrier; the peer has received all before this offset.
    pub(super) fn settle(
        &mut self,
        carrier: CarrierId,
        peer: Option<Incarnation>,
        received: u64,
        now: Duration,
    ) {
        if !self.replay.restart(received, &mut self.pool) {
            return self.end(Violation::Offset(received).into());
        }
        self.inbound.acknowledged = self.inbound.received;
        if self.peer.is_some() {
            self.resumptions += 1;
        }
        self.peer = peer;
        let (number, received) = (self.number, self.inbound.received);
        if let Some(it) = self.carriers.get_mut(&carrier) {
            it.phase = Phase::Attached;
            if self.settings.role == Role::Follower {
                it.say(Greeting::Attached { number, received });
            }
        }
        self.clock.attached(now);
        self.events.push_back(Event::Attached(carrier));
        self.ping(now);
    }

    /// The carrier that was attached is gone.
    pub(super) fn detach(&mut self, now: Duration) {
        self.attached = None;
        self.clock.suspect = false;
        self.clock.without.get_or_insert(now);
        self.look();
        self.choose_if_leader(now);
    }

    /// The follower asks for any other carrier that there is.
    pub(super) fn look(&mut self) {
        if self.settings.role == Role::Leader {
            return;
        }
        let number = self.number;
        for it in self.carriers.values_mut() {
            if it.phase == Phase::Ready {
                it.say(Greeting::Want { number });
            }
        }
    }

    /// The follower asks for this carrier.
    pub(super) fn want(&mut self, carrier: CarrierId) {
        let number = self.number;
        if let Some(it) = self.carriers.get_mut(&carrier) {
            it.say(Greeting::Want { number });
        }
    }

    pub(super) fn choose_if_leader(&mut self, now: Duration) {
        if self.settings.role == Role::Leader && self.over.is_none() {
            self.choose(now);
        }
    }
}
