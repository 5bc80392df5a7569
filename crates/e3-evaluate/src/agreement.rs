//! Whether two comparisons found the same: the plainest test of what somebody else would find.
//!
//! The figure that a work is for is held against the same of the other comparison, as a ratio to the plain way: where the
//! intervals of both have something in common, they agree. Of two intervals of 95 % around one truth, few miss one another
//! (about one pair in 180, if both are of one width and normal); so what falls short of [`ENOUGH`] has other reasons than
//! chance.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::finding::{Cell, Figure};
use crate::statistics::Interval;
use crate::tables::Tables;

/// The least share of cells that has to agree.
pub const ENOUGH: f64 = 0.95;

/// What two comparisons have in common.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agreement {
    /// Cells that both have measured, in the order of the first.
    pub pairs: Vec<Pair>,
    /// Cells of which only one of them has an interval.
    pub alone: Vec<Cell>,
}

/// One cell of both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// Which.
    pub cell: Cell,
    /// The figure whose ratio it is.
    pub figure: Figure,
    /// What the first has found.
    pub first: Interval,
    /// What the second has.
    pub second: Interval,
}

impl Pair {
    /// Whether they have something in common.
    pub fn agrees(&self) -> bool {
        self.first.overlaps(&self.second)
    }
}

impl Agreement {
    /// Of the tables of two comparisons.
    pub fn of(first: &Tables, second: &Tables) -> Self {
        let (mine, others) = (intervals(first), intervals(second));
        let found: BTreeMap<&Cell, Interval> = others
            .iter()
            .map(|(cell, _, interval)| (cell, *interval))
            .collect();
        let mut pairs = Vec::new();
        let mut alone = Vec::new();
        for (cell, figure, first) in &mine {
            match found.get(cell) {
                Some(second) => pairs.push(Pair {
                    cell: cell.clone(),
                    figure: *figure,
                    first: *first,
                    second: *second,
                }),
                None => alone.push(cell.clone()),
            }
        }
        let lacks = |cell: &Cell| !mine.iter().any(|(other, ..)| other == cell);
        let theirs = others.into_iter().map(|(cell, ..)| cell);
        alone.extend(theirs.filter(lacks));
        Self { pairs, alone }
    }

    /// Which share of the cells that both have agrees; none where there is no such cell.
    pub fn share(&self) -> Option<f64> {
        let agreeing = self.pairs.iter().filter(|pair| pair.agrees()).count();
        let of = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        (!self.pairs.is_empty()).then(|| of(agreeing) / of(self.pairs.len()))
    }

    /// Whether they found the same.
    pub fn holds(&self) -> bool {
        self.share().is_some_and(|share| share >= ENOUGH)
    }
}

/// The interval of each cell but the plain way's own.
fn intervals(tables: &Tables) -> Vec<(Cell, Figure, Interval)> {
    let of_table = |table: &crate::tables::Table| -> Vec<_> {
        let others = table
            .rows
            .iter()
            .filter(|row| table.base.as_ref() != Some(&row.way));
        others
            .filter_map(|row| {
                let interval = row.figures.get(&table.main)?.ratio?.interval?;
                Some((table.work.by(&row.way), table.main, interval))
            })
            .collect()
    };
    tables.tables.iter().flat_map(of_table).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Bench, Goal, Way, Work};
    use crate::statistics::Draw;
    use crate::testing::{plan_of, rounds};

    /// A comparison of so many works, in which quic takes as much as `ratio` says of each.
    fn tables(works: u16, seed: u64, ratio: impl Fn(u16) -> f64) -> Tables {
        let mut noise = Draw::new(seed, "noise");
        let mut times = |by: f64| -> Vec<f64> {
            let mut one = || {
                let thousandths = u32::try_from(noise.below(60)).unwrap();
                by * (0.97 + f64::from(thousandths) / 1000.0)
            };
            (0..12).map(|_| one()).collect()
        };
        let mut benches = Vec::new();
        let mut done = Vec::new();
        for parties in 1..=works {
            let work = Work::new("lan", "secret-santa", "small", parties);
            let (direct, again) = (times(1.0), times(1.0));
            let quic = times(ratio(parties));
            let ways = [
                ("direct", &direct[..]),
                ("direct-again", &again[..]),
                ("quic", &quic[..]),
            ];
            done.extend(rounds(&work, Figure::Program, &ways));
            benches.push(Bench {
                work,
                ways: ways
                    .map(|(overlay, _)| Way::new(overlay, "pinned"))
                    .to_vec(),
                goal: Goal::default(),
            });
        }
        Tables::of(&plan_of(benches), &done)
    }

    #[test]
    fn two_runs_of_the_same_agree() {
        let (first, second) = (tables(20, 1, |_| 1.2), tables(20, 2, |_| 1.2));
        let agreement = Agreement::of(&first, &second);
        assert_eq!(agreement.pairs.len(), 40, "the plain way is no cell");
        assert!(agreement.alone.is_empty());
        assert!(agreement.holds(), "{:?}", agreement.share());
        assert_eq!(Agreement::of(&first, &first).share(), Some(1.0));
    }

    #[test]
    fn what_changed_is_named() {
        let changed = |parties: u16| if parties <= 4 { 1.5 } else { 1.2 };
        let agreement = Agreement::of(&tables(20, 1, |_| 1.2), &tables(20, 2, changed));
        let missed: Vec<String> = agreement
            .pairs
            .iter()
            .filter(|pair| !pair.agrees())
            .map(|pair| pair.cell.to_string())
            .collect();
        for parties in 1..=4 {
            let cell = format!("quic.pinned.lan.secret-santa.small.{parties}");
            assert!(missed.contains(&cell), "{missed:?}");
        }
        assert!(!agreement.holds(), "{:?}", agreement.share());
    }

    #[test]
    fn what_one_has_not_measured_is_not_counted() {
        let agreement = Agreement::of(&tables(3, 1, |_| 1.2), &tables(2, 2, |_| 1.2));
        assert_eq!(agreement.pairs.len(), 4);
        let alone: Vec<String> = agreement.alone.iter().map(ToString::to_string).collect();
        assert_eq!(
            alone,
            [
                "direct-again.pinned.lan.secret-santa.small.3",
                "quic.pinned.lan.secret-santa.small.3"
            ]
        );
        let nothing = Agreement::of(&tables(1, 1, |_| 1.2), &tables(0, 1, |_| 1.2));
        assert_eq!(nothing.share(), None);
        assert!(!nothing.holds());
    }
}
