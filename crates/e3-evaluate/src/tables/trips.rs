//! How round trips are distributed: all of a way's together, each pair with the same weight, and what a share of them does
//! not exceed, beside the same of the plain way.

use std::collections::{BTreeMap, BTreeSet};

use e3_histogram::{Distribution, Mixed};
use serde::{Deserialize, Serialize};

use crate::finding::{Figure, Measurement};
use crate::statistics::{Ratio, Spread};

/// Shares that are told: the least, the median, the others by further nines, the greatest.
pub const SHARES: [f64; 6] = [0.0, 0.5, 0.9, 0.99, 0.999, 1.0];

/// A way's round trips, of all pairs and rounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trips {
    /// How many there were.
    pub count: u64,
    /// What shares of them do not exceed, in the order of [`SHARES`].
    pub shares: Vec<Share>,
}

/// What a share of round trips does not exceed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// Which: 0.99 is the 99th percentile.
    pub share: f64,
    /// Of all rounds' together, in seconds.
    pub seconds: f64,
    /// The same of each round, in seconds.
    pub rounds: Spread,
    /// To the plain way's in the same round; none where a round has too few to tell ([`Mixed::tells`]).
    pub ratio: Option<Ratio>,
}

/// Who asked, and who answered.
pub type Pair = (String, String);

/// Round trips of a way's runs.
#[derive(Debug, Clone, Default)]
pub struct Collected {
    /// Those of each round, each pair with the same weight.
    rounds: BTreeMap<u32, Mixed>,
    /// Those of each pair, in all rounds.
    pairs: BTreeMap<Pair, Distribution>,
}

/// Pairs whose median is shorter, in seconds, are not told apart by distance: a busy machine makes as much of a difference.
const APART_S: f64 = 2e-3;
/// Pairs are as far apart as the farthest from so much of its median on.
const AS_FAR: f64 = 0.9;

impl Collected {
    /// Of these runs, of which each is one round's. What cannot be read is left out: its medians stand among the figures.
    pub fn of<'a>(runs: impl IntoIterator<Item = &'a Measurement>) -> Self {
        let mut collected = Self::default();
        for run in runs {
            let read = run.round_trips.iter().filter_map(|trips| {
                let read = Distribution::from_text(&trips.histogram).ok()?;
                let pair = (trips.from.clone(), trips.to.clone());
                (read.count() > 0).then_some((pair, read))
            });
            let read: Vec<(Pair, Distribution)> = read.collect();
            if let Some(mixed) = Mixed::of(read.iter().map(|(_, trips)| trips)) {
                collected.rounds.insert(run.round, mixed);
            }
            for (pair, trips) in read {
                collected.pairs.entry(pair).or_default().add(&trips);
            }
        }
        collected
    }

    /// How many pairs there are.
    pub fn pairs(&self) -> usize {
        self.pairs.len()
    }

    /// The pairs that are farthest apart, about equally: all of them, where nobody is far from anybody.
    pub fn farthest(&self) -> BTreeSet<&Pair> {
        let median = |trips: &Distribution| trips.quantile_s(0.5).unwrap_or_default();
        let most = self.pairs.values().map(median).fold(0.0, f64::max);
        let least = if most < APART_S { 0.0 } else { most * AS_FAR };
        let far = self.pairs.iter();
        far.filter(|(_, trips)| median(trips) >= least)
            .map(|(pair, _)| pair)
            .collect()
    }

    /// Round trips of these pairs in all rounds, each pair with the same weight; none of nothing.
    pub fn between(&self, pairs: &BTreeSet<&Pair>) -> Option<Mixed> {
        let these = self.pairs.iter().filter(|(pair, _)| pairs.contains(pair));
        Mixed::of(these.map(|(_, trips)| trips))
    }

    /// All of them.
    fn all(&self) -> Option<Mixed> {
        Mixed::of(self.pairs.values())
    }
}

impl Trips {
    /// Of a way's, beside the plain way's; none of nothing.
    pub fn of(mine: &Collected, base: &Collected) -> Option<Self> {
        let all = mine.all()?;
        let share = |share: f64| {
            let each = mine.rounds.values().map(|one| one.quantile_s(share));
            Some(Share {
                share,
                seconds: all.quantile_s(share),
                rounds: Spread::of(&each.collect::<Vec<_>>())?,
                ratio: ratio(mine, base, share),
            })
        };
        Some(Self {
            count: all.count(),
            shares: SHARES.into_iter().filter_map(share).collect(),
        })
    }

    /// What is told of a share.
    pub fn at(&self, share: f64) -> Option<&Share> {
        self.shares
            .iter()
            .find(|one| (one.share - share).abs() < 1e-9)
    }
}

fn ratio(mine: &Collected, base: &Collected, share: f64) -> Option<Ratio> {
    let rounds = mine.rounds.iter();
    let pairs: Vec<(&Mixed, &Mixed)> = rounds
        .filter_map(|(round, one)| Some((one, base.rounds.get(round)?)))
        .collect();
    let tells = |(one, base): &(&Mixed, &Mixed)| one.tells(share) && base.tells(share);
    if !pairs.iter().all(tells) {
        return None;
    }
    let times: Vec<(f64, f64)> = pairs
        .iter()
        .map(|(one, base)| (one.quantile_s(share), base.quantile_s(share)))
        .collect();
    Ratio::of_pairs(&times)
}

/// `least`, `p50`, `p90`, `p99.9`, `greatest`.
pub(super) fn name(share: f64) -> String {
    match share {
        least if least <= 0.0 => "least".to_owned(),
        greatest if greatest >= 1.0 => "greatest".to_owned(),
        // Of numbers such as 99.9, as few digits as they have.
        share => format!("p{}", (share * 1e6).round() / 1e4),
    }
}

/// How its lines are named in tables for spreadsheets: `round-trips-p99`.
pub(super) fn figure(share: f64) -> String {
    format!("{}s-{}", Figure::RoundTrip.name(), name(share))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::finding::RoundTrips;
    use crate::plan::{Run, Way, Work};
    use crate::testing::measured;

    /// Eight rounds of two pairs, with so many round trips each, of about so many microseconds.
    fn rounds(count: u64, micros: [u64; 2]) -> Vec<Measurement> {
        let work = Work::new("near", "round-trip", "small", 2);
        let way = Way::new("quic", "pinned");
        let trips = |(to, micros): (&str, u64)| {
            let times = (0..count).map(|one| Duration::from_micros(micros + one % 10));
            let times = Distribution::of(times);
            RoundTrips {
                from: "ams".to_owned(),
                to: to.to_owned(),
                count: times.count(),
                histogram: times.to_text(),
            }
        };
        let round = |round: u32| {
            let run = Run {
                way: way.clone(),
                round,
                warm_up: false,
            };
            let mut one = measured(&work.by(&way), &run, Some(1.0));
            one.round_trips = ["ams-2", "fra"]
                .into_iter()
                .zip(micros)
                .map(trips)
                .collect();
            one
        };
        (0..8).map(round).collect()
    }

    fn trips(mine: &[Measurement], base: &[Measurement]) -> Option<Trips> {
        Trips::of(&Collected::of(mine), &Collected::of(base))
    }

    #[test]
    fn shares_of_the_same_round_are_compared() {
        let trips = trips(&rounds(1000, [300, 300]), &rounds(1000, [100, 100])).unwrap();
        assert_eq!(trips.count, 16_000);
        let ratio = |share| trips.at(share).unwrap().ratio;
        assert!((ratio(0.0).unwrap().median - 3.0).abs() < 0.01);
        assert!((ratio(0.5).unwrap().median - 304.0 / 104.0).abs() < 0.02);
        assert!(ratio(0.99).is_some());
        // Of 2000 a round, two are beyond it; and nothing is beyond the greatest.
        assert_eq!((ratio(0.999), ratio(1.0)), (None, None));
    }

    #[test]
    fn a_pair_that_asks_oftener_weighs_no_more() {
        let mut mine = rounds(1000, [100, 9000]);
        let few = rounds(10, [100, 9000]);
        for (one, few) in mine.iter_mut().zip(few) {
            one.round_trips[1] = few.round_trips[1].clone();
        }
        let trips = trips(&mine, &[]).unwrap();
        let at = |share| trips.at(share).unwrap().seconds;
        assert!(at(0.5) < 200e-6 && at(0.9) > 8e-3, "{trips:?}");
        assert_eq!(trips.count, 8 * 1010);
    }

    #[test]
    fn the_farthest_pairs_are_told_apart_where_there_is_a_distance() {
        let far = |micros| {
            let collected = Collected::of(&rounds(100, micros));
            let far = collected.farthest().into_iter();
            let far: Vec<String> = far.map(|(_, to)| to.clone()).collect();
            (far, collected)
        };
        assert_eq!(far([1000, 11_500]).0, ["fra"]);
        assert_eq!(far([11_400, 11_500]).0, ["ams-2", "fra"]);
        // On one switch, it is the machine.
        assert_eq!(far([40, 90]).0, ["ams-2", "fra"]);
        let (_, collected) = far([1000, 11_500]);
        let mixed = collected.between(&collected.farthest()).unwrap();
        assert!(mixed.count() == 800 && mixed.quantile_s(0.0) > 0.011);
    }

    #[test]
    fn of_nothing_nothing_is_told() {
        assert_eq!(trips(&[], &rounds(10, [1, 1])), None);
        let alone = trips(&rounds(10, [50, 50]), &[]).unwrap();
        assert!(alone.shares.iter().all(|share| share.ratio.is_none()));
        let mut unreadable = rounds(10, [50, 50]);
        for one in unreadable.iter_mut().flat_map(|one| &mut one.round_trips) {
            one.histogram = "?".to_owned();
        }
        assert_eq!(trips(&unreadable, &[]), None);
    }

    #[test]
    fn shares_have_names() {
        assert_eq!(
            SHARES.map(name),
            ["least", "p50", "p90", "p99", "p99.9", "greatest"]
        );
        assert_eq!(figure(0.999), "round-trips-p99.9");
    }
}
