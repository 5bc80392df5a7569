//! What the wide-area router shows of the packets that it routes.

use super::now;
use super::tap::{Tap, Way};

/// The points at which somebody looks; mostly none.
#[derive(Debug, Default)]
pub(crate) struct Taps {
    placed: Vec<Placed>,
    next: u64,
}

/// A tap at a point.
#[derive(Debug)]
struct Placed {
    number: u64,
    spot: Spot,
    tap: Tap,
}

/// A point of the wide area, with sites by their index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spot {
    /// Outside a site.
    Outside(usize),
    /// Everything.
    All,
    /// What two sites say to one another.
    Between(usize, usize),
}

impl Taps {
    /// Shows what passes a point from now on; the number by which that is ended.
    pub(super) fn place(&mut self, spot: Spot, tap: Tap) -> u64 {
        let number = self.next;
        self.next += 1;
        self.placed.push(Placed { number, spot, tap });
        number
    }

    /// Shows it no more.
    pub(super) fn remove(&mut self, numbers: &[u64]) {
        self.placed
            .retain(|placed| !numbers.contains(&placed.number));
    }

    /// A packet leaves a site, for another if its address is one's.
    pub(crate) fn depart(&self, from: usize, to: Option<usize>, packet: &[u8]) {
        self.show(packet, |spot| match spot {
            Spot::Outside(site) => (site == from).then_some(Way::Out),
            Spot::All => Some(Way::Past),
            Spot::Between(a, b) => to
                .is_some_and(|to| (a, b) == (from, to) || (b, a) == (from, to))
                .then_some(Way::Past),
        });
    }

    /// A packet has come to a site.
    pub(crate) fn arrive(&self, at: usize, packet: &[u8]) {
        self.show(packet, |spot| {
            (spot == Spot::Outside(at)).then_some(Way::In)
        });
    }

    fn show(&self, packet: &[u8], way: impl Fn(Spot) -> Option<Way>) {
        if self.placed.is_empty() {
            return;
        }
        let at = now();
        for placed in &self.placed {
            if let Some(way) = way(placed.spot) {
                placed.tap.see(at, way, packet);
            }
        }
    }
}
