//! The way of a packet: out of its site, over the sender's line, the path and the receiver's line, into another site.

use std::io::Write;

use super::cut::Cutter;
use super::line::Outcome;
use super::packet;
use super::path::{Passage, Path};
use super::queue::{Nanos, Stage, Waiting, Way};
use super::router::Router;
use super::traffic::Why;
use super::unreachable;
use crate::border::{self, Arrival, Departure};

impl Router {
    /// Lets a packet, which came at this time, out of its site.
    pub(super) fn depart(&mut self, from: usize, came: Nanos, packet: &mut [u8]) {
        match self.borders.depart(from, packet, came) {
            Departure::To(to) => {
                self.taps.depart(from, Some(to), packet);
                self.send(from, to, came, packet);
            }
            Departure::Back => {
                self.write(from, packet);
            }
            Departure::Drop(border::Why::Unroutable) => {
                self.taps.depart(from, None, packet);
                self.refuse(from, came, packet);
            }
            Departure::Drop(border::Why::Filtered) => {
                self.kept_in += packet::on_wire(packet).packets;
            }
            Departure::Drop(border::Why::LinkLocal) => {}
        }
    }

    /// Sends a packet on its way to another site.
    fn send(&mut self, from: usize, to: usize, came: Nanos, packet: &mut [u8]) {
        if self.hands.reach(from, to) {
            return self.hand_on(from, to, came, packet);
        }
        let mut buffer = std::mem::take(&mut self.cut);
        if self.counts_packets(from, to)
            && let Some(mut cutter) = Cutter::new(packet, &mut buffer)
        {
            while let Some(part) = cutter.next() {
                self.travel(from, to, came, part);
            }
        } else {
            self.travel(from, to, came, packet);
        }
        self.cut = buffer;
    }

    /// Tells a sender that nobody has the address.
    fn refuse(&mut self, from: usize, now: Nanos, packet: &[u8]) {
        self.unroutable += packet::on_wire(packet).packets;
        let allowed = self
            .sites
            .get_mut(from)
            .is_some_and(|site| site.answers.take(now));
        if allowed && let Some(mut answer) = unreachable::answer(packet) {
            self.taps.arrive(from, &answer);
            if self.borders.arrive(from, &mut answer, now) == Arrival::Enter {
                self.write(from, &answer);
            }
        }
    }

    /// Whether some line or path on the way does something to packets one by one.
    fn counts_packets(&self, from: usize, to: usize) -> bool {
        let (up, down) = (self.sites.get(from), self.sites.get(to));
        let path = self.paths.get(self.pair(from, to));
        path.is_some_and(Path::counts_packets)
            || up.is_some_and(|site| site.up.counts_packets())
            || down.is_some_and(|site| site.down.counts_packets())
    }

    /// Where the path between two sites stands.
    pub(super) fn pair(&self, from: usize, to: usize) -> usize {
        from * self.sites.len() + to
    }

    /// Sends a packet over the sender's line and the path.
    pub(super) fn travel(&mut self, from: usize, to: usize, came: Nanos, packet: &mut [u8]) {
        let pair = self.pair(from, to);
        let last_is_clear = self.sites.get(to).is_some_and(|site| site.down.is_clear());
        let sender = self.sites.get_mut(from);
        let (Some(sender), Some(path)) = (sender, self.paths.get_mut(pair)) else {
            return;
        };
        if last_is_clear && sender.up.is_clear() && path.is_open() {
            self.deliver(from, to, came, packet);
            return;
        }
        let wire = packet::on_wire(packet);
        if self.queue.is_full() {
            self.tally.dropped(pair, Why::Overflowed, wire.packets);
            return;
        }
        let mut chance = path.draw();
        // Set aside before it is known how much the lines before it draw, which depends on what is declared for them.
        let mut chance_of_last = chance.fork();
        let passage = match sender.up.send(came, wire.bytes, &mut chance) {
            Outcome::Through(sent) => path.send(sent, wire.bytes, &mut chance),
            Outcome::Lost => Passage::Lost,
            Outcome::Overflowed => Passage::Overflowed,
        };
        let (at, twice) = match passage {
            Passage::Arrives { at, twice } => (at, twice),
            Passage::Lost => return self.tally.dropped(pair, Why::Lost, wire.packets),
            Passage::Overflowed => return self.tally.dropped(pair, Why::Overflowed, wire.packets),
            Passage::Down => return self.tally.dropped(pair, Why::Down, wire.packets),
        };
        if twice {
            self.tally.copied(pair);
        }
        let copies = if twice { 2 } else { 1 };
        path.waiting += copies;
        let epoch = path.epoch;
        for _ in 0..copies {
            let way = Way {
                from,
                to,
                stage: Stage::Arrive,
                chance: chance_of_last.fork(),
                epoch,
            };
            self.queue.push(at, way, self.buffers.keep(packet));
        }
    }

    /// A packet has come through the path to the line of its destination.
    pub(super) fn arrive(&mut self, waiting: Waiting, now: Nanos) {
        let (from, to) = (waiting.way.from, waiting.way.to);
        let pair = self.pair(from, to);
        let (Some(path), Some(site)) = (self.paths.get_mut(pair), self.sites.get_mut(to)) else {
            return;
        };
        if path.epoch != waiting.way.epoch {
            let packets = packet::on_wire(&waiting.packet).packets;
            self.tally.dropped(pair, Why::Down, packets);
            path.waiting -= 1;
            self.buffers.reuse(waiting.packet);
        } else if site.down.is_clear() && site.down.is_idle(waiting.due) {
            self.hand_over(waiting, now);
        } else {
            self.over_the_last_line(waiting);
        }
    }

    fn over_the_last_line(&mut self, waiting: Waiting) {
        let mut buffer = std::mem::take(&mut self.cut);
        let counts = self
            .sites
            .get(waiting.way.to)
            .is_some_and(|site| site.down.counts_packets());
        // The line may have become one that counts while the packet was on its way.
        if counts && let Some(mut cutter) = Cutter::new(&waiting.packet, &mut buffer) {
            while let Some(part) = cutter.next() {
                self.enter_last_line(&waiting, part);
            }
        } else {
            self.enter_last_line(&waiting, &waiting.packet);
        }
        self.cut = buffer;
        let pair = self.pair(waiting.way.from, waiting.way.to);
        if let Some(path) = self.paths.get_mut(pair) {
            path.waiting -= 1;
        }
        self.buffers.reuse(waiting.packet);
    }

    fn enter_last_line(&mut self, waiting: &Waiting, packet: &[u8]) {
        let mut way = waiting.way.clone();
        let pair = self.pair(way.from, way.to);
        let (Some(path), Some(site)) = (self.paths.get_mut(pair), self.sites.get_mut(way.to))
        else {
            return;
        };
        let wire = packet::on_wire(packet);
        let due = match site.down.send(waiting.due, wire.bytes, &mut way.chance) {
            Outcome::Through(due) => due,
            Outcome::Lost => return self.tally.dropped(pair, Why::Lost, wire.packets),
            Outcome::Overflowed => return self.tally.dropped(pair, Why::Overflowed, wire.packets),
        };
        path.waiting += 1;
        way.stage = Stage::Deliver;
        self.queue.push(due, way, self.buffers.keep(packet));
    }

    /// Hands a packet that has waited over to its site.
    pub(super) fn hand_over(&mut self, mut waiting: Waiting, now: Nanos) {
        let (from, to) = (waiting.way.from, waiting.way.to);
        self.lateness.packet(now.saturating_sub(waiting.due));
        self.moved = now;
        self.deliver(from, to, now, &mut waiting.packet);
        let pair = self.pair(from, to);
        if let Some(path) = self.paths.get_mut(pair) {
            path.waiting -= 1;
        }
        self.buffers.reuse(waiting.packet);
    }

    /// Lets a packet into the site that it has come to.
    fn deliver(&mut self, from: usize, to: usize, now: Nanos, packet: &mut [u8]) {
        self.taps.arrive(to, packet);
        let arrival = self.borders.arrive(to, packet, now);
        let wire = packet::on_wire(packet);
        let why = match arrival {
            Arrival::Enter if self.write(to, packet) => None,
            Arrival::Enter => Some(Why::Refused),
            Arrival::Answer => None,
            Arrival::Drop(_) => Some(Why::Filtered),
        };
        let pair = self.pair(from, to);
        match why {
            None => self.tally.passed(pair, wire),
            Some(why) => self.tally.dropped(pair, why, wire.packets),
        }
        if arrival == Arrival::Answer {
            self.taps.depart(to, Some(from), packet);
            self.send(to, from, now, packet);
        }
    }

    /// Gives a packet to a site's router; whether it has taken it.
    fn write(&self, to: usize, packet: &[u8]) -> bool {
        let site = self.sites.get(to);
        site.is_some_and(|site| (&site.tun).write(packet).is_ok())
    }
}
