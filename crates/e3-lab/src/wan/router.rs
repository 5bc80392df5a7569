//! The router's loop: what it waits for, and in which order it does things.

use std::fs::File;
use std::io::{self, Read};
use std::time::{Duration, Instant};

use e3_sys::epoll::{Epoll, Ready};

use super::alarm::Alarm;
use super::buffers::Buffers;
use super::control::Tasks;
use super::line::Line;
use super::packet::LONGEST;
use super::path::{Path, nanos};
use super::periods::Periods;
use super::queue::{Nanos, Queue, Stage};
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
    pub(super) tally: Tally,
    pub(super) unroutable: u64,
    pub(super) kept_in: u64,
    pub(super) queue: Queue,
    pub(super) buffers: Buffers,
    /// For one packet of a long one.
    pub(super) cut: Vec<u8>,
    pub(super) lateness: Periods,
    epoll: Epoll,
    alarm: Alarm,
    tasks: Tasks,
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
    pub(super) fn new(plan: &Plan, lines: Vec<File>, epoll: Epoll, tasks: Tasks) -> Self {
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
            tally: Tally::new(plan.sites.len()),
            unroutable: 0,
            kept_in: 0,
            queue: Queue::default(),
            buffers: Buffers::default(),
            cut: Vec::new(),
            lateness: Periods::default(),
            epoll,
            alarm: Alarm::default(),
            tasks,
            started: Instant::now(),
            ended: false,
        }
    }

    pub(super) fn run(mut self) -> io::Result<()> {
        let mut ready = Ready::new();
        let mut scratch = vec![0; LONGEST];
        while !self.ended {
            let due = self.handle_due();
            let wake = due.into_iter().chain(self.lateness.next_beat()).min();
            let alarm = wake.map(|wake| self.alarm.set_for(wake));
            let asleep = self.now();
            let patience = alarm.map(|alarm| Duration::from_nanos(alarm.saturating_sub(asleep)));
            self.epoll.wait(&mut ready, patience)?;
            let awake = self.now();
            if ready.is_empty()
                && let Some(alarm) = alarm
            {
                self.alarm.rang(alarm, asleep, awake);
            }
            self.lateness.awake(self.alarm.due_until(awake));
            let came = self.alarm.came(asleep, awake);
            for token in ready.tokens() {
                if token == BELL {
                    self.do_tasks();
                } else if let Ok(from) = usize::try_from(token) {
                    self.take_from(from, came, &mut scratch);
                }
            }
        }
        Ok(())
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
            if let Some(packet) = scratch.get_mut(..length) {
                self.depart(from, came, packet);
            }
        }
    }
}
