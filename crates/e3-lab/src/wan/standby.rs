//! Threads that stand by for the router's own when it does not get a processor in time.
//!
//! On a busy machine a thread without special rights sometimes has to wait for the next tick, some milliseconds, although
//! it needs the processor for a moment only. That seldom happens to several threads at once: of four that waited for the
//! same moments beside six that computed, the first to run was late by 0.04 ms in 99 of 100 cases, where one alone was
//! late by 6 ms. Each needs a timer and a processor of its own: threads that wait for one another all end up on the same
//! processor, and then wait for it together. Whichever comes first does what is due. As long as the router's own thread
//! wakes in time, they sleep.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use e3_sys::epoll::{Epoll, Ready};
use e3_sys::schedule;

use super::packet::LONGEST;
use super::path::nanos;
use super::queue::Nanos;
use super::router::Router;

/// The machine is busy when the router's own thread wakes this much later than it should,
const LATE: Nanos = 300_000;
/// and for so long afterwards.
const BUSY: Nanos = 2_000_000_000;
/// How often each of those who stand by looks for packets while the machine is busy: they come when they come, and the
/// router's own thread may not notice.
const ROUND: Nanos = 1_000_000;
/// When nothing has come or gone for so long, nobody is about to answer anybody, and looking takes time from those who
/// compute:
const QUIET: Nanos = 100_000_000;
/// so often is enough then.
const QUIET_ROUND: Nanos = 50_000_000;

/// At least so many threads; else two for each processor.
const FEWEST: u64 = 4;
/// At most so many: waking costs.
const MOST: u64 = 8;

/// The router, as the threads share it.
pub(super) struct Shared {
    router: Mutex<Router>,
    /// What there is to read. Read by whoever holds the router.
    pub(super) lines: Epoll,
    started: Instant,
    /// When the first packet is due.
    due: AtomicU64,
    /// When a packet has come or gone last.
    moved: AtomicU64,
    busy_until: AtomicU64,
    ended: Mutex<bool>,
    /// Rung when the machine has become busy, and at the end.
    bell: Condvar,
}

impl Shared {
    pub(super) fn new(router: Router, lines: Epoll) -> Arc<Self> {
        Arc::new(Self {
            started: router.started(),
            router: Mutex::new(router),
            lines,
            due: AtomicU64::new(Nanos::MAX),
            moved: AtomicU64::new(0),
            busy_until: AtomicU64::new(0),
            ended: Mutex::new(false),
            bell: Condvar::new(),
        })
    }

    /// The router, once no other thread is at it. What panics ends the process.
    pub(super) fn lock(&self) -> MutexGuard<'_, Router> {
        self.router.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets the router do what is due; when it has something to do next.
    pub(super) fn attend(&self, router: &mut Router) -> Option<Nanos> {
        let wake = router.attend();
        self.due
            .store(wake.unwrap_or(Nanos::MAX), Ordering::Relaxed);
        self.moved.store(router.moved, Ordering::Relaxed);
        wake
    }

    /// The router's own thread has woken this late.
    pub(super) fn woke(&self, now: Nanos, late: Nanos) {
        if late < LATE {
            return;
        }
        let before = self.busy_until.swap(now + BUSY, Ordering::Relaxed);
        if before <= now {
            self.bell.notify_all();
        }
    }

    /// The router has ended.
    pub(super) fn end(&self) {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.bell.notify_all();
    }

    /// Waits until the machine is busy; whether the router has ended.
    fn rest(&self) -> bool {
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        while !*ended && self.now() >= self.busy_until.load(Ordering::Relaxed) {
            ended = self
                .bell
                .wait(ended)
                .unwrap_or_else(PoisonError::into_inner);
        }
        *ended
    }

    fn now(&self) -> Nanos {
        nanos(self.started.elapsed())
    }

    /// How often each of those who stand by looks now.
    fn round(&self, now: Nanos) -> Nanos {
        let since = now.saturating_sub(self.moved.load(Ordering::Relaxed));
        if since > QUIET { QUIET_ROUND } else { ROUND }
    }

    /// Does what there is to do whenever the machine is busy, until the router ends. This is one of so many, each of which looks
    /// a share of a round after another.
    fn stand_by(&self, number: Nanos, count: Nanos) -> io::Result<()> {
        let mut ready = Ready::new();
        let mut scratch = vec![0; LONGEST];
        while !self.rest() {
            let now = self.now();
            let round = self.round(now);
            let share = number * round / count;
            let wake = next_wake(now, (round, share), self.due.load(Ordering::Relaxed));
            thread::sleep(Duration::from_nanos(wake - now));

            self.lines.wait(&mut ready, Some(Duration::ZERO))?;
            if ready.is_empty() && self.due.load(Ordering::Relaxed) > self.now() {
                continue;
            }
            // Whoever is at it does it. To wait would bring all threads to the processor of the one that has it.
            let Ok(mut router) = self.router.try_lock() else {
                continue;
            };
            let now = router.now();
            router.take(&ready, now, &mut scratch);
            self.attend(&mut router);
        }
        Ok(())
    }
}

/// When one that stands by wakes next: when something is due that was not due already, but at least once a round, `share`
/// of it after others.
fn next_wake(now: Nanos, (round, share): (Nanos, Nanos), due: Nanos) -> Nanos {
    let look = now + round - (now + round - share) % round;
    if due > now { due.min(look) } else { look }
}

/// Starts those who stand by; they end with the router.
pub(super) fn start(shared: &Arc<Shared>) -> io::Result<Vec<JoinHandle<()>>> {
    let processors = thread::available_parallelism().map_or(1, usize::from) as u64;
    let count = (2 * processors).clamp(FEWEST, MOST);
    let stand_by = |number| {
        let shared = Arc::clone(shared);
        let thread = thread::Builder::new().name("wide-area standby".into());
        thread.spawn(move || {
            schedule::be_prompt();
            schedule::stay_on(usize::try_from(number).unwrap_or(0));
            super::or_end_all(|| shared.stand_by(number, count));
        })
    };
    (0..count).map(stand_by).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_wake_for_what_is_due_and_in_turn() {
        let share = ROUND / 4;
        let next = |now, due| next_wake(now, (ROUND, share), due);
        assert_eq!(next(0, Nanos::MAX), share);
        assert_eq!(next(share, Nanos::MAX), share + ROUND);
        assert_eq!(next(share, share + 7), share + 7);
        // Whoever is at what was due already does it.
        assert_eq!(next(10 * ROUND, 5), 10 * ROUND + share);
    }
}
