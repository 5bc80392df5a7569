//! The router's loop: what it waits for, and in which order it does things.

use std::fs::File;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use e3_sys::epoll::Ready;

use super::alarm::Alarm;
use super::buffers::Buffers;
use super::control::Tasks;
use super::hands::Hands;
use super::line::Line;
use super::packet::LONGEST;
use super::path::{Path, nanos};
use super::periods::Periods;
use super::queue::{Nanos, Queue, Stage};
use super::standby::Shared;
use super::tally::Tally;
use super::unreachable::Allowance;
use crate::border::Borders;
use crate::capture::Taps;
use crate::plan::Plan;

/// The token of the bell that rings when there is something to do; sites have their index.
pub(super) const BELL: u64 = u64::MAX;

/// How many packets are read from one line before others get their turn, and what is due is delivered.
const TURN: usize = 32;

/// Routes until told to stop.
pub(crate) struct Router {
    pub(super) sites: Vec<Site>,
    /// What stands between each site and the wide area.
    pub(super) borders: Borders,
    /// The path from site to site: row by row.
    pub(super) paths: Vec<Path>,
    /// Who looks at packets.
    pub(crate) taps: Taps,
    /// Through whose hands they pass.
    pub(crate) hands: Hands,
    pub(super) tally: Tally,
    pub(super) unroutable: u64,
    pub(super) kept_in: u64,
    pub(super) queue: Queue,
    pub(super) buffers: Buffers,
    /// For one packet of a long one.
    pub(super) cut: Vec<u8>,
    pub(super) lateness: Periods,
    alarm: Alarm,
    tasks: Tasks,
    /// When a packet has come or gone last.
    pub(super) moved: Nanos,
    /// Until when the router's own thread sleeps, if nothing comes; 0 while it is awake.
    asleep_until: Nanos,
    /// Whether the bell was rung for that thread, which has not woken yet. Whoever answers it meanwhile rings it again:
    /// it would sleep on.
    rung_for: bool,
    started: Instant,
    ended: bool,
}

/// A site as the wide area sees it.
pub(super) struct Site {
    pub(super) tun: File,
    pub(super) up: Line,
    pub(super) down: Line,
    pub(super) answers: Allowance,
}

impl Router {
    pub(super) fn new(plan: &Plan, lines: Vec<File>, tasks: Tasks) -> Self {
        let sites = lines.into_iter().zip(&plan.sites).map(|(tun, site)| Site {
            tun,
            up: Line::new(&site.access),
            down: Line::new(&site.access),
            answers: Allowance::default(),
        });
        let mut paths = Vec::with_capacity(plan.sites.len() * plan.sites.len());
        for (from, delays) in plan.delays.iter().enumerate() {
            let row = delays.iter().enumerate();
            paths.extend(row.map(|(to, delay)| Path::new(*delay, plan.seed, from, to)));
        }
        Self {
            sites: sites.collect(),
            borders: Borders::new(plan),
            paths,
            taps: Taps::default(),
            hands: Hands::default(),
            tally: Tally::new(plan.sites.len()),
            unroutable: 0,
            kept_in: 0,
            queue: Queue::default(),
            buffers: Buffers::default(),
            cut: Vec::new(),
            lateness: Periods::default(),
            alarm: Alarm::default(),
            tasks,
            moved: 0,
            asleep_until: 0,
            rung_for: false,
            started: Instant::now(),
            ended: false,
        }
    }

    /// Routes until told to stop.
    pub(super) fn run(shared: &Shared) -> io::Result<()> {
        let mut ready = Ready::new();
        let mut scratch = vec![0; LONGEST];
        let mut router = shared.lock();
        while !router.ended {
            let wake = shared.attend(&mut router);
            let alarm = wake.map(|wake| router.alarm.set_for(wake));
            router.asleep_until = alarm.unwrap_or(Nanos::MAX);
            let asleep = router.now();
            drop(router);
            let patience = alarm.map(|alarm| Duration::from_nanos(alarm.saturating_sub(asleep)));
            shared.lines.wait(&mut ready, patience)?;

            router = shared.lock();
            let awake = router.now();
            if let Some(alarm) = alarm {
                if ready.is_empty() {
                    router.alarm.rang(alarm, asleep, awake);
                }
                shared.woke(awake, awake.saturating_sub(alarm));
            }
            let came = router.alarm.came(asleep, awake);
            router.asleep_until = 0;
            router.rung_for = false;
            router.take(&ready, came, &mut scratch);
        }
        shared.end();
        Ok(())
    }

    /// Does all that is due, on whichever thread is awake; when there is more to do.
    pub(super) fn attend(&mut self) -> Option<Nanos> {
        let now = self.now();
        self.lateness.awake(self.alarm.due_until(now));
        let due = self.handle_due();
        due.into_iter().chain(self.lateness.next_beat()).min()
    }

    /// Takes what has come.
    pub(super) fn take(&mut self, ready: &Ready, came: Nanos, scratch: &mut [u8]) {
        let mut done = false;
        for token in ready.tokens() {
            if token == BELL {
                self.do_tasks();
                done = true;
            } else if let Ok(from) = usize::try_from(token) {
                self.take_from(from, came, scratch);
            }
        }
        // If somebody else was quicker, the router's own thread sleeps, and has to plan anew.
        let earlier = self
            .queue
            .next_due()
            .is_some_and(|due| due < self.asleep_until);
        if self.asleep_until > 0 && (done || earlier) {
            self.asleep_until = 0;
            self.rung_for = true;
            self.tasks.ring();
        } else if self.rung_for && done {
            // It was just answered here, before the one for whom it was rung has heard it.
            self.tasks.ring();
        }
    }

    /// When it was started.
    pub(super) fn started(&self) -> Instant {
        self.started
    }

    /// Makes the loop end.
    pub(super) fn end(&mut self) {
        self.ended = true;
    }

    /// The time, from when the router was started.
    pub(crate) fn now(&self) -> Nanos {
        nanos(self.started.elapsed())
    }

    fn do_tasks(&mut self) {
        self.tasks.answer();
        while let Some(task) = self.tasks.next() {
            task(self);
        }
    }

    /// The borders of the sites.
    pub(crate) fn borders(&mut self) -> &mut Borders {
        &mut self.borders
    }

    /// Does what is due; when there is more to do.
    fn handle_due(&mut self) -> Option<Nanos> {
        loop {
            let now = self.now();
            let Some(waiting) = self.queue.pop_due(self.alarm.due_until(now)) else {
                return self.queue.next_due();
            };
            match waiting.way.stage {
                Stage::Arrive => self.arrive(waiting, now),
                Stage::Deliver => self.hand_over(waiting, now),
            }
        }
    }

    /// Reads what a site sends, up to one turn's worth; the rest is still there the next time.
    fn take_from(&mut self, from: usize, came: Nanos, scratch: &mut [u8]) {
        for _ in 0..TURN {
            let Some(site) = self.sites.get(from) else {
                return;
            };
            // An error means that there is nothing more to read, or that the line has just been cut.
            let Ok(length) = (&site.tun).read(scratch) else {
                return;
            };
            self.moved = came;
            if let Some(packet) = scratch.get_mut(..length) {
                self.depart(from, came, packet);
            }
        }
    }
}
