//! Waking up in time.
//!
//! A thread that sleeps until a time wakes a little later, by nearly the same every time: the kernel has to rouse a
//! sleeping core and switch to the thread. So the alarm is set earlier by as much as it has been late before.

use super::queue::Nanos;

/// No more than this is made up for: what is later is the machine's load, which cannot be foreseen.
const MOST: Nanos = 150_000;
/// Wakes that took less than this were no sleep.
const NO_SLEEP: Nanos = 10_000;

/// A sleep: from when until when, and for when the alarm was set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slept {
    pub(super) from: Nanos,
    pub(super) until: Nanos,
    pub(super) alarm: Option<Nanos>,
}

/// Knows how late it wakes.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    late: Nanos,
}

impl Alarm {
    /// When to wake for something that is due at this time.
    pub(super) fn set_for(&self, due: Nanos) -> Nanos {
        due.saturating_sub(self.late)
    }

    /// The time up to which everything counts as due now. Waking a little early is as wrong as waking a little late,
    /// so half of what is made up for is good enough.
    pub(super) fn due_until(&self, now: Nanos) -> Nanos {
        now + self.late / 2
    }

    /// Learns from having slept from one time to another, when the alarm was set for `set_for`.
    pub(super) fn rang(&mut self, set_for: Nanos, slept_from: Nanos, woke: Nanos) {
        if set_for > slept_from && woke >= set_for {
            let late = (woke - set_for).min(MOST);
            self.late = (7 * self.late + late) / 8;
        }
    }

    /// When something came that was there when a thread woke, which has slept from one time to another and has waited
    /// for a processor at the end of it.
    ///
    /// What the thread had to wait is no part of the way of the packet that has roused it. Where the alarm has, nobody
    /// knows when in the meantime a packet came.
    pub(super) fn came(&self, slept: Slept, waited: Nanos) -> Nanos {
        let Slept { from, until, alarm } = slept;
        if until - from < NO_SLEEP {
            return until;
        }
        let roused = until.saturating_sub(waited);
        let late = if alarm.is_some_and(|alarm| roused >= alarm) {
            self.late
        } else {
            self.late.max(waited)
        };
        until.saturating_sub(late).max(from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_learns_a_constant_lateness() {
        let mut alarm = Alarm::default();
        for _ in 0..100 {
            let set_for = alarm.set_for(1_000_000);
            alarm.rang(set_for, 0, set_for + 50_000);
        }
        let woke = alarm.set_for(1_000_000) + 50_000;
        assert!(woke.abs_diff(1_000_000) < 1_000, "{woke}");
        assert!(alarm.came(sleep(0, 100_000), 0).abs_diff(50_000) < 1_000);
    }

    fn sleep(from: Nanos, until: Nanos) -> Slept {
        Slept {
            from,
            until,
            alarm: None,
        }
    }

    #[test]
    fn a_packet_does_not_wait_for_a_processor() {
        let alarm = Alarm::default();
        let mut slept = sleep(1_000_000, 9_000_000);
        assert_eq!(alarm.came(slept, 4_000_000), 5_000_000);
        assert_eq!(alarm.came(slept, 10_000_000), 1_000_000, "before it slept");
        slept.alarm = Some(8_000_000);
        assert_eq!(alarm.came(slept, 4_000_000), 5_000_000, "before the alarm");
        slept.alarm = Some(4_000_000);
        assert_eq!(
            alarm.came(slept, 4_000_000),
            9_000_000,
            "roused by the alarm"
        );
    }

    #[test]
    fn load_is_not_made_up_for() {
        let mut alarm = Alarm::default();
        for _ in 0..100 {
            alarm.rang(1, 0, 10_000_000);
        }
        assert!(alarm.set_for(1_000_000) >= 1_000_000 - MOST);
    }

    #[test]
    fn what_did_not_sleep_teaches_nothing() {
        let mut alarm = Alarm::default();
        alarm.rang(5, 5, 100_000);
        assert_eq!(
            (
                alarm.set_for(1_000),
                alarm.due_until(7),
                alarm.came(sleep(5, 9), 0)
            ),
            (1_000, 7, 9)
        );
    }
}
