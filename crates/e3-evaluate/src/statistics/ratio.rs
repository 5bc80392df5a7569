//! How much more one way takes than another.

use serde::{Deserialize, Serialize};

use super::{Draw, median};

/// How often figures are drawn again from themselves: enough for two digits of an interval's ends.
const RESAMPLES: usize = 2000;
/// From so many rounds on, an interval of 95 % can be had.
const ENOUGH: usize = 6;
/// What an interval promises where there are enough rounds.
pub(crate) const CONFIDENCE: f64 = 0.95;

/// The ratio of two ways: the median of the ratios of runs of the same round, since what slows a machine down slows
/// down both.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ratio {
    /// The median.
    pub median: f64,
    /// Where it would be if it were measured again; none of a single round.
    pub interval: Option<Interval>,
    /// Of how many rounds.
    pub rounds: usize,
}

/// What contains a median, as surely as it says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// How surely: 0.95, or less where rounds are few.
    pub confidence: f64,
}

impl Ratio {
    /// Of pairs of figures of the same round, each divided by the second of the pair. Those that cannot be divided are left
    /// out; none is left of nothing.
    ///
    /// The interval is the bootstrap's (Efron, 1979), by percentiles, of the median. Of fewer than six rounds that would be
    /// narrower than it says: then it is the range of all ratios, in which the median lies with 1 − 2^(1−n).
    pub fn of_pairs(pairs: &[(f64, f64)], seed: u64) -> Option<Self> {
        let ratios: Vec<f64> = pairs
            .iter()
            .filter(|(_, base)| *base > 0.0)
            .map(|(value, base)| value / base)
            .filter(|ratio| ratio.is_finite())
            .collect();
        Some(Self {
            median: median(&ratios)?,
            interval: interval(&ratios, seed),
            rounds: ratios.len(),
        })
    }

    /// How far the interval reaches from the median, relative to it: 0.05 is ±5 %. None without an interval, or of one
    /// that promises less than 95 %.
    pub fn precision(&self) -> Option<f64> {
        let interval = self
            .interval
            .filter(|interval| interval.confidence >= CONFIDENCE)?;
        let reach = (interval.high - self.median).max(self.median - interval.low);
        (self.median > 0.0).then(|| reach / self.median)
    }
}

impl Interval {
    /// Whether it contains a number.
    pub fn contains(&self, number: f64) -> bool {
        (self.low..=self.high).contains(&number)
    }

    /// Whether two have something in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.low <= other.high && other.low <= self.high
    }
}

fn interval(ratios: &[f64], seed: u64) -> Option<Interval> {
    if ratios.len() < 2 {
        return None;
    }
    if ratios.len() < ENOUGH {
        let fewer = i32::try_from(ratios.len()).ok()? - 1;
        return Some(Interval {
            low: ratios.iter().copied().min_by(f64::total_cmp)?,
            high: ratios.iter().copied().max_by(f64::total_cmp)?,
            confidence: 1.0 - 0.5_f64.powi(fewer),
        });
    }
    let mut draw = Draw::new(seed, "bootstrap");
    let mut medians: Vec<f64> = (0..RESAMPLES)
        .filter_map(|_| {
            let again: Vec<f64> = (0..ratios.len())
                .filter_map(|_| ratios.get(draw.below(ratios.len())).copied())
                .collect();
            median(&again)
        })
        .collect();
    medians.sort_unstable_by(f64::total_cmp);
    // What is outside is half on either side.
    let outside = RESAMPLES / 40;
    Some(Interval {
        low: *medians.get(outside)?,
        high: *medians.get(medians.len().checked_sub(outside + 1)?)?,
        confidence: CONFIDENCE,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Figures that differ from round to round, more than the ways do; `of` is what the first takes more.
    fn rounds(count: u32, of: f64, seed: u64) -> Vec<(f64, f64)> {
        let mut draw = Draw::new(seed, "rounds");
        let mut noise = |most: f64| {
            let drawn = u32::try_from(draw.below(1000)).unwrap();
            1.0 + most * (f64::from(drawn) / 1000.0 - 0.5)
        };
        (0..count)
            .map(|_| {
                let machine = noise(1.0);
                (of * machine * noise(0.1), machine * noise(0.1))
            })
            .collect()
    }

    #[test]
    fn rounds_are_compared_with_themselves() {
        let ratio = Ratio::of_pairs(&rounds(25, 1.4, 1), 1).unwrap();
        assert!((ratio.median - 1.4).abs() < 0.05, "{ratio:?}");
        let interval = ratio.interval.unwrap();
        assert!(
            interval.contains(1.4) && !interval.contains(1.0),
            "{interval:?}"
        );
        assert!(ratio.precision().unwrap() < 0.06, "{ratio:?}");
    }

    #[test]
    fn the_interval_contains_the_truth_as_often_as_it_says() {
        let contains = |seed: &u64| {
            let ratio = Ratio::of_pairs(&rounds(15, 1.0, *seed), 1).unwrap();
            ratio.interval.unwrap().contains(1.0)
        };
        let right = (0..400).filter(contains).count();
        // Percentiles of medians are a little cautious or bold with few rounds.
        assert!((360..=400).contains(&right), "{right} of 400");
    }

    #[test]
    fn few_rounds_promise_less() {
        let confidence = |count| {
            Ratio::of_pairs(&rounds(count, 1.0, 1), 1)
                .unwrap()
                .interval
                .map(|interval| interval.confidence)
        };
        assert_eq!(confidence(1), None);
        assert_eq!(confidence(2), Some(0.5));
        assert_eq!(confidence(5), Some(0.9375));
        assert_eq!(confidence(6), Some(0.95));
        let five = Ratio::of_pairs(&rounds(5, 1.0, 1), 1).unwrap();
        assert_eq!(five.precision(), None);
    }

    #[test]
    fn what_cannot_be_divided_is_left_out() {
        assert_eq!(Ratio::of_pairs(&[], 1), None);
        assert_eq!(Ratio::of_pairs(&[(1.0, 0.0)], 1), None);
        let some = Ratio::of_pairs(&[(1.0, 0.0), (3.0, 2.0)], 1).unwrap();
        assert_eq!((some.median, some.rounds), (1.5, 1));
    }

    proptest! {
        #[test]
        fn the_median_lies_in_its_interval(
            pairs in prop::collection::vec((0.1..10.0_f64, 0.1..10.0_f64), 2..30),
            seed in any::<u64>(),
        ) {
            let ratio = Ratio::of_pairs(&pairs, seed).unwrap();
            let interval = ratio.interval.unwrap();
            prop_assert!(interval.contains(ratio.median), "{ratio:?}");
            prop_assert_eq!(Ratio::of_pairs(&pairs, seed), Some(ratio));
        }

        #[test]
        fn ratios_have_no_unit(pairs in prop::collection::vec((0.1..10.0_f64, 0.1..10.0_f64), 2..20)) {
            let scaled: Vec<_> = pairs.iter().map(|(value, base)| (value * 1e6, base * 1e6)).collect();
            let (one, other) = (Ratio::of_pairs(&pairs, 1).unwrap(), Ratio::of_pairs(&scaled, 1).unwrap());
            prop_assert!((one.median / other.median - 1.0).abs() < 1e-9);
        }
    }
}
