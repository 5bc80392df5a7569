//! Lateness, counted for as long as somebody wants to know.

use super::lateness::{Histogram, Lateness};
use super::queue::Nanos;

/// How often the router wakes for nothing but to see how late it is, while somebody wants to know: where no packet has
/// to wait, nothing else would tell. All that stand by wake with it, and take from programs on few processors what they
/// take: at 5 ms that was one in a hundred of what a computation had on two.
const BEAT: Nanos = 20_000_000;

/// Lateness since the router was started, and of periods.
#[derive(Debug, Default)]
pub(super) struct Periods {
    all: Histogram,
    open: Vec<Period>,
    started: u64,
    next_beat: Nanos,
}

#[derive(Debug)]
struct Period {
    number: u64,
    packets: Histogram,
    wakes: Histogram,
}

/// How late packets were, and how late the router woke, in one period.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Late {
    pub(crate) packets: Lateness,
    pub(crate) wakes: Lateness,
}

impl Periods {
    /// Counts a packet that was this late.
    pub(super) fn packet(&mut self, late: Nanos) {
        self.all.count(late);
        for period in &mut self.open {
            period.packets.count(late);
        }
    }

    /// When the router has to wake for this; none while nobody wants to know.
    pub(super) fn next_beat(&self) -> Option<Nanos> {
        (!self.open.is_empty()).then_some(self.next_beat)
    }

    /// The router is awake.
    pub(super) fn awake(&mut self, now: Nanos) {
        if self.open.is_empty() {
            return;
        }
        // All that have been slept through count, or long waits would hide how many had to wait.
        while let Some(late) = now.checked_sub(self.next_beat) {
            for period in &mut self.open {
                period.wakes.count(late);
            }
            self.next_beat += BEAT;
        }
    }

    /// How late packets have been since the router was started.
    pub(super) fn all(&self) -> Lateness {
        self.all.summary()
    }

    /// Begins a period; its number.
    pub(super) fn begin(&mut self, now: Nanos) -> u64 {
        if self.open.is_empty() {
            self.next_beat = now + BEAT;
        }
        self.started += 1;
        self.open.push(Period {
            number: self.started,
            packets: Histogram::default(),
            wakes: Histogram::default(),
        });
        self.started
    }

    /// What has been counted in a period so far.
    pub(super) fn so_far(&self, number: u64) -> Late {
        let period = self.open.iter().find(|period| period.number == number);
        period.map_or_else(Late::default, |period| Late {
            packets: period.packets.summary(),
            wakes: period.wakes.summary(),
        })
    }

    /// Ends a period.
    pub(super) fn end(&mut self, number: u64) {
        self.open.retain(|period| period.number != number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_counts_what_happens_in_it() {
        let mut periods = Periods::default();
        periods.packet(5_000_000);
        assert_eq!(periods.next_beat(), None);
        let number = periods.begin(0);
        periods.packet(1_000);
        periods.packet(2_000_000);
        assert_eq!(periods.next_beat(), Some(BEAT));
        periods.awake(BEAT - 1);
        periods.awake(2 * BEAT + 300_000);
        let late = periods.so_far(number);
        assert_eq!((late.packets.packets, late.packets.over_1_ms), (2, 1));
        assert_eq!((late.wakes.packets, late.wakes.over_1_ms), (2, 1));
        periods.end(number);
        periods.packet(1);
        assert_eq!(periods.so_far(number).packets.packets, 0);
        assert_eq!(periods.all().packets, 4);
    }
}
