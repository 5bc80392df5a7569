//! Waking up in time.
//!
//! A thread that sleeps until a time wakes a little later, by nearly the same every time: the kernel has to rouse a
//! sleeping core and switch to the thread. So the alarm is set earlier by as much as it has been late before.

use super::queue::Nanos;

/// No more than this is made up for: what is later is the machine's load, which cannot be foreseen.
const MOST: Nanos = 150_000;
/// Wakes that took less than this were no sleep.
const NO_SLEEP: Nanos = 10_000;

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

    /// When something came that woke a thread which has slept from one time to another.
    pub(super) fn came(&self, slept_from: Nanos, woke: Nanos) -> Nanos {
        if woke - slept_from < NO_SLEEP {
            woke
        } else {
            woke.saturating_sub(self.late).max(slept_from)
        }
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
        assert!(alarm.came(0, 100_000).abs_diff(50_000) < 1_000);
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
            (alarm.set_for(1_000), alarm.due_until(7), alarm.came(5, 9)),
            (1_000, 7, 9)
        );
    }
}
