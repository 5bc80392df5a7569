//! What figures have to keep to: `quic.lan.secret_santa.ratio < 1.25`.
//!
//! The words before the last are a [`Pattern`]: whatever cell it matches has to keep to it. A figure may stand among them;
//! otherwise it is the one that the cell's program is for. The last is `ratio`, to the plain way, or `median`.

mod limit;
mod verdict;

use serde::{Deserialize, Serialize};

pub use limit::{Limit, NoLimit, Side};
pub use verdict::{Kept, Verdict, judge};

use crate::finding::Figure;
use crate::plan::{Pattern, UnknownWord};

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
}

/// Why something is no threshold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoThreshold {
    /// A word names nothing.
    #[error(transparent)]
    Word(#[from] UnknownWord),
    /// The last word is another.
    #[error("a threshold ends with `ratio` or `median`, not with `{0}`")]
    Statistic(String),
    /// What it has to be is not understood.
    #[error(transparent)]
    Limit(#[from] NoLimit),
}

impl Threshold {
    /// From the words of its name, and its limit; `overlays` are the ways that there are.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn parse(words: &[String], limit: &str, overlays: &[&str]) -> Result<Self, NoThreshold> {
        let (last, words_before) = words
            .split_last()
            .ok_or_else(|| NoThreshold::Statistic(String::new()))?;
        let statistic = match last.as_str() {
            "ratio" => Statistic::Ratio,
            "median" => Statistic::Median,
            other => return Err(NoThreshold::Statistic(other.to_owned())),
        };
        let mut cells = Pattern::default();
        let mut figure = None;
        for word in words_before {
            // `round-trip` and `throughput` are programs, too: the first is meant for the program.
            let named = Figure::named(&crate::plan::words::canonical(word));
            let is_program = cells.program.is_none() && is_program(word);
            match named {
                Some(named) if !is_program && figure.is_none() => figure = Some(named),
                _ => cells.take(word, overlays)?,
            }
        }
        Ok(Self {
            name: words.join("."),
            cells,
            figure,
            statistic,
            limit: Limit::parse(limit, statistic)?,
        })
    }
}

fn is_program(word: &str) -> bool {
    let word = crate::plan::words::canonical(word);
    crate::plan::words::is_one(&crate::plan::words::PROGRAMS, &word)
}

#[cfg(test)]
mod tests;
