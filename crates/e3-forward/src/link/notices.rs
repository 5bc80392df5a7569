//! Who hears of what happens, and how often: whoever is at a peer's end can make things happen without end.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use e3_session::types::PartyIndex;
use tokio::{sync::mpsc, time::Instant};

use super::{Incident, Notice};

/// Notices of one peer that may come at once.
const AT_ONCE: u32 = 8;

/// After so long another one may come.
const ONE_MORE: Duration = Duration::from_secs(10);

/// Who hears of what happens to a party's links.
#[derive(Debug, Default)]
pub(super) struct Notices(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    listeners: Vec<mpsc::UnboundedSender<Notice>>,
    /// By peer, whichever link it has: one that ends its link again and again has no more of them for it.
    allowances: BTreeMap<PartyIndex, Allowance>,
}

/// How much may still be told of one peer.
#[derive(Debug)]
struct Allowance {
    left: u32,
    /// When it was last made greater.
    since: Instant,
    untold: u64,
}

impl Notices {
    /// All that is told from now on.
    pub(super) fn listen(&self) -> mpsc::UnboundedReceiver<Notice> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.state().listeners.push(sender);
        receiver
    }

    /// Tells, unless too much was told of this peer lately.
    pub(super) fn send(&self, peer: PartyIndex, what: Incident) {
        let mut state = self.state();
        let now = Instant::now();
        let allowance = state.allowances.entry(peer);
        let allowance = allowance.or_insert_with(|| Allowance::full(now));
        let Some(untold) = allowance.take(now) else {
            return;
        };
        let notice = Notice { peer, what, untold };
        tracing::info!(untold, "{}", what.with(&format!("party {peer}")));
        let listeners = &mut state.listeners;
        listeners.retain(|listener| listener.send(notice.clone()).is_ok());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Allowance {
    fn full(now: Instant) -> Self {
        Self {
            left: AT_ONCE,
            since: now,
            untold: 0,
        }
    }

    /// Takes one, if there is one: how many were not told before it.
    fn take(&mut self, now: Instant) -> Option<u64> {
        while self.left < AT_ONCE && now.duration_since(self.since) >= ONE_MORE {
            self.left += 1;
            self.since += ONE_MORE;
        }
        if self.left == AT_ONCE {
            self.since = now;
        }
        let Some(left) = self.left.checked_sub(1) else {
            self.untold += 1;
            return None;
        };
        self.left = left;
        Some(std::mem::take(&mut self.untold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIM: Incident = Incident::Claimed {
        port: 1,
        index: None,
    };

    #[test]
    fn a_peer_that_causes_many_is_told_of_seldom_and_holds_up_nobody_else() {
        let notices = Notices::default();
        let mut heard = notices.listen();
        for _ in 0..1000 {
            notices.send(PartyIndex(1), CLAIM);
        }
        notices.send(PartyIndex(2), CLAIM);
        let mut told = Vec::new();
        while let Ok(notice) = heard.try_recv() {
            told.push((notice.peer.0, notice.untold));
        }
        let mut expected = vec![(1, 0); AT_ONCE as usize];
        expected.push((2, 0));
        assert_eq!(told, expected);
    }

    #[test]
    fn what_was_not_told_is_counted_with_the_next() {
        let begin = Instant::now();
        let mut allowance = Allowance::full(begin);
        for _ in 0..AT_ONCE {
            assert_eq!(allowance.take(begin), Some(0));
        }
        for _ in 0..5 {
            assert_eq!(allowance.take(begin + ONE_MORE / 2), None);
        }
        assert_eq!(allowance.take(begin + ONE_MORE), Some(5));
        assert_eq!(allowance.take(begin + ONE_MORE), None);
        // A day later there is as much as at first, and no more.
        let later = begin + Duration::from_hours(24);
        let told = (0..100).filter(|_| allowance.take(later).is_some()).count();
        assert_eq!(told, AT_ONCE as usize);
    }
}
