//! The figures of one way.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::trips::{Collected, Trips};
use crate::finding::{Figure, Measurement};
use crate::plan::Way;
use crate::statistics::{Interval, Ratio, Spread, outliers};

/// What was measured of one work by one way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The way.
    pub way: Way,
    /// Rounds that count, and succeeded.
    pub rounds: usize,
    /// How many failed, those that warm up among them.
    pub failures: usize,
    /// Why the last of them did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// How many runs measured the machine rather than the network.
    pub distrusted: usize,
    /// What the last of them says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distrust: Option<String>,
    /// What was found, by figure.
    pub figures: BTreeMap<Figure, Found>,
    /// Bytes on the wire to those of payload, of the same run; none where either was not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overhead: Option<Ratio>,
    /// How pairs were connected, over all rounds.
    pub paths: BTreeMap<String, u32>,
    /// How its round trips are distributed, where they were measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub round_trips: Option<Trips>,
}

/// One figure of one way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Its values, in the figure's unit.
    pub spread: Spread,
    /// Where their median would be if it were measured again; none of a single round.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// To the same of the plain way in the same round.
    pub ratio: Option<Ratio>,
    /// The rounds whose value is far from the others; they count all the same.
    pub outliers: Vec<u32>,
}

impl Row {
    /// Of what was measured of one work, by any way.
    pub(super) fn of(way: &Way, base: Option<&Way>, work: &[&Measurement]) -> Self {
        let mine: Vec<&Measurement> = work
            .iter()
            .copied()
            .filter(|one| Way::of(&one.cell) == *way)
            .collect();
        let counted: Vec<&Measurement> = mine.iter().copied().filter(|one| counts(one)).collect();
        let failed: Vec<&String> = mine.iter().filter_map(|one| one.failure.as_ref()).collect();
        let distrusted: Vec<&String> = counted
            .iter()
            .filter_map(|one| one.distrust.last())
            .collect();
        let figures = Figure::ALL.into_iter().filter_map(|figure| {
            let found = found(&counted, figure)?;
            let ratio = base.and_then(|base| ratio_of(work, way, base, figure));
            Some((figure, Found { ratio, ..found }))
        });
        let mut paths = BTreeMap::new();
        for (path, count) in counted.iter().flat_map(|one| &one.paths) {
            *paths.entry(path.clone()).or_default() += count;
        }
        Self {
            way: way.clone(),
            rounds: counted.len(),
            failures: failed.len(),
            failure: failed.last().map(ToString::to_string),
            distrusted: distrusted.len(),
            distrust: distrusted.last().map(ToString::to_string),
            figures: figures.collect(),
            overhead: overhead(&counted),
            paths,
            round_trips: Trips::of(
                &trips(work, way),
                &base.map(|base| trips(work, base)).unwrap_or_default(),
            ),
        }
    }
}

/// The ratio of a way's figure to the base's, over the rounds that both have.
pub(crate) fn ratio_of(
    done: &[&Measurement],
    way: &Way,
    base: &Way,
    figure: Figure,
) -> Option<Ratio> {
    let by_round = |way: &Way| -> BTreeMap<u32, f64> {
        let mine = done
            .iter()
            .filter(|one| counts(one) && Way::of(&one.cell) == *way);
        mine.filter_map(|one| Some((one.round, *one.figures.get(&figure)?)))
            .collect()
    };
    let (values, bases) = (by_round(way), by_round(base));
    let pairs: Vec<(f64, f64)> = values
        .iter()
        .filter_map(|(round, value)| Some((*value, *bases.get(round)?)))
        .collect();
    Ratio::of_pairs(&pairs)
}

fn counts(one: &Measurement) -> bool {
    !one.warm_up && one.failure.is_none()
}

/// A figure without its ratio.
fn found(counted: &[&Measurement], figure: Figure) -> Option<Found> {
    let (rounds, values): (Vec<u32>, Vec<f64>) = counted
        .iter()
        .filter_map(|one| Some((one.round, *one.figures.get(&figure)?)))
        .unzip();
    let far = outliers(&values);
    Some(Found {
        spread: Spread::of(&values)?,
        interval: interval(&values),
        ratio: None,
        outliers: far
            .into_iter()
            .filter_map(|place| rounds.get(place).copied())
            .collect(),
    })
}

/// That of a median: of ratios to 1.
fn interval(values: &[f64]) -> Option<Interval> {
    let pairs: Vec<(f64, f64)> = values.iter().map(|value| (*value, 1.0)).collect();
    Ratio::of_pairs(&pairs)?.interval
}

/// What went over the wire for each byte that programs sent.
fn overhead(counted: &[&Measurement]) -> Option<Ratio> {
    let of = |one: &Measurement| {
        let figure = |figure| one.figures.get(&figure).copied();
        figure(Figure::Wire).zip(figure(Figure::Payload))
    };
    let pairs: Vec<(f64, f64)> = counted.iter().filter_map(|one| of(one)).collect();
    Ratio::of_pairs(&pairs)
}

/// The round trips of a way.
fn trips(work: &[&Measurement], way: &Way) -> Collected {
    let mine = work.iter().copied();
    Collected::of(mine.filter(|one| counts(one) && Way::of(&one.cell) == *way))
}
