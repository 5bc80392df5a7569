//! A site's line: how long it is busy with a packet, and whether it loses it.

use std::time::Duration;

use crate::topology::Access;

use super::queue::Nanos;
use super::random::Random;

/// Packets that would have to wait longer than this before a line are dropped: the queue of a common home router.
const LONGEST_WAIT: Nanos = 100_000_000;

/// One direction of a line.
#[derive(Debug)]
pub(super) struct Line {
    rate: Option<u64>,
    loss: f64,
    jitter: Nanos,
    free_at: Nanos,
    /// When the last packet was through: none overtakes it, or jitter would reorder.
    last: Nanos,
}

/// What became of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is through at this time.
    Through(Nanos),
    /// The line lost it.
    Lost,
    /// The queue before the line was full.
    Overflowed,
}

impl Line {
    pub(super) fn new(access: &Access) -> Self {
        let jitter = u64::try_from(access.jitter.as_nanos()).unwrap_or(u64::MAX);
        Self {
            rate: access.rate,
            loss: access.loss,
            jitter,
            free_at: 0,
            last: 0,
        }
    }

    /// Has other properties from now on. What waits before it has left by when the new rate is done with it; none
    /// overtakes it.
    pub(super) fn change(&mut self, now: Nanos, access: &Access) {
        let backlog = u128::from(self.free_at.saturating_sub(now));
        let changed = Self::new(access);
        let (old, new) = (self.rate.unwrap_or(0), access.rate.unwrap_or(0));
        let backlog = (backlog * u128::from(old)).checked_div(u128::from(new));
        let backlog = u64::try_from(backlog.unwrap_or(0)).unwrap_or(u64::MAX);
        *self = Self {
            free_at: now.saturating_add(backlog),
            last: self.last,
            ..changed
        };
    }

    /// What it does to packets.
    pub(super) fn access(&self) -> Access {
        Access {
            rate: self.rate,
            loss: self.loss,
            jitter: Duration::from_nanos(self.jitter),
        }
    }

    /// Whether it loses or delays packets one by one, so that long ones must be cut before.
    pub(super) fn counts_packets(&self) -> bool {
        self.rate.is_some() || self.loss > 0.0
    }

    /// Whether every packet is through at once.
    pub(super) fn is_clear(&self) -> bool {
        self.rate.is_none() && self.loss <= 0.0 && self.jitter == 0
    }

    /// Whether all that it has taken is through, so that nothing overtakes by passing it by. What is through at this
    /// very time may still wait to be handed over.
    pub(super) fn is_idle(&self, now: Nanos) -> bool {
        self.last < now
    }

    /// Sends a packet of this many bytes, which came at `now`.
    pub(super) fn send(&mut self, now: Nanos, bytes: u64, random: &mut Random) -> Outcome {
        let mut through = now;
        if let Some(rate) = self.rate {
            let start = self.free_at.max(now);
            if start - now > LONGEST_WAIT {
                return Outcome::Overflowed;
            }
            let busy = u128::from(bytes) * 8 * 1_000_000_000 / u128::from(rate);
            through = start.saturating_add(u64::try_from(busy).unwrap_or(u64::MAX));
            self.free_at = through;
        }
        // A lost packet has used the line all the same.
        if random.happens(self.loss) {
            return Outcome::Lost;
        }
        self.last = self
            .last
            .max(through.saturating_add(random.below(self.jitter)));
        Outcome::Through(self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_spaces_packets_and_bounds_the_queue() {
        let access = Access {
            rate: Some(8_000_000),
            ..Access::default()
        };
        let (mut line, mut random) = (Line::new(&access), Random::new(1));
        // 1000 bytes take a millisecond.
        assert_eq!(line.send(0, 1000, &mut random), Outcome::Through(1_000_000));
        assert_eq!(line.send(0, 1000, &mut random), Outcome::Through(2_000_000));
        assert_eq!(
            line.send(5_000_000, 1000, &mut random),
            Outcome::Through(6_000_000)
        );
        let outcomes: Vec<_> = (0..200)
            .map(|_| line.send(6_000_000, 1000, &mut random))
            .collect();
        assert_eq!(
            outcomes
                .iter()
                .filter(|outcome| **outcome != Outcome::Overflowed)
                .count(),
            101
        );
    }

    #[test]
    fn what_waits_is_done_at_the_new_rate() {
        let at = |rate| Access {
            rate: Some(rate),
            ..Access::default()
        };
        let (mut line, mut random) = (Line::new(&at(8_000_000)), Random::new(1));
        for _ in 0..10 {
            line.send(0, 1000, &mut random);
        }
        // Of ten milliseconds' worth nine are left, which a line twice as fast does in four and a half.
        line.change(1_000_000, &at(16_000_000));
        assert_eq!(line.free_at, 5_500_000);
        // None overtakes what has been promised for the tenth millisecond.
        let next = line.send(1_000_000, 1000, &mut random);
        assert_eq!(next, Outcome::Through(10_000_000));
        line.change(1_000_000, &Access::default());
        assert_eq!(line.access(), Access::default());
    }

    #[test]
    fn a_clear_line_adds_nothing() {
        let mut line = Line::new(&Access::default());
        assert!(line.is_clear() && line.is_idle(1));
        assert_eq!(line.send(5, 1000, &mut Random::new(1)), Outcome::Through(5));
        assert!(!line.is_idle(5) && line.is_idle(6));
    }

    #[test]
    fn jitter_stays_within_its_bound() {
        let access = Access {
            jitter: Duration::from_micros(10),
            ..Access::default()
        };
        let (mut line, mut random) = (Line::new(&access), Random::new(1));
        let mut last = 0;
        for now in (0..1_000_000).step_by(1000) {
            let Outcome::Through(at) = line.send(now, 1, &mut random) else {
                panic!("lost")
            };
            assert!((now..now + 10_000).contains(&at));
            assert!(at >= last, "a packet overtook another");
            last = at;
        }
    }
}
