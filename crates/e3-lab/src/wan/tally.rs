//! What has been counted for each pair of sites.
//!
//! A lab of 600 sites has 360,000 ordered pairs, most of which never hear of each other: only those that do take more
//! than four bytes, and only they are looked at when somebody asks.

use super::packet::OnWire;
use super::traffic::{Counted, Pair, Why};

/// The counts of all pairs.
#[derive(Debug)]
pub(super) struct Tally {
    sites: usize,
    /// For every pair where its counts stand, counted from one; zero where there are none.
    places: Vec<u32>,
    pairs: Vec<(usize, Pair)>,
}

impl Tally {
    /// Nothing counted between so many sites.
    pub(super) fn new(sites: usize) -> Self {
        Self {
            sites,
            places: vec![0; sites * sites],
            pairs: Vec::new(),
        }
    }

    /// Something has arrived. Pairs are told by their number: row by row.
    pub(super) fn passed(&mut self, pair: usize, wire: OnWire) {
        self.count(pair, |counts| counts.passed(wire));
    }

    /// A path has made a copy.
    pub(super) fn copied(&mut self, pair: usize) {
        self.count(pair, |counts| counts.copies += 1);
    }

    /// So many packets have not arrived.
    pub(super) fn dropped(&mut self, pair: usize, why: Why, packets: u64) {
        self.count(pair, |counts| counts.dropped(why, packets));
    }

    fn count(&mut self, pair: usize, count: impl FnOnce(&mut Pair)) {
        let Some(place) = self.places.get_mut(pair) else {
            return;
        };
        if *place == 0 {
            self.pairs.push((pair, Pair::default()));
            *place = u32::try_from(self.pairs.len()).unwrap_or(0);
        }
        if let Some((_, counts)) = self.pairs.get_mut((*place as usize).wrapping_sub(1)) {
            count(counts);
        }
    }

    /// What has been counted for one pair.
    pub(super) fn of(&self, pair: usize) -> Option<Pair> {
        let place = *self.places.get(pair)? as usize;
        let counted = self.pairs.get(place.wrapping_sub(1));
        Some(counted.map_or_else(Pair::default, |(_, counts)| *counts))
    }

    /// All that has been counted, row by row.
    pub(super) fn all(&self) -> Counted {
        let sites = self.sites.max(1);
        let pairs = self.pairs.iter();
        let mut pairs: Vec<_> = pairs
            .map(|(pair, counts)| (pair / sites, pair % sites, *counts))
            .collect();
        pairs.sort_unstable_by_key(|(from, to, _)| (*from, *to));
        Counted {
            pairs,
            ..Counted::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_counted_is_there() {
        let mut tally = Tally::new(3);
        for pair in [5, 1, 5] {
            tally.copied(pair);
        }
        tally.copied(9);
        let copies = |pair| tally.of(pair).map(|counts| counts.copies);
        assert_eq!(
            (copies(5), copies(1), copies(0), copies(9)),
            (Some(2), Some(1), Some(0), None)
        );
        let all: Vec<_> = tally
            .all()
            .pairs
            .iter()
            .map(|(from, to, _)| (*from, *to))
            .collect();
        assert_eq!(all, [(0, 1), (1, 2)]);
    }
}
