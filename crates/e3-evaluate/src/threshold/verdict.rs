//! Whether thresholds are kept.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Limit, Statistic, Threshold};
use crate::finding::{Cell, Figure, SCHEMA};
use crate::plan::{Plan, Way};
use crate::statistics::{CONFIDENCE, Interval};
use crate::tables::{Row, Table, Tables, shown};

/// How far an interval that contains the bound may reach from its median, relative to it. One that is wider would let pass
/// whatever is measured.
const WIDEST: f64 = 0.25;

/// Whether one threshold is kept by one cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// [`SCHEMA`].
    pub schema: String,
    /// The threshold.
    pub threshold: Threshold,
    /// The cell; none where the threshold is about none that was to be measured.
    pub cell: Option<Cell>,
    /// Which figure; none of an overhead, which is of two.
    pub figure: Option<Figure>,
    /// What it is.
    pub value: Option<f64>,
    /// Where it would be if it were measured again.
    pub interval: Option<Interval>,
    /// Whether it keeps to it.
    pub held: Held,
}

/// Whether a threshold is kept: what the interval says, not the median alone, which half of the time is beyond where it lay
/// before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Held {
    /// The whole interval keeps to it.
    Held,
    /// The bound lies in the interval: it may be kept or not, and this measurement cannot tell.
    Undecided,
    /// All of the interval is beyond it.
    Broken,
    /// The interval is too wide, or of too few rounds, to say anything.
    TooUncertain,
    /// Nothing was measured of it.
    NotMeasured,
}

impl Held {
    /// All, the good first.
    pub const ALL: [Self; 5] = [
        Self::Held,
        Self::Undecided,
        Self::Broken,
        Self::TooUncertain,
        Self::NotMeasured,
    ];

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Undecided => "undecided, since its interval contains the limit",
            Self::Broken => "broken",
            Self::TooUncertain => "too uncertain",
            Self::NotMeasured => "not measured",
        }
    }

    /// Whether a command fails for it. What was not measured, or not well, is not held either: a threshold that says nothing
    /// would keep nobody honest, and a way that does not come up would keep to all of them.
    pub fn fails(self) -> bool {
        !matches!(self, Self::Held | Self::Undecided)
    }

    fn of(limit: &Limit, value: f64, interval: Option<Interval>) -> Self {
        let Some(interval) = interval else {
            return Self::TooUncertain;
        };
        let reach = (interval.high - value).max(value - interval.low);
        match limit.is_kept_by_all(interval) {
            // However few rounds there are, not one was as it should be.
            Some(false) => Self::Broken,
            _ if interval.confidence < CONFIDENCE => Self::TooUncertain,
            Some(true) => Self::Held,
            None if reach <= WIDEST * value => Self::Undecided,
            None => Self::TooUncertain,
        }
    }
}

/// A verdict for each threshold and each cell of the plan that it is about.
pub fn judge(plan: &Plan, tables: &Tables) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for threshold in &plan.thresholds {
        let before = verdicts.len();
        for bench in &plan.benches {
            let table = tables.tables.iter().find(|table| table.work == bench.work);
            let cells = bench.ways.iter().map(|way| (bench.work.by(way), way));
            let cells = cells.filter(|(cell, _)| threshold.is_about(cell));
            verdicts.extend(cells.map(|(cell, way)| of_cell(threshold, cell, way, table)));
        }
        if verdicts.len() == before {
            verdicts.push(Verdict {
                schema: SCHEMA.to_owned(),
                threshold: threshold.clone(),
                cell: None,
                figure: threshold.figure,
                value: None,
                interval: None,
                held: Held::NotMeasured,
            });
        }
    }
    verdicts
}

fn of_cell(threshold: &Threshold, cell: Cell, way: &Way, table: Option<&Table>) -> Verdict {
    let figure = threshold.figure_of(&cell);
    let row = table.and_then(|table| table.row(way));
    let found = row.and_then(|row| looked_at(row, figure, threshold.statistic));
    Verdict {
        schema: SCHEMA.to_owned(),
        threshold: threshold.clone(),
        cell: Some(cell),
        figure: (threshold.statistic != Statistic::Overhead).then_some(figure),
        value: found.map(|(value, _)| value),
        interval: found.and_then(|(_, interval)| interval),
        held: found.map_or(Held::NotMeasured, |(value, interval)| {
            Held::of(&threshold.limit, value, interval)
        }),
    }
}

/// The value that a threshold is about, and its interval.
fn looked_at(row: &Row, figure: Figure, statistic: Statistic) -> Option<(f64, Option<Interval>)> {
    let found = row.figures.get(&figure);
    let of_ratio = |ratio: crate::statistics::Ratio| (ratio.median, ratio.interval);
    match statistic {
        Statistic::Ratio => found?.ratio.map(of_ratio),
        Statistic::Median => found.map(|found| (found.spread.median, found.interval)),
        Statistic::Overhead => row.overhead.map(of_ratio),
    }
}

impl Verdict {
    /// Whether a command fails for it.
    pub fn fails(&self) -> bool {
        self.held.fails()
    }

    /// What was measured, with its interval: `1.184, 1.162–1.209`; none where nothing was.
    pub fn measured(&self) -> Option<String> {
        let shown = |value: f64| match (self.figure, self.threshold.statistic) {
            (Some(figure), Statistic::Median) => shown(figure, value),
            _ => format!("{value:.3}"),
        };
        let value = shown(self.value?);
        Some(match self.interval {
            Some(Interval { low, high, .. }) => format!("{value}, {}–{}", shown(low), shown(high)),
            None => value,
        })
    }
}

/// `quic.lan.secret_santa.ratio < 1.25: held (1.184, 1.162–1.209; quic.pinned.lan.secret-santa.small.3)`.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Threshold { name, limit, .. } = &self.threshold;
        write!(f, "{name} {limit}: {}", self.held.name())?;
        let cell = self.cell.as_ref().map(ToString::to_string);
        let more: Vec<String> = self.measured().into_iter().chain(cell).collect();
        if more.is_empty() {
            return Ok(());
        }
        write!(f, " ({})", more.join("; "))
    }
}
