//! How often the program is called in vain for a peer. What a peer asks for costs it a few bytes, and this agent system
//! calls: so only so many of them fail in a time, whatever the peer does.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

/// How long nobody is called at a port where nobody was, at first and at last.
const SOON: Duration = Duration::from_millis(20);
const SELDOM: Duration = Duration::from_millis(250);

/// Calls that may fail at once, and after how long another one may.
const IN_VAIN: usize = 32;
const ONE_MORE: Duration = Duration::from_millis(10);

/// Which ports of the program may be called now.
#[derive(Debug)]
pub(super) struct Knocks {
    /// Ports at which nobody was found, and whether one call may try again.
    shut: BTreeMap<u16, bool>,
    /// When ports that were shut are tried again; none while nobody waits for it.
    again: Option<Instant>,
    pause: Duration,
    /// Calls that may still fail, and when that was last made greater.
    left: usize,
    since: Instant,
}

impl Knocks {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            shut: BTreeMap::new(),
            again: None,
            pause: SOON,
            left: IN_VAIN,
            since: now,
        }
    }

    /// Whether a port may be called while so many other calls are under way; it is meant to be, then.
    pub(super) fn may(&mut self, port: u16, under_way: usize, now: Instant) -> bool {
        self.recover(now);
        let may = under_way < self.left
            && match self.shut.get_mut(&port) {
                Some(may) => std::mem::take(may),
                None => true,
            };
        if !may {
            self.again.get_or_insert(now + self.pause);
        }
        may
    }

    /// Nobody listens there.
    pub(super) fn in_vain(&mut self, port: u16) {
        self.left = self.left.saturating_sub(1);
        self.shut.insert(port, false);
    }

    /// Somebody does.
    pub(super) fn answered(&mut self, port: u16) {
        self.shut.remove(&port);
        self.pause = SOON;
    }

    /// When [`Self::round`] is due.
    pub(super) fn next(&self) -> Option<Instant> {
        self.again
    }

    /// Lets one call of each port try again, if it is time for that.
    pub(super) fn round(&mut self, now: Instant) {
        if self.again.is_none_or(|again| again > now) {
            return;
        }
        self.again = None;
        self.pause = SELDOM.min(self.pause * 2);
        // Nobody waits at those that nobody has tried this time.
        self.shut.retain(|_, may| !std::mem::replace(may, true));
    }

    fn recover(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.since).as_nanos() / ONE_MORE.as_nanos();
        let passed = u32::try_from(passed).unwrap_or(u32::MAX);
        self.since += ONE_MORE * passed;
        let more = usize::try_from(passed).unwrap_or(usize::MAX);
        self.left = IN_VAIN.min(self.left.saturating_add(more));
    }
}
