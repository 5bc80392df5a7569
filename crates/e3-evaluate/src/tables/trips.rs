//! How round trips are distributed: all of a way's together, and what a share of them does not exceed, beside the same of
//! the plain way.

use std::collections::BTreeMap;

use e3_histogram::Distribution;
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
    /// To the plain way's in the same round; none where a round has too few to tell ([`Distribution::tells`]).
    pub ratio: Option<Ratio>,
}

/// Round trips by round.
pub type ByRound = BTreeMap<u32, Distribution>;

/// Round trips of these runs, of which each is one round's. What cannot be read is left out: its medians stand among the
/// figures.
pub fn by_round<'a>(runs: impl IntoIterator<Item = &'a Measurement>) -> ByRound {
    let read = |one: &Measurement| {
        let trips = one.round_trips.as_ref()?;
        let read = Distribution::from_text(&trips.histogram).ok()?;
        (read.count() > 0).then_some((one.round, read))
    };
    runs.into_iter().filter_map(read).collect()
}

impl Trips {
    /// Of a way's rounds, beside the plain way's; none of nothing.
    pub fn of(rounds: &ByRound, base: &ByRound, seed: u64) -> Option<Self> {
        let mut all = Distribution::default();
        for one in rounds.values() {
            all.add(one);
        }
        let share = |share: f64| {
            let each = rounds.values().filter_map(|one| one.quantile_s(share));
            Some(Share {
                share,
                seconds: all.quantile_s(share)?,
                rounds: Spread::of(&each.collect::<Vec<_>>())?,
                ratio: ratio(rounds, base, share, seed),
            })
        };
        let shares: Vec<Share> = SHARES.into_iter().filter_map(share).collect();
        (!shares.is_empty()).then(|| Self {
            count: all.count(),
            shares,
        })
    }

    /// What is told of a share.
    pub fn at(&self, share: f64) -> Option<&Share> {
        self.shares
            .iter()
            .find(|one| (one.share - share).abs() < 1e-9)
    }
}

fn ratio(rounds: &ByRound, base: &ByRound, share: f64, seed: u64) -> Option<Ratio> {
    let pairs = rounds
        .iter()
        .filter_map(|(round, one)| Some((one, base.get(round)?)));
    let pairs: Option<Vec<(f64, f64)>> = pairs
        .map(|(one, base)| {
            (one.tells(share) && base.tells(share))
                .then_some((one.quantile_s(share)?, base.quantile_s(share)?))
        })
        .collect();
    Ratio::of_pairs(&pairs?, seed)
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

    /// Rounds of so many round trips, of about so many microseconds.
    fn rounds(count: u64, micros: u64) -> ByRound {
        let round = |round: u32| {
            let times = (0..count).map(|one| Duration::from_micros(micros + one % 10));
            (round, Distribution::of(times))
        };
        (0..8).map(round).collect()
    }

    #[test]
    fn shares_of_the_same_round_are_compared() {
        let trips = Trips::of(&rounds(2000, 300), &rounds(2000, 100), 1).unwrap();
        assert_eq!(trips.count, 16_000);
        let ratio = |share| trips.at(share).unwrap().ratio;
        assert!((ratio(0.0).unwrap().median - 3.0).abs() < 0.01);
        assert!((ratio(0.5).unwrap().median - 304.0 / 104.0).abs() < 0.02);
        assert!(ratio(0.99).is_some());
        // Of 2000, two are beyond it; and nothing is beyond the greatest.
        assert_eq!((ratio(0.999), ratio(1.0)), (None, None));
    }

    #[test]
    fn of_nothing_nothing_is_told() {
        assert_eq!(Trips::of(&ByRound::new(), &rounds(10, 1), 1), None);
        let alone = Trips::of(&rounds(10, 50), &ByRound::new(), 1).unwrap();
        assert!(alone.shares.iter().all(|share| share.ratio.is_none()));
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
