//! The path from one site to another: what happens to packets on it, in what order they come through.

use std::time::Duration;

use super::line::{Line, Outcome};
use super::queue::Nanos;
use super::random::Random;
use crate::conditions::{Change, Conditions, Outage};
use crate::topology::Access;

/// One direction between two sites. There is one for every two sites, so it is small until something happens on it.
#[derive(Debug)]
pub(super) struct Path {
    declared: Nanos,
    delay: Nanos,
    /// When the last packet is through: none overtakes it, whatever becomes of the delay meanwhile.
    last: Nanos,
    /// How many packets are on their way.
    pub(super) waiting: u32,
    /// Counts outages: what has been sent before one is lost.
    pub(super) epoch: u32,
    random: Random,
    more: Option<Box<More>>,
}

/// What few paths have.
#[derive(Debug)]
struct More {
    conditions: Conditions,
    line: Line,
    hold_back: Nanos,
    down_until: Nanos,
}

/// What becomes of a packet on a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passage {
    /// It arrives at this time, perhaps twice.
    Arrives {
        /// When.
        at: Nanos,
        /// Whether a copy arrives with it.
        twice: bool,
    },
    /// It is lost by chance.
    Lost,
    /// The path's queue is full.
    Overflowed,
    /// The path is down.
    Down,
}

impl Path {
    /// A path that takes as long as declared. The same seed repeats what happens on this path, whatever happens on
    /// others.
    pub(super) fn new(delay: Duration, seed: u64, from: usize, to: usize) -> Self {
        let delay = nanos(delay);
        Self {
            declared: delay,
            delay,
            last: 0,
            waiting: 0,
            epoch: 0,
            random: Random::of_pair(seed, from, to),
            more: None,
        }
    }

    /// Draws chance from this seed from now on.
    pub(super) fn reseed(&mut self, seed: u64, from: usize, to: usize) {
        self.random = Random::of_pair(seed, from, to);
    }

    /// Whether packets pass at once, so that none has to wait.
    pub(super) fn is_open(&self) -> bool {
        self.delay == 0 && self.waiting == 0 && self.more.is_none()
    }

    /// Whether long packets must be cut before.
    pub(super) fn counts_packets(&self) -> bool {
        let more = self.more.as_ref();
        more.is_some_and(|more| more.conditions.counts_packets())
    }

    /// What decides about the next packet: for each one number of the path's own, so that what is drawn for one
    /// property does not change what another gets.
    pub(super) fn draw(&mut self) -> Random {
        self.random.fork()
    }

    /// Sends a packet of this many bytes at this time.
    pub(super) fn send(&mut self, now: Nanos, bytes: u64, chance: &mut Random) -> Passage {
        let (mut at, mut twice, mut held) = (now, false, 0);
        if let Some(more) = &mut self.more {
            if more.down_until > now {
                return Passage::Down;
            }
            at = match more.line.send(now, bytes, chance) {
                Outcome::Through(at) => at,
                Outcome::Lost => return Passage::Lost,
                Outcome::Overflowed => return Passage::Overflowed,
            };
            if chance.happens(more.conditions.reorder.chance) {
                held = more.hold_back;
            }
            twice = chance.happens(more.conditions.duplicate);
        }
        let due = at.saturating_add(self.delay).max(self.last);
        // Nobody waits for one that is held back.
        if held == 0 {
            self.last = due;
        }
        let at = due.saturating_add(held);
        Passage::Arrives { at, twice }
    }

    /// What holds now.
    pub(super) fn conditions(&self, now: Nanos) -> Conditions {
        let plain = Conditions::delayed(Duration::from_nanos(self.delay));
        self.more.as_ref().map_or(plain, |more| Conditions {
            down: more.down_until > now,
            ..more.conditions
        })
    }

    /// Changes what holds.
    pub(super) fn change(&mut self, now: Nanos, change: &Change) -> Conditions {
        let was = self.conditions(now);
        let declared = Conditions::delayed(Duration::from_nanos(self.declared));
        let conditions = change.apply(was, declared);
        let still = self.more.as_ref().map_or(0, |more| more.down_until);
        let down_until = match change.outage {
            Some(Outage::Endless) => Nanos::MAX,
            Some(Outage::For(time)) => now.saturating_add(nanos(time)),
            Some(Outage::Over) => 0,
            None if change.restore => 0,
            None => still,
        };
        if down_until > now && !was.down {
            self.epoch = self.epoch.wrapping_add(1);
        }
        self.delay = nanos(conditions.delay);
        let plain = Conditions::delayed(conditions.delay);
        if conditions == plain && down_until <= now {
            self.more = None;
        } else {
            self.add(now, conditions, down_until);
        }
        self.conditions(now)
    }

    fn add(&mut self, now: Nanos, conditions: Conditions, down_until: Nanos) {
        let line = Access {
            rate: conditions.rate,
            loss: conditions.loss,
            jitter: conditions.jitter,
        };
        let more = self.more.get_or_insert_with(|| {
            Box::new(More {
                conditions,
                line: Line::new(&line),
                hold_back: 0,
                down_until,
            })
        });
        more.line.change(now, &line);
        more.hold_back = nanos(conditions.reorder.by);
        more.conditions = conditions;
        more.down_until = down_until;
    }
}

/// As the router counts time; what is longer than 584 years becomes that.
pub(super) fn nanos(duration: Duration) -> Nanos {
    u64::try_from(duration.as_nanos()).unwrap_or(Nanos::MAX)
}

#[cfg(test)]
mod tests;
