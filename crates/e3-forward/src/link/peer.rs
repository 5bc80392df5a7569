//! A link as seen from outside its task.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};

use std::time::Duration;

use e3_session::types::PartyIndex;
use tokio::{
    sync::{oneshot, watch},
    time::Instant,
};

use super::{
    Carrier, CarrierFacts, Guard, Incident, LinkFacts, LinkState, notices::Notices, share::Share,
};
use crate::place::Accepted;

/// What a link's task is asked to do.
#[derive(Debug)]
pub(super) enum Command {
    /// Use this carrier, or not.
    Attach(Carrier),
    /// Carry this connection of the program.
    Connect(Accepted),
    /// Measure the round-trip time.
    Ping(oneshot::Sender<Duration>),
    /// Take other rules.
    Rules(Rules),
    /// Begin anew, if the link is over and may.
    Anew,
    /// The peer's index is another.
    Renumber(PartyIndex),
    /// End.
    Leave,
}

/// What holds for connections of programs now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Rules {
    pub(super) guard: Guard,
    pub(super) run: Run,
}

/// Which run of a program goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Run {
    /// None. Connections belong to no run then.
    #[default]
    Outside,
    /// This one.
    Within(u32),
    /// None, after this one.
    After(u32),
}

impl Run {
    /// What a stream says that belongs to no run.
    pub(super) const NONE: u32 = 0;

    /// How a stream says to which it belongs.
    pub(super) fn tag(self) -> u32 {
        match self {
            Self::Outside | Self::After(_) => Self::NONE,
            Self::Within(run) => tag(run),
        }
    }

    /// The same when its program has ended.
    pub(super) fn ended(self) -> Self {
        match self {
            Self::Within(run) => Self::After(run),
            Self::Outside | Self::After(_) => self,
        }
    }

    /// Whether a stream that says this came after the end of the program that it is for.
    pub(super) fn is_over_for(self, said: u32) -> bool {
        matches!(self, Self::After(run) if said == tag(run))
    }

    /// Whether a stream that says this is for the program that runs now.
    pub(super) fn takes(self, said: u32) -> bool {
        said == self.tag()
    }
}

/// What a stream says that belongs to a run.
fn tag(run: u32) -> u32 {
    run.wrapping_add(1)
}

/// What a link's task tells.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) state: watch::Sender<LinkState>,
    pub(super) sent: AtomicU64,
    pub(super) received: AtomicU64,
    pub(super) streams: AtomicUsize,
    seldom: Mutex<Seldom>,
    notices: Arc<Notices>,
    pub(super) share: Arc<Share>,
}

/// What changes seldom.
#[derive(Debug, Default)]
pub(super) struct Seldom {
    pub(super) carrier: Option<watch::Receiver<CarrierFacts>>,
    pub(super) rtt: Option<Duration>,
    pub(super) resumptions: u64,
}

impl Shared {
    pub(super) fn new(notices: Arc<Notices>, share: Arc<Share>) -> Self {
        let state = LinkState::Searching {
            since: Instant::now(),
            why: "no carrier came yet".to_owned(),
        };
        Self {
            state: watch::channel(state).0,
            sent: AtomicU64::new(0),
            received: AtomicU64::new(0),
            streams: AtomicUsize::new(0),
            seldom: Mutex::default(),
            notices,
            share,
        }
    }

    pub(super) fn seldom(&self) -> MutexGuard<'_, Seldom> {
        self.seldom.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn notice(&self, peer: PartyIndex, what: Incident) {
        self.notices.send(peer, what);
    }

    pub(super) fn facts(&self) -> LinkFacts {
        let seldom = self.seldom();
        LinkFacts {
            carrier: seldom.carrier.as_ref().map(|facts| facts.borrow().clone()),
            rtt: seldom.rtt,
            sent: self.sent.load(Ordering::Relaxed),
            received: self.received.load(Ordering::Relaxed),
            resumptions: seldom.resumptions,
            streams: self.streams.load(Ordering::Relaxed),
        }
    }
}
