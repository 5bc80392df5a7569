//! When a comparison has to end.

use std::process::Command;
use std::time::{Duration, Instant};

use super::child::{self, Ended};
use crate::stop::Stop;

/// When it has to end: when somebody asks for it, or when its time is over.
#[derive(Debug)]
pub struct Clock {
    end: Option<Instant>,
    stop: Stop,
}

impl Clock {
    /// Counts from now on: the shortest of these limits is the one that counts.
    pub fn new(stop: Stop, limits: impl IntoIterator<Item = Duration>) -> Self {
        let limit = limits.into_iter().min();
        Self {
            end: limit.and_then(|limit| Instant::now().checked_add(limit)),
            stop,
        }
    }

    /// Whether somebody has asked for the end.
    pub fn is_asked(&self) -> bool {
        self.stop.is_asked()
    }

    /// Whether there is time for something that takes so many seconds.
    pub fn has(&self, seconds: f64) -> bool {
        let takes = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
        !self.is_over() && self.left().is_none_or(|left| left >= takes)
    }

    /// Runs a command for at most `limit`; none where the end came meanwhile, so that it was not let end by itself.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn run(&self, command: &mut Command, limit: Duration) -> std::io::Result<Option<Ended>> {
        let least = self.left().map_or(limit, |left| left.min(limit));
        let ended = child::run(command, least, &self.stop)?;
        let cut_off = ended.was_stopped && self.is_over();
        Ok((!cut_off).then_some(ended))
    }

    fn is_over(&self) -> bool {
        self.is_asked() || self.left().is_some_and(|left| left.is_zero())
    }

    fn left(&self) -> Option<Duration> {
        let end = self.end?;
        Some(end.saturating_duration_since(Instant::now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_end_cuts_off_is_nothing() {
        let stop = Stop::never();
        let clock = Clock::new(
            stop.clone(),
            [Duration::from_millis(300), Duration::from_hours(1)],
        );
        assert!(clock.has(0.1) && !clock.has(1.0));
        let mut sleep = Command::new("sleep");
        let ran = clock.run(sleep.arg("60"), Duration::from_mins(1)).unwrap();
        assert!(ran.is_none(), "{ran:?}");
        assert!(!clock.has(0.0));

        // What does not end by itself is no reason to end all.
        let clock = Clock::new(stop, []);
        let mut sleep = Command::new("sleep");
        let ran = clock.run(sleep.arg("60"), Duration::from_millis(100));
        assert!(ran.unwrap().is_some_and(|ended| ended.was_stopped));
        assert!(clock.has(1e9));
    }
}
