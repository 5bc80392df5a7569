//! Whether thresholds are kept.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Statistic, Threshold};
use crate::finding::{Cell, Figure};
use crate::tables::{Tables, shown};

/// Whether one threshold is kept by one cell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The threshold.
    pub threshold: Threshold,
    /// The cell; none where the threshold matches none that was measured.
    pub cell: Option<Cell>,
    /// Which figure.
    pub figure: Option<Figure>,
    /// What it is.
    pub value: Option<f64>,
    /// Whether it keeps to it.
    pub kept: Kept,
}

/// Whether a threshold is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kept {
    /// It is.
    Yes,
    /// It is, but it might not be if it were measured again: the interval contains the bound.
    Barely,
    /// It is not.
    No,
    /// Nothing was measured of it, so that nobody knows.
    Unmeasured,
}

impl Verdict {
    /// Whether the command fails for it. What was not measured was not kept either: otherwise a way that does not come up
    /// would keep to everything.
    pub fn fails(&self) -> bool {
        matches!(self.kept, Kept::No | Kept::Unmeasured)
    }
}

/// A verdict for each threshold and cell that it matches.
pub fn judge(thresholds: &[Threshold], tables: &Tables) -> Vec<Verdict> {
    thresholds
        .iter()
        .flat_map(|threshold| {
            let found = of_one(threshold, tables);
            if found.is_empty() {
                return vec![Verdict {
                    threshold: threshold.clone(),
                    cell: None,
                    figure: threshold.figure,
                    value: None,
                    kept: Kept::Unmeasured,
                }];
            }
            found
        })
        .collect()
}

fn of_one(threshold: &Threshold, tables: &Tables) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for table in &tables.tables {
        let figure = threshold.figure.unwrap_or(table.main);
        for row in &table.rows {
            let cell = table.work.by(&row.way);
            if !threshold.cells.matches(&cell) {
                continue;
            }
            let found = row.figures.get(&figure);
            let (value, interval) = match threshold.statistic {
                Statistic::Ratio => {
                    let ratio = found.and_then(|found| found.ratio);
                    let interval = ratio.and_then(|ratio| ratio.interval);
                    (ratio.map(|ratio| ratio.median), interval)
                }
                Statistic::Median => (found.map(|found| found.spread.median), None),
            };
            let limit = &threshold.limit;
            let kept = match value {
                None => Kept::Unmeasured,
                Some(value) if !limit.is_kept_by(value) => Kept::No,
                Some(_) if interval.is_some_and(|one| one.contains(limit.bound)) => Kept::Barely,
                Some(_) => Kept::Yes,
            };
            verdicts.push(Verdict {
                threshold: threshold.clone(),
                cell: Some(cell),
                figure: Some(figure),
                value,
                kept,
            });
        }
    }
    verdicts
}

/// `quic.lan.secret_santa.ratio < 1.25: kept, 1.18 (quic.pinned.lan.secret-santa.small.3)`.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Threshold { name, limit, .. } = &self.threshold;
        let kept = match self.kept {
            Kept::Yes => "kept",
            Kept::Barely => "kept, though its interval reaches over it",
            Kept::No => "not kept",
            Kept::Unmeasured => "nothing was measured of it",
        };
        write!(f, "{name} {limit}: {kept}")?;
        match (self.value, self.figure, self.threshold.statistic) {
            (Some(value), _, Statistic::Ratio) => write!(f, ", {value:.3}")?,
            (Some(value), Some(figure), Statistic::Median) => {
                write!(f, ", {}", shown(figure, value))?;
            }
            _ => {}
        }
        self.cell
            .as_ref()
            .map_or(Ok(()), |cell| write!(f, " ({cell})"))
    }
}
