//! Those through whose hands packets pass between sites; mostly nobody.

use std::time::Duration;

use e3_sys::tun::HEADER;

use super::cut::{Cutter, complete_sum};
use super::packet;
use super::queue::Nanos;
use super::router::Router;
use super::traffic::Why;
use crate::adversary::{Deed, Fate, Passing};

/// All who stand somewhere.
#[derive(Default)]
pub(crate) struct Hands {
    placed: Vec<Placed>,
    next: u64,
}

struct Placed {
    number: u64,
    from: usize,
    to: usize,
    deed: Deed,
}

impl Hands {
    /// Somebody stands between two sites from now on; the number by which that is ended.
    pub(crate) fn place(&mut self, from: usize, to: usize, deed: Deed) -> u64 {
        let number = self.next;
        self.next += 1;
        self.placed.push(Placed {
            number,
            from,
            to,
            deed,
        });
        number
    }

    /// Nobody stands there any more.
    pub(crate) fn remove(&mut self, number: u64) {
        self.placed.retain(|placed| placed.number != number);
    }

    /// Whether somebody stands there.
    pub(super) fn reach(&self, from: usize, to: usize) -> bool {
        let there = |placed: &Placed| (placed.from, placed.to) == (from, to);
        // Mostly there is nobody to ask.
        !self.placed.is_empty() && self.placed.iter().any(there)
    }

    /// What becomes of a packet with its virtio header.
    fn meet(&mut self, from: usize, to: usize, at: Duration, packet: &mut [u8]) -> Fate {
        complete_sum(packet);
        let Some(packet) = packet.get_mut(HEADER..) else {
            return Fate::Pass;
        };
        let all = self.placed.iter_mut();
        let mut there = all.filter(|placed| (placed.from, placed.to) == (from, to));
        let taken = there.any(|placed| (placed.deed)(&mut Passing::new(packet, at)) == Fate::Take);
        if taken { Fate::Take } else { Fate::Pass }
    }
}

impl Router {
    /// Sends what a site has sent through the hands of those who stand there, packet by packet.
    pub(super) fn hand_on(&mut self, from: usize, to: usize, came: Nanos, piece: &mut [u8]) {
        let mut buffer = std::mem::take(&mut self.cut);
        if let Some(mut cutter) = Cutter::new(piece, &mut buffer) {
            while let Some(part) = cutter.next() {
                self.hand_on_one(from, to, came, part);
            }
        } else {
            self.hand_on_one(from, to, came, piece);
        }
        self.cut = buffer;
    }

    fn hand_on_one(&mut self, from: usize, to: usize, came: Nanos, packet: &mut [u8]) {
        match self
            .hands
            .meet(from, to, Duration::from_nanos(came), packet)
        {
            Fate::Pass => self.travel(from, to, came, packet),
            Fate::Take => {
                let pair = self.pair(from, to);
                let packets = packet::on_wire(packet).packets;
                self.tally.dropped(pair, Why::Lost, packets);
            }
        }
    }

    /// Sends a packet, as it would be on a wire, from one site to another, whoever has made it.
    pub(crate) fn slip_in(&mut self, from: usize, to: usize, packet: &[u8]) {
        let mut whole = vec![0; HEADER];
        whole.extend_from_slice(packet);
        let now = self.now();
        self.travel(from, to, now, &mut whole);
    }
}
