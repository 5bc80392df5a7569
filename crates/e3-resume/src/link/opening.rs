//! What both ends say before the sequence.

use std::time::Duration;

use super::{Link, carriers::Phase};
use crate::{
    CarrierId, Closed, Incarnation, Over, RefuseWhy, Role, Violation,
    wire::{Greeting, Hello, VERSION},
};

impl Link {
    /// The peer has said this on a carrier.
    pub(super) fn greeted(&mut self, carrier: CarrierId, greeting: Greeting, now: Duration) {
        let Some(it) = self.carriers.get(&carrier) else {
            return;
        };
        let leads = self.settings.role == Role::Leader;
        match (it.phase, greeting) {
            (_, Greeting::Refuse(why)) => self.drop_carrier(carrier, Closed::PeerRefused(why), now),
            (Phase::Greeting, Greeting::Hello(hello)) => self.hello(carrier, &hello, now),
            (Phase::Ready, Greeting::Attach { number, received }) if !leads => {
                self.follow(carrier, number, received, now);
            }
            (Phase::Attaching(asked), Greeting::Attached { number, received })
                if asked == number =>
            {
                self.confirm(carrier, received, now);
            }
            (Phase::Ready, Greeting::Want { number }) if leads && number <= self.number => {
                if number == self.number {
                    self.attach(carrier, now);
                }
            }
            // It crossed the leader's own choice.
            (Phase::Attaching(asked), Greeting::Want { number }) if number < asked => {}
            _ => self.drop_carrier(carrier, Closed::Violation(Violation::Untimely), now),
        }
    }

    fn hello(&mut self, carrier: CarrierId, hello: &Hello, now: Duration) {
        if hello.version != VERSION {
            return self.refuse(carrier, RefuseWhy::Version, now);
        }
        if hello.context != self.settings.context {
            return self.refuse(carrier, RefuseWhy::Context, now);
        }
        if hello.role == self.settings.role {
            return self.refuse(carrier, RefuseWhy::Role, now);
        }
        if !self.is_peer(hello.own) {
            return self.end(Over::PeerForgot);
        }
        if hello
            .known
            .is_some_and(|known| known != self.settings.incarnation)
        {
            return self.refuse(carrier, RefuseWhy::Forgotten, now);
        }
        if let Some(it) = self.carriers.get_mut(&carrier) {
            it.phase = Phase::Ready;
            it.since = now;
            it.peer = Some(hello.own);
        }
        match self.settings.role {
            Role::Leader => self.choose(now),
            Role::Follower if self.clock.without.is_some() => self.want(carrier),
            Role::Follower => {}
        }
    }

    /// Whether this can be the other end.
    fn is_peer(&self, incarnation: Incarnation) -> bool {
        self.peer.is_none_or(|peer| peer == incarnation)
    }

    /// The follower takes the leader's choice.
    fn follow(&mut self, carrier: CarrierId, number: u64, received: u64, now: Duration) {
        let peer = self.carriers.get(&carrier).and_then(|it| it.peer);
        // A choice of before, which came late: the leader has given this carrier up.
        if number <= self.number {
            return self.drop_carrier(carrier, Closed::Superseded, now);
        }
        if peer.is_some_and(|peer| !self.is_peer(peer)) {
            return self.end(Over::PeerForgot);
        }
        if let Some(old) = self.attached.replace(carrier) {
            self.close(old, Closed::Superseded);
        }
        self.number = number;
        self.settle(carrier, peer, received, now);
    }

    /// The follower has taken the leader's choice.
    fn confirm(&mut self, carrier: CarrierId, received: u64, now: Duration) {
        let peer = self.carriers.get(&carrier).and_then(|it| it.peer);
        self.settle(carrier, peer, received, now);
        self.choose(now);
    }

    pub(super) fn refuse(&mut self, carrier: CarrierId, why: RefuseWhy, now: Duration) {
        if let Some(it) = self.carriers.get_mut(&carrier) {
            it.say(Greeting::Refuse(why));
        }
        self.drop_carrier(carrier, Closed::Refused(why), now);
    }
}
