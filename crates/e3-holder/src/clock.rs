//! The two clocks. The wall clock says when something was, to people and in records; it jumps when somebody or a time
//! server sets it, so that no duration may come from it. The other only goes on, and is the same for all processes of a
//! machine.

use std::time::{Duration, SystemTime};

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// A moment by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// By the wall clock: milliseconds since the Unix epoch.
    pub wall_ms: u64,
    /// By the clock that never jumps (`CLOCK_MONOTONIC`): milliseconds since some time before.
    pub steady_ms: u64,
}

impl Moment {
    /// This one.
    pub fn now() -> Self {
        let steady = clock_gettime(ClockId::Monotonic);
        // Neither is ever negative.
        let seconds = u64::try_from(steady.tv_sec).unwrap_or(0);
        let millis = u64::try_from(steady.tv_nsec / 1_000_000).unwrap_or(0);
        Self {
            wall_ms: now_ms(),
            steady_ms: seconds * 1000 + millis,
        }
    }

    /// How much later this is than another moment, whatever the wall clock did in between.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.steady_ms.saturating_sub(earlier.steady_ms))
    }
}

/// The wall clock: whole seconds since the Unix epoch.
pub fn now_s() -> u64 {
    now_ms() / 1000
}

/// The wall clock: milliseconds since the Unix epoch.
pub fn now_ms() -> u64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_of_the_wall_clock_makes_no_difference() {
        let begin = Moment {
            wall_ms: 1_000_000,
            steady_ms: 5000,
        };
        for wall_ms in [0, 1_000_000, u64::MAX] {
            let end = Moment {
                wall_ms,
                steady_ms: 7500,
            };
            assert_eq!(end.since(begin), Duration::from_millis(2500));
        }
    }

    #[test]
    fn time_goes_on() {
        let begin = Moment::now();
        std::thread::sleep(Duration::from_millis(20));
        let passed = Moment::now().since(begin);
        assert!(passed >= Duration::from_millis(19), "{passed:?}");
    }
}
