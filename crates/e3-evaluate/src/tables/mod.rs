//! What follows from measurements: a table for each work, with every way's figures and their ratios to the plain one.
//!
//! The same [`Tables`] are written for people (Markdown), for spreadsheets (CSV: a line for each way and figure) and for
//! programs (JSON).

mod csv;
mod markdown;
mod row;
mod trips;
mod units;

use serde::{Deserialize, Serialize};

pub(crate) use row::ratio_of;
pub use row::{Found, Row};
pub use trips::{Collected, Pair, SHARES, Share, Trips};
pub use units::shown;

use crate::finding::{Figure, Measurement, SCHEMA};
use crate::plan::words::{BASE, CONTROL};
use crate::plan::{Bench, End, Next, Plan, Way, Work};
use crate::statistics::{CONFIDENCE, Interval};

/// The tables of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tables {
    /// [`SCHEMA`].
    pub schema: String,
    /// The suite.
    pub suite: String,
    /// What was drawn from.
    pub seed: u64,
    /// One a work, in the order of the plan; those that nothing was measured of are not there.
    pub tables: Vec<Table>,
}

/// What was measured of one work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// The work.
    pub work: Work,
    /// The figure that it is for.
    pub main: Figure,
    /// What ratios are to; none where nothing can be.
    pub base: Option<Way>,
    /// Rounds that count and have been begun.
    pub rounds: u32,
    /// Why it ended; none where it has not.
    pub end: Option<End>,
    /// Whether the machine was fit to tell ways apart.
    pub fitness: Fitness,
    /// One a way, in the order of the plan.
    pub rows: Vec<Row>,
    /// What else should be known.
    pub notes: Vec<String>,
}

/// Whether the machine was fit: the plain way against itself.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "fitness", content = "interval")]
pub enum Fitness {
    /// The control's interval contains 1.
    Fit(Interval),
    /// It does not: whatever differs here by as much may be the machine's doing.
    Unfit(Interval),
    /// There was no control, or too few rounds of it.
    Unknown,
}

impl Tables {
    /// Of a plan and what was measured of it.
    pub fn of(plan: &Plan, measurements: &[Measurement]) -> Self {
        let mut tables: Vec<Table> = plan
            .benches
            .iter()
            .filter_map(|bench| Table::of(bench, plan.seed, measurements))
            .collect();
        if plan.own.as_ref().is_some_and(|own| own.has_routers) {
            for table in tables.iter_mut().filter(|table| table.work.is_own()) {
                table.notes.insert(0, WITHOUT_ROUTERS.to_owned());
            }
        }
        Self {
            schema: SCHEMA.to_owned(),
            suite: plan.suite.clone(),
            seed: plan.seed,
            tables,
        }
    }

    /// For people.
    pub fn markdown(&self) -> String {
        markdown::write(self)
    }

    /// For spreadsheets.
    pub fn csv(&self) -> String {
        csv::write(self)
    }
}

impl Table {
    /// Of a bench; none where nothing was measured.
    pub fn of(bench: &Bench, seed: u64, measurements: &[Measurement]) -> Option<Self> {
        let mine: Vec<&Measurement> = measurements
            .iter()
            .filter(|one| Work::of(&one.cell) == bench.work)
            .collect();
        if mine.is_empty() {
            return None;
        }
        let main = bench.work.main_figure();
        let base = bench.base();
        let rows: Vec<Row> = bench
            .ways
            .iter()
            .map(|way| Row::of(way, bench.base_of(way), &mine))
            .collect();
        let counted = mine.iter().filter(|one| !one.warm_up);
        let rounds: std::collections::BTreeSet<u32> = counted.map(|one| one.round).collect();
        Some(Self {
            work: bench.work.clone(),
            main,
            base: base.cloned(),
            rounds: u32::try_from(rounds.len()).unwrap_or(u32::MAX),
            end: match bench.next(seed, measurements) {
                Next::Done(end) => Some(end),
                Next::Run(_) => None,
            },
            fitness: Fitness::of(&rows, main),
            notes: notes(bench, &rows),
            rows,
        })
    }

    /// The row of a way.
    pub fn row(&self, way: &Way) -> Option<&Row> {
        self.rows.iter().find(|row| row.way == *way)
    }
}

impl Fitness {
    fn of(rows: &[Row], main: Figure) -> Self {
        let control = rows.iter().find(|row| row.way.overlay == CONTROL);
        let found = control.and_then(|row| row.figures.get(&main));
        match found.and_then(|found| found.ratio?.interval) {
            // What promises less than 95 % is no reason to condemn a machine, nor to trust it.
            Some(interval) if interval.confidence < CONFIDENCE => Self::Unknown,
            Some(interval) if interval.contains(1.0) => Self::Fit(interval),
            Some(interval) => Self::Unfit(interval),
            None => Self::Unknown,
        }
    }
}

/// What is to be known wherever there are home routers.
const WITHOUT_ROUTERS: &str =
    "direct is measured without the home routers, which nothing plain gets through";

/// What should be known of rows that their figures do not tell.
fn notes(bench: &Bench, rows: &[Row]) -> Vec<String> {
    let mut notes = Vec::new();
    if bench.work.network == "nat" && bench.ways.iter().any(|way| way.overlay == BASE) {
        notes.push(WITHOUT_ROUTERS.to_owned());
    }
    for way in &bench.ways {
        let base = bench.base_of(way);
        if let Some(base) = base.filter(|base| base.identity != way.identity) {
            let identity = &way.identity;
            notes.push(format!(
                "{way} is divided by {base}: {} was not measured with identity {identity}",
                base.overlay
            ));
        }
    }
    for row in rows {
        let way = &row.way;
        if let Some(failure) = &row.failure {
            notes.push(format!("{way} failed {} times: {failure}", row.failures));
        }
    }
    let runs: usize = rows.iter().map(|row| row.rounds).sum();
    let distrusted: usize = rows.iter().map(|row| row.distrusted).sum();
    let why = rows.iter().find_map(|row| row.distrust.as_ref());
    if let Some(why) = why {
        notes.push(format!(
            "{distrusted} of {runs} runs should not be trusted, for example because {why}"
        ));
    }
    notes
}

#[cfg(test)]
mod tests;
