//! What follows from measurements, cell by cell.

use std::collections::{BTreeMap, BTreeSet};

use e3_evaluate::finding::{Cell, Figure, Measurement};
pub(crate) use e3_evaluate::plan::words::{BASE, CONTROL};
use e3_evaluate::statistics::{Interval, Ratio, Spread, outliers};
use e3_evaluate::tables::{Collected, Trips};
use e3_histogram::Mixed;

use crate::href::{Anchor, Relative};
use crate::read::Found;
use crate::words;

/// A cell in short.
#[derive(Debug)]
pub(crate) struct Sum {
    pub(crate) cell: Cell,
    /// Where the report tells it.
    pub(crate) anchor: Anchor,
    /// How many runs count.
    pub(crate) runs: usize,
    /// Runs that failed, by line, and why.
    pub(crate) failures: Vec<(usize, String)>,
    /// How many runs were said not to be trusted.
    pub(crate) distrusted: usize,
    pub(crate) figures: BTreeMap<Figure, Told>,
    /// Bytes on the wire by those that programs sent.
    pub(crate) overhead: Option<Told>,
    /// Round trips of the pairs that are farthest apart, in all rounds.
    pub(crate) round_trips: Option<Mixed>,
    /// How many pairs these are, and how many there are.
    pub(crate) pairs: (usize, usize),
    /// What shares of all pairs' round trips do not exceed, beside direct's.
    pub(crate) trips: Option<Trips>,
    /// How pairs were connected, over all runs.
    pub(crate) paths: BTreeMap<String, u32>,
    /// The folder of a run.
    pub(crate) run: Option<Relative>,
    /// The command of a run.
    pub(crate) command: Vec<String>,
}

/// One figure of a cell.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) spread: Spread,
    /// To `direct`, in the same rounds; none of `direct` itself, and where there is no such run.
    pub(crate) ratio: Option<Ratio>,
    /// How many runs are far from the others. They are in all figures nevertheless.
    pub(crate) outliers: usize,
}

/// What an interval has to promise before anything is told apart by it.
pub(crate) const CONFIDENCE: f64 = 0.95;

impl Told {
    /// The interval of its ratio; a ratio of one round is in an interval of its own.
    pub(crate) fn interval(&self) -> Option<Interval> {
        let ratio = self.ratio?;
        Some(ratio.interval.unwrap_or(Interval {
            low: ratio.median,
            high: ratio.median,
            confidence: 0.0,
        }))
    }
}

impl Sum {
    /// The figure by which its program is compared.
    pub(crate) fn main(&self) -> Option<&Told> {
        self.figures.get(&words::main_figure(&self.cell.program))
    }

    /// Whether the control has 1 in its interval; none where that cannot be told of so few rounds.
    pub(crate) fn contains_one(&self) -> Option<bool> {
        let interval = self.main()?.interval()?;
        (interval.confidence >= CONFIDENCE).then(|| interval.contains(1.0))
    }

    /// Whether a run in twenty has failed, or more.
    pub(crate) fn fails(&self) -> bool {
        self.failures.len() * 20 > self.runs + self.failures.len()
    }
}

/// All cells, in the order of tables: networks, programs, sizes, parties, overlays.
pub(crate) fn sums(measurements: &[Found<Measurement>]) -> Vec<Sum> {
    let mut cells: BTreeMap<&Cell, Vec<&Found<Measurement>>> = BTreeMap::new();
    for measured in measurements
        .iter()
        .filter(|measured| !measured.value.warm_up)
    {
        cells
            .entry(&measured.value.cell)
            .or_default()
            .push(measured);
    }
    let mut order: Vec<&Cell> = cells.keys().copied().collect();
    order.sort_by_cached_key(|cell| key(cell));
    order
        .into_iter()
        .enumerate()
        .map(|(index, cell)| {
            let base = base(cell, &cells);
            sum(cell, index, &cells[cell], base)
        })
        .collect()
}

/// Where a cell stands in tables.
pub(crate) fn key(cell: &Cell) -> impl Ord + use<> {
    let ranked = |word: &str| (words::rank(word), word.to_owned());
    (
        (
            ranked(&cell.network),
            ranked(&cell.program),
            ranked(&cell.size),
            cell.parties,
        ),
        (ranked(&cell.overlay), ranked(&cell.identity)),
    )
}

/// The runs of `direct` at the same work: with the same identity if there are any, which makes no difference to it.
fn base<'a>(
    cell: &Cell,
    cells: &'a BTreeMap<&Cell, Vec<&'a Found<Measurement>>>,
) -> &'a [&'a Found<Measurement>] {
    let same = cell.over(BASE);
    let any = || {
        cells
            .iter()
            .find(|(other, _)| {
                let other = Cell {
                    identity: cell.identity.clone(),
                    ..(**other).clone()
                };
                other == same
            })
            .map(|(_, runs)| runs)
    };
    cells.get(&same).or_else(any).map_or(&[], Vec::as_slice)
}

fn sum(
    cell: &Cell,
    index: usize,
    runs: &[&Found<Measurement>],
    base: &[&Found<Measurement>],
) -> Sum {
    let done: Vec<&Found<Measurement>> = runs
        .iter()
        .copied()
        .filter(|run| run.value.failure.is_none())
        .collect();
    let names: BTreeSet<Figure> = done
        .iter()
        .flat_map(|run| run.value.figures.keys().copied())
        .collect();
    let mut paths: BTreeMap<String, u32> = BTreeMap::new();
    for (path, count) in done.iter().flat_map(|run| &run.value.paths) {
        let sum = paths.entry(path.clone()).or_default();
        *sum = sum.saturating_add(*count);
    }
    let shown = done.last().or(runs.last());
    let told = |of: &dyn Fn(&Found<Measurement>) -> Option<f64>| {
        let told = told(of, &done, base)?;
        // Nothing is divided by itself.
        let ratio = told.ratio.filter(|_| cell.overlay != BASE);
        Some(Told { ratio, ..told })
    };
    let mine = rounds(&done);
    let plain = rounds(base);
    let trips = if cell.overlay == BASE {
        Trips::of(&mine, &Collected::default())
    } else {
        Trips::of(&mine, &plain)
    };
    // The same pairs for all overlays.
    let far = if plain.pairs() > 0 {
        plain.farthest()
    } else {
        mine.farthest()
    };
    Sum {
        cell: cell.clone(),
        anchor: Anchor::numbered("cell", index + 1),
        runs: done.len(),
        failures: runs
            .iter()
            .filter_map(|run| Some((run.line, run.value.failure.clone()?)))
            .collect(),
        distrusted: done
            .iter()
            .filter(|run| !run.value.distrust.is_empty())
            .count(),
        figures: names
            .into_iter()
            .filter_map(|figure| Some((figure, told(&|run| value(run, figure))?)))
            .collect(),
        overhead: told(&overhead),
        round_trips: mine.between(&far),
        pairs: (far.len(), mine.pairs()),
        trips,
        paths,
        run: shown.and_then(|run| Relative::of(run.value.run.as_deref()?)),
        command: shown
            .map(|run| run.value.command.clone())
            .unwrap_or_default(),
    }
}

/// What `of` gives of each run, and its ratio to the same of direct's in the same rounds.
fn told(
    of: &dyn Fn(&Found<Measurement>) -> Option<f64>,
    runs: &[&Found<Measurement>],
    base: &[&Found<Measurement>],
) -> Option<Told> {
    let values: Vec<f64> = runs.iter().filter_map(|run| of(run)).collect();
    let by_round: BTreeMap<u32, f64> = base
        .iter()
        .filter_map(|run| Some((run.value.round, of(run)?)))
        .collect();
    let pairs: Vec<(f64, f64)> = runs
        .iter()
        .filter_map(|run| Some((of(run)?, *by_round.get(&run.value.round)?)))
        .collect();
    Some(Told {
        spread: Spread::of(&values)?,
        ratio: Ratio::of_pairs(&pairs),
        outliers: outliers(&values).len(),
    })
}

/// What is no figure counts for nothing: a finding is a text that anybody may have written.
fn value(run: &Found<Measurement>, figure: Figure) -> Option<f64> {
    let value = *run.value.figures.get(&figure)?;
    (value.is_finite() && value >= 0.0).then_some(value)
}

/// Bytes on the wire by bytes of payload.
fn overhead(run: &Found<Measurement>) -> Option<f64> {
    let payload = value(run, Figure::Payload).filter(|payload| *payload > 0.0)?;
    Some(value(run, Figure::Wire)? / payload)
}

/// Their round trips.
fn rounds(runs: &[&Found<Measurement>]) -> Collected {
    Collected::of(runs.iter().map(|run| &run.value))
}
