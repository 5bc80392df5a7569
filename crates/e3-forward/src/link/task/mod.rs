//! The task of one link: it waits for its carrier and for the program's connections at once, so that a message costs
//! one wake, one read and one write.

use std::{
    collections::VecDeque,
    future::poll_fn,
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll},
    time::Duration,
};

use e3_resume::{Incarnation, Link, Role, Settings};
use e3_session::types::PartyIndex;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
    time::{Instant, Sleep, sleep_until},
};

use super::{
    ForwardSettings,
    peer::{Command, Rules, Shared},
};
use crate::Programs;

mod admit;
mod carriers;
pub(super) mod claim;
mod commands;
mod dial;
mod events;
mod farewell;
mod knocks;
mod local;
mod locals;

use carriers::Riding;
use knocks::Knocks;
use local::Local;

/// Bytes that are read from a carrier at once.
const READ: usize = 256 * 1024;

/// How often the task goes round before it lets others have a turn.
const ROUNDS: usize = 16;

/// One link, and all that it touches.
pub(super) struct Task {
    pub(super) link: Link,
    /// The moment from which the link's times are counted.
    born: Instant,
    role: Role,
    settings: ForwardSettings,
    programs: Arc<dyn Programs>,
    peer: PartyIndex,
    rules: Rules,
    commands: mpsc::UnboundedReceiver<Command>,
    shared: Arc<Shared>,
    carriers: Vec<Riding>,
    locals: Vec<Local>,
    /// Calls of the program that are under way, and which may be begun.
    under_way: usize,
    knocks: Knocks,
    /// Where a carrier's bytes are read to.
    input: Box<[u8]>,
    alarm: Pin<Box<Sleep>>,
    /// When the alarm goes off: no later than the link's deadline, often earlier.
    armed: Option<Instant>,
    /// The last few round-trip times, and who waits for the next.
    measured: VecDeque<Duration>,
    asking: Vec<oneshot::Sender<Duration>>,
    farewells: JoinSet<()>,
    leaving: bool,
    /// Resumptions of links before this one.
    resumptions: u64,
}

impl Task {
    pub(super) fn new(
        programs: Arc<dyn Programs>,
        peer: PartyIndex,
        leader: bool,
        settings: ForwardSettings,
        rules: Rules,
        commands: mpsc::UnboundedReceiver<Command>,
        shared: Arc<Shared>,
    ) -> Self {
        let born = Instant::now();
        let role = if leader { Role::Leader } else { Role::Follower };
        Self {
            link: fresh(role, &settings, Duration::ZERO),
            born,
            role,
            settings,
            programs,
            peer,
            rules,
            commands,
            shared,
            carriers: Vec::new(),
            locals: Vec::new(),
            under_way: 0,
            knocks: Knocks::new(born),
            input: vec![0; READ].into_boxed_slice(),
            alarm: Box::pin(sleep_until(born)),
            armed: None,
            measured: VecDeque::new(),
            asking: Vec::new(),
            farewells: JoinSet::new(),
            leaving: false,
            resumptions: 0,
        }
    }

    /// Goes on until the link is over and its carriers have ended.
    pub(super) async fn run(mut self) {
        poll_fn(|cx| self.poll(cx)).await;
        while self.farewells.join_next().await.is_some() {}
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        for _ in 0..ROUNDS {
            self.take_commands(cx);
            if self.leaving {
                return Poll::Ready(());
            }
            let mut moved = self.read_carriers(cx);
            self.take_events();
            moved |= self.pump_locals(cx);
            moved |= self.write_carriers(cx);
            self.take_events();
            moved |= self.tick(cx);
            if !moved {
                return Poll::Pending;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// The link's time.
    fn now(&self) -> Duration {
        self.born.elapsed()
    }

    /// Does what is due; says whether anything was.
    fn tick(&mut self, cx: &mut Context<'_>) -> bool {
        let held = self.held_until();
        let deadline = self.link.deadline().map(|at| self.born + at);
        let Some(next) = [deadline, held].into_iter().flatten().min() else {
            return false;
        };
        // The deadline moves with each message; the alarm only when it has gone off, or is too late.
        if self.armed.is_none_or(|armed| next < armed) {
            self.alarm.as_mut().reset(next);
            self.armed = Some(next);
        }
        if self.alarm.as_mut().poll(cx).is_pending() {
            return false;
        }
        self.armed = None;
        let now = self.now();
        if deadline.is_some_and(|at| at <= self.born + now) {
            self.link.tick(now);
        }
        self.give_up_held();
        self.take_events();
        true
    }

    fn count_streams(&self) {
        self.shared
            .streams
            .store(self.locals.len(), Ordering::Relaxed);
    }
}

/// A link without a past.
fn fresh(role: Role, settings: &ForwardSettings, now: Duration) -> Link {
    let mut bytes = [0; 16];
    let incarnation = loop {
        // The kernel has random numbers from its start on; until then, wait.
        if getrandom::fill(&mut bytes).is_ok()
            && let Some(incarnation) = Incarnation::new(bytes)
        {
            break incarnation;
        }
    };
    let settings = Settings {
        outage: settings.outage,
        ping: settings.ping,
        ..Settings::new(role, settings.context, incarnation)
    };
    Link::new(settings, now)
}
