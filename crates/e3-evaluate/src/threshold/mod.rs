//! What figures have to keep to: `quic.lan.secret_santa.ratio < 1.25`.
//!
//! The words of a threshold's name say of which cells, as a [`Pattern`] does: whatever cell it matches has to keep to it. A
//! figure may stand among them; otherwise it is the one that the cell's program is for. The last word says what is looked
//! at: `ratio`, to the plain way; `median`, the figure itself; `overhead`, bytes on the wire to bytes of payload. Where it is
//! a figure instead, the limit says which: with a unit it is for the figure itself, without one for its ratio.

mod limit;
mod verdict;

use serde::{Deserialize, Serialize};

pub use limit::{Limit, NoLimit, Side, Unit};
pub use verdict::{Held, Verdict, judge};

use crate::finding::{Cell, Figure};
use crate::plan::words::{PROGRAMS, canonical, is_one};
use crate::plan::{Pattern, UnknownWord, joined, main_figure};

/// What figures have to keep to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// As it was written, without the limit.
    pub name: String,
    /// Of which cells.
    pub cells: Pattern,
    /// Which figure, if not the one that the program is for.
    pub figure: Option<Figure>,
    /// What of it.
    pub statistic: Statistic,
    /// What it has to be.
    pub limit: Limit,
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Statistic {
    /// The median of the ratios to the plain way.
    Ratio,
    /// The median itself.
    Median,
    /// Bytes on the wire to bytes of payload.
    Overhead,
}

/// Why something is no threshold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoThreshold {
    /// A word names nothing, or stands where it says nothing.
    #[error(transparent)]
    Word(#[from] UnknownWord),
    /// What it has to be is not understood.
    #[error(transparent)]
    Limit(#[from] NoLimit),
}

impl Threshold {
    /// From the words of its name, and its limit. A way's name with a point in it may be two of these words.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn parse(words: &[String], limit: &str) -> Result<Self, NoThreshold> {
        let limit = Limit::parse(limit)?;
        let all = joined(words.iter().map(String::as_str));
        let (last, before) = all.split_last().ok_or_else(|| no_statistic(""))?;
        let mut cells = Pattern::default();
        let mut figure = None;
        for word in before {
            // `round-trip` and `throughput` are programs, too: the first is meant for the program.
            let is_program = cells.program.is_none() && is_one(&PROGRAMS, &canonical(word));
            match Figure::named(&canonical(word)) {
                Some(named) if !is_program && figure.is_none() => figure = Some(named),
                _ => cells.take(word).map_err(or_a_figure)?,
            }
        }
        let of_limit = match limit.unit {
            None => Statistic::Ratio,
            Some(_) => Statistic::Median,
        };
        let statistic = match canonical(last).as_str() {
            "ratio" => Statistic::Ratio,
            "median" => Statistic::Median,
            "overhead" if figure.is_none() => Statistic::Overhead,
            word => match Figure::named(word) {
                Some(named) if figure.is_none() => {
                    figure = Some(named);
                    of_limit
                }
                _ => return Err(no_statistic(last).into()),
            },
        };
        let threshold = Self {
            name: words.join("."),
            cells,
            figure,
            statistic,
            limit,
        };
        threshold.unit_fits()?;
        Ok(threshold)
    }

    /// Which figure of a cell it is about.
    pub fn figure_of(&self, cell: &Cell) -> Figure {
        self.figure.unwrap_or_else(|| main_figure(&cell.program))
    }

    /// Whether it says something of a cell. The plain way and its control are only meant where they are named: the ratio of
    /// the one is 1 by nature, and the other measures the machine.
    pub fn is_about(&self, cell: &Cell) -> bool {
        let is_meant = self.cells.overlay.is_some() || !cell.is_plain();
        let unit = self.figure_of(cell).unit();
        let fits = self.limit.unit.is_none_or(|given| given.name() == unit);
        is_meant && fits && self.cells.matches(cell)
    }

    /// A ratio has no unit, and what is measured has that of its figure.
    fn unit_fits(&self) -> Result<(), NoLimit> {
        let program = self.cells.program.as_deref();
        let figure = self.figure.or(program.map(main_figure));
        let expected = match (self.statistic, figure) {
            (Statistic::Ratio | Statistic::Overhead, _) => {
                if self.limit.unit.is_none() {
                    return Ok(());
                }
                "a number without a unit, such as \"< 1.25\""
            }
            (Statistic::Median, figure) => {
                let unit = figure.map(Figure::unit);
                if self
                    .limit
                    .unit
                    .is_some_and(|given| unit.is_none_or(|unit| given.name() == unit))
                {
                    return Ok(());
                }
                match unit {
                    Some("bit/s") => "a rate, such as \"> 1 Gbit/s\"",
                    Some("B") => "a number of bytes, such as \"< 40 MB\"",
                    Some(_) => "a time, such as \"< 50 ms\"",
                    None => "a limit with a unit, such as \"< 50 ms\" or \"> 1 Gbit/s\"",
                }
            }
        };
        Err(NoLimit {
            text: self.limit.text.clone(),
            expected,
        })
    }
}

/// Where a word of a cell may stand, a figure may, too.
fn or_a_figure(mut wrong: UnknownWord) -> UnknownWord {
    if !wrong.known.is_empty() {
        let figures = Figure::ALL
            .into_iter()
            .map(|figure| figure.name().to_owned());
        let new: Vec<String> = figures.filter(|name| !wrong.known.contains(name)).collect();
        wrong.known.extend(new);
        "is no overlay, identity, network, program, size, figure or number of parties"
            .clone_into(&mut wrong.wrong);
    }
    wrong
}

fn no_statistic(word: &str) -> UnknownWord {
    let figures = Figure::ALL.into_iter().map(Figure::name);
    let known = ["ratio", "median", "overhead"].into_iter().chain(figures);
    UnknownWord {
        word: word.to_owned(),
        wrong: "does not say what of these cells is looked at".to_owned(),
        known: known.map(str::to_owned).collect(),
    }
}

#[cfg(test)]
mod tests;
