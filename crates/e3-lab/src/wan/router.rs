//! The router's loop.

use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

use e3_sys::epoll::{Epoll, Ready};

use super::alarm::Alarm;
use super::buffers::Buffers;
use super::control::Tasks;
use super::lateness::Histogram;
use super::line::{Line, Outcome};
use super::packet::{self, LONGEST};
use super::queue::{Nanos, Queue, Stage, Waiting};
use super::random::Random;
use super::traffic::Counters;
use crate::border::{Arrival, Borders, Departure, Why};
use crate::plan::Plan;

/// The token of the bell that rings when there is something to do; sites have their index.
pub(super) const BELL: u64 = u64::MAX;

/// How many packets are read from one line before others get their turn, and what is due is delivered.
const TURN: usize = 32;

/// Routes until told to stop.
pub(crate) struct Router {
    tasks: Tasks,
    ended: bool,
    sites: Vec<Site>,
    /// What stands between each site and the wide area.
    borders: Borders,
    /// The path from site to site: row by row.
    paths: Vec<Path>,
    queue: Queue,
    buffers: Buffers,
    random: Random,
    epoll: Epoll,
    alarm: Alarm,
    started: Instant,
    counters: Arc<Counters>,
    lateness: Arc<Histogram>,
}

struct Site {
    tun: File,
    up: Line,
    down: Line,
}

struct Path {
    delay: Nanos,
    /// Whether packets pass at once, so that none ever waits.
    open: bool,
}

impl Router {
    pub(super) fn new(
        plan: &Plan,
        lines: Vec<File>,
        epoll: Epoll,
        tasks: Tasks,
        counters: Arc<Counters>,
        lateness: Arc<Histogram>,
    ) -> Self {
        let sites: Vec<Site> = lines
            .into_iter()
            .zip(&plan.sites)
            .map(|(tun, site)| Site {
                tun,
                up: Line::new(&site.access),
                down: Line::new(&site.access),
            })
            .collect();
        let mut paths = Vec::with_capacity(sites.len() * sites.len());
        for (from, delays) in sites.iter().zip(&plan.delays) {
            for (to, delay) in sites.iter().zip(delays) {
                let open = delay.is_zero() && from.up.is_clear() && to.down.is_clear();
                paths.push(Path {
                    delay: nanos(*delay),
                    open,
                });
            }
        }
        Self {
            tasks,
            ended: false,
            sites,
            borders: Borders::new(plan),
            paths,
            queue: Queue::default(),
            buffers: Buffers::default(),
            random: Random::new(plan.seed),
            epoll,
            alarm: Alarm::default(),
            started: Instant::now(),
            counters,
            lateness,
        }
    }

    pub(super) fn run(mut self) -> io::Result<()> {
        let mut ready = Ready::new();
        let mut scratch = vec![0; LONGEST];
        while !self.ended {
            let alarm = self.handle_due();
            let asleep = self.now();
            let patience = alarm.map(|alarm| Duration::from_nanos(alarm.saturating_sub(asleep)));
            self.epoll.wait(&mut ready, patience)?;
            let awake = self.now();
            if ready.is_empty()
                && let Some(alarm) = alarm
            {
                self.alarm.rang(alarm, asleep, awake);
            }
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

    fn do_tasks(&mut self) {
        self.tasks.answer();
        while let Some(task) = self.tasks.next() {
            task(self);
        }
    }

    fn now(&self) -> Nanos {
        nanos(self.started.elapsed())
    }

    /// Does what is due; when to wake for more.
    fn handle_due(&mut self) -> Option<Nanos> {
        loop {
            let now = self.now();
            let Some(waiting) = self.queue.pop_due(self.alarm.due_until(now)) else {
                return self.queue.next_due().map(|due| self.alarm.set_for(due));
            };
            match waiting.stage {
                Stage::Arrive => self.arrive(waiting),
                Stage::Deliver => {
                    self.lateness.count(now.saturating_sub(waiting.due));
                    let mut packet = waiting.packet;
                    self.deliver(waiting.from, waiting.to, now, &mut packet);
                    self.buffers.reuse(packet);
                }
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

    /// Lets a packet, which came at this time, out of its site.
    fn depart(&mut self, from: usize, came: Nanos, packet: &mut [u8]) {
        match self.borders.depart(from, packet, came) {
            Departure::To(to) => self.send(from, to, came, packet),
            Departure::Back => {
                self.hand_over(from, packet);
            }
            Departure::Drop(why) => self.drop_for(why),
        }
    }

    /// Sends a packet, which came at this time, on its way.
    fn send(&mut self, from: usize, to: usize, came: Nanos, packet: &mut [u8]) {
        let at = from * self.sites.len() + to;
        if self.paths.get(at).is_some_and(|path| path.open) {
            self.deliver(from, to, came, packet);
            return;
        }
        if self.queue.is_full() {
            self.counters.overflowed.fetch_add(1, Relaxed);
            return;
        }
        let bytes = packet::on_wire(packet).bytes;
        let Some(site) = self.sites.get_mut(from) else {
            return;
        };
        let outcome = site.up.send(came, bytes, &mut self.random);
        let (Some(sent), Some(path)) = (self.through(outcome), self.paths.get(at)) else {
            return;
        };
        let due = sent.saturating_add(path.delay);
        let clear = self.sites.get(to).is_some_and(|site| site.down.is_clear());
        let stage = if clear { Stage::Deliver } else { Stage::Arrive };
        let packet = self.buffers.keep(packet);
        self.queue.push(due, stage, from, to, packet);
    }

    /// A packet has come to the line of its destination.
    fn arrive(&mut self, waiting: Waiting) {
        let bytes = packet::on_wire(&waiting.packet).bytes;
        let Some(site) = self.sites.get_mut(waiting.to) else {
            return;
        };
        let outcome = site.down.send(waiting.due, bytes, &mut self.random);
        match self.through(outcome) {
            Some(due) => self.queue.push(
                due,
                Stage::Deliver,
                waiting.from,
                waiting.to,
                waiting.packet,
            ),
            None => self.buffers.reuse(waiting.packet),
        }
    }

    fn through(&self, outcome: Outcome) -> Option<Nanos> {
        match outcome {
            Outcome::Through(at) => return Some(at),
            Outcome::Lost => self.counters.lost.fetch_add(1, Relaxed),
            Outcome::Overflowed => self.counters.overflowed.fetch_add(1, Relaxed),
        };
        None
    }

    /// Lets a packet into the site that it has come to.
    fn deliver(&mut self, from: usize, to: usize, now: Nanos, packet: &mut [u8]) {
        match self.borders.arrive(to, packet, now) {
            Arrival::Enter => {
                if self.hand_over(to, packet) {
                    self.counters.passed(from, to, packet::on_wire(packet));
                }
            }
            Arrival::Answer => {
                self.counters.passed(from, to, packet::on_wire(packet));
                self.send(to, from, now, packet);
            }
            Arrival::Drop(why) => self.drop_for(why),
        }
    }

    /// Writes a packet to a site's line; whether the site's router has taken it.
    fn hand_over(&self, to: usize, packet: &[u8]) -> bool {
        let Some(site) = self.sites.get(to) else {
            return false;
        };
        let taken = (&site.tun).write(packet).is_ok();
        if !taken {
            self.counters.refused.fetch_add(1, Relaxed);
        }
        taken
    }

    fn drop_for(&self, why: Why) {
        let counter = match why {
            Why::Unroutable => &self.counters.unroutable,
            Why::Filtered => &self.counters.filtered,
            Why::LinkLocal => return,
        };
        counter.fetch_add(1, Relaxed);
    }
}

fn nanos(duration: Duration) -> Nanos {
    u64::try_from(duration.as_nanos()).unwrap_or(Nanos::MAX)
}
