//! What happens when nothing does.

use std::{collections::VecDeque, time::Duration};

use super::{
    Link,
    carriers::{Carrier, Phase},
};
use crate::{Closed, Event, Over, RefuseWhy, Role, wire::Frame};

/// Pings whose answer is waited for; older ones are forgotten.
const ASKED: usize = 4;

/// When what was done, and when what is due.
#[derive(Debug)]
pub(super) struct Clock {
    /// When something was heard on the carrier that is attached.
    pub(super) heard: Duration,
    /// Whether too long ago.
    pub(super) suspect: bool,
    /// Since when there is no carrier that works, once there was one.
    pub(super) without: Option<Duration>,
    /// When the first of the streams was opened that are there, if there was no carrier yet.
    pub(super) wanted: Option<Duration>,
    /// When what has arrived is to be acknowledged.
    pub(super) acknowledge: Option<Duration>,
    next_ping: Duration,
    asked: VecDeque<(u64, Duration)>,
    next_token: u64,
}

impl Clock {
    pub(super) fn new(now: Duration) -> Self {
        Self {
            heard: now,
            suspect: false,
            without: None,
            wanted: None,
            acknowledge: None,
            next_ping: now,
            asked: VecDeque::with_capacity(ASKED),
            next_token: 0,
        }
    }

    /// A carrier was attached.
    pub(super) fn attached(&mut self, now: Duration) {
        self.heard = now;
        self.suspect = false;
        self.without = None;
        self.acknowledge = None;
        // What is answered now has been waiting for the carrier.
        self.asked.clear();
    }
}

impl Link {
    /// When [`Self::tick`] wants to be called, if nothing happens before; none for never.
    pub fn deadline(&self) -> Option<Duration> {
        if self.over.is_some() {
            return None;
        }
        let clock = &self.clock;
        let attached = self.attached.filter(|_| !clock.suspect);
        let silent = attached.map(|_| clock.heard + self.silence());
        let ping = attached
            .filter(|_| clock.without.is_none())
            .map(|_| clock.next_ping);
        let outage = self.out_since().map(|since| since + self.settings.outage);
        let opening = self
            .carriers
            .values()
            .filter_map(|it| self.expires(it))
            .min();
        [silent, ping, outage, opening, clock.acknowledge]
            .into_iter()
            .flatten()
            .min()
    }

    /// Does what is due.
    pub fn tick(&mut self, now: Duration) {
        if self.over.is_some() {
            return;
        }
        if self.clock.acknowledge.is_some_and(|at| at <= now) {
            self.acknowledge();
        }
        if self.attached.is_some() && !self.clock.suspect {
            if self.clock.heard + self.silence() <= now {
                self.suspect(now);
            } else if self.clock.without.is_none() && self.clock.next_ping <= now {
                self.ping(now);
            }
        }
        self.expire(now);
        if self
            .out_since()
            .is_some_and(|since| since + self.settings.outage <= now)
        {
            self.end(Over::Outage(self.settings.outage));
        }
    }

    /// Asks the peer for a sign of life now. Its answer is an [`Event::Measured`].
    pub fn ping(&mut self, now: Duration) {
        let clock = &mut self.clock;
        clock.next_ping = now + self.settings.ping;
        clock.next_token += 1;
        let token = clock.next_token;
        if clock.asked.len() == ASKED {
            clock.asked.pop_front();
        }
        clock.asked.push_back((token, now));
        self.push(Frame::Ping(token));
    }

    pub(super) fn ponged(&mut self, token: u64, now: Duration) {
        let asked = &mut self.clock.asked;
        if let Some(position) = asked.iter().position(|(asked, _)| *asked == token)
            && let Some((_, then)) = asked.drain(..=position).next_back()
        {
            self.events
                .push_back(Event::Measured(now.saturating_sub(then)));
        }
    }

    /// Something was heard on the carrier that was chosen.
    pub(super) fn heard(&mut self, now: Duration) {
        self.clock.heard = now;
        // As long as the follower has not agreed, there is none that works.
        if self.clock.suspect && self.is_attached() {
            self.clock.suspect = false;
            self.clock.without = None;
            self.events.push_back(Event::Recovered);
        }
    }

    pub(super) fn acknowledge(&mut self) {
        self.clock.acknowledge = None;
        self.inbound.acknowledged = self.inbound.received;
        self.push(Frame::Acknowledge(self.inbound.received));
    }

    /// Since when the peer cannot be reached, if anybody minds: without streams, a link that never had a carrier may wait
    /// for one.
    fn out_since(&self) -> Option<Duration> {
        match self.peer {
            Some(_) => self.clock.without,
            None => self.clock.wanted.filter(|_| self.streams() > 0),
        }
    }

    /// How long nothing may be heard.
    fn silence(&self) -> Duration {
        self.settings.ping * 2
    }

    fn suspect(&mut self, now: Duration) {
        let heard = self.clock.heard;
        self.clock.suspect = true;
        self.clock.without.get_or_insert(heard);
        self.events
            .push_back(Event::Suspect(now.saturating_sub(heard)));
        self.look();
        self.choose_if_leader(now);
    }

    /// When a carrier that is not attached is given up.
    fn expires(&self, carrier: &Carrier) -> Option<Duration> {
        match carrier.phase {
            Phase::Attached | Phase::Closing => None,
            // Long enough for the follower to say that it needs this one.
            Phase::Ready if self.is_spare() => Some(carrier.since + self.settings.ping),
            Phase::Greeting | Phase::Ready | Phase::Attaching(_) => {
                Some(carrier.since + self.settings.patience)
            }
        }
    }

    fn is_attached(&self) -> bool {
        let attached = self
            .attached
            .and_then(|attached| self.carriers.get(&attached));
        attached.is_some_and(|it| it.phase == Phase::Attached)
    }

    /// Whether this end says that no other carrier is needed.
    fn is_spare(&self) -> bool {
        self.settings.role == Role::Leader
            && self.attached.is_some()
            && self.clock.without.is_none()
    }

    fn expire(&mut self, now: Duration) {
        let late = |link: &Self| {
            let mut late = link.carriers.iter();
            late.find(|(_, it)| link.expires(it).is_some_and(|at| at <= now))
                .map(|(id, it)| (*id, it.phase))
        };
        while let Some((carrier, phase)) = late(self) {
            if phase == Phase::Ready && self.is_spare() {
                self.refuse(carrier, RefuseWhy::Spare, now);
            } else {
                self.drop_carrier(carrier, Closed::Slow, now);
            }
        }
    }
}
