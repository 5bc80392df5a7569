//! How much more one way takes than another.

use serde::{Deserialize, Serialize};

use super::interval::CONFIDENCE;
use super::{Interval, median};

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

impl Ratio {
    /// Of pairs of figures of the same round, each divided by the second of the pair. Those that cannot be divided are left
    /// out; none is left of nothing.
    ///
    /// Where two ways take the same and a round takes them in an order that chance has drawn, either is as likely to be the
    /// slower of that round, whatever the machine does meanwhile, and whatever it did in the round before (Fisher's
    /// randomisation). So the [interval](Interval::of_median) of a way against itself holds on a machine that drifts, too.
    pub fn of_pairs(pairs: &[(f64, f64)]) -> Option<Self> {
        let ratios: Vec<f64> = pairs
            .iter()
            .filter(|(_, base)| *base > 0.0)
            .map(|(value, base)| value / base)
            .filter(|ratio| ratio.is_finite())
            .collect();
        Some(Self {
            median: median(&ratios)?,
            interval: Interval::of_median(&ratios),
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::statistics::Draw;

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
        let ratio = Ratio::of_pairs(&rounds(25, 1.4, 1)).unwrap();
        assert!((ratio.median - 1.4).abs() < 0.05, "{ratio:?}");
        let interval = ratio.interval.unwrap();
        assert!(
            interval.contains(1.4) && !interval.contains(1.0),
            "{interval:?}"
        );
        assert!(ratio.precision().unwrap() < 0.06, "{ratio:?}");
    }

    #[test]
    fn few_rounds_promise_less() {
        let confidence = |count| {
            Ratio::of_pairs(&rounds(count, 1.0, 1))
                .unwrap()
                .interval
                .map(|interval| interval.confidence)
        };
        assert_eq!(confidence(1), None);
        assert_eq!(confidence(2), Some(0.5));
        assert_eq!(confidence(5), Some(0.9375));
        assert!(confidence(6) > Some(CONFIDENCE));
        let five = Ratio::of_pairs(&rounds(5, 1.0, 1)).unwrap();
        assert_eq!(five.precision(), None);
    }

    #[test]
    fn what_cannot_be_divided_is_left_out() {
        assert_eq!(Ratio::of_pairs(&[]), None);
        assert_eq!(Ratio::of_pairs(&[(1.0, 0.0)]), None);
        let some = Ratio::of_pairs(&[(1.0, 0.0), (3.0, 2.0)]).unwrap();
        assert_eq!((some.median, some.rounds), (1.5, 1));
    }

    proptest! {
        #[test]
        fn the_median_lies_in_its_interval(
            pairs in prop::collection::vec((0.1..10.0_f64, 0.1..10.0_f64), 2..30),
        ) {
            let ratio = Ratio::of_pairs(&pairs).unwrap();
            let interval = ratio.interval.unwrap();
            prop_assert!(interval.contains(ratio.median), "{ratio:?}");
        }

        #[test]
        fn ratios_have_no_unit(pairs in prop::collection::vec((0.1..10.0_f64, 0.1..10.0_f64), 2..20)) {
            let scaled: Vec<_> = pairs.iter().map(|(value, base)| (value * 1e6, base * 1e6)).collect();
            let (one, other) = (Ratio::of_pairs(&pairs).unwrap(), Ratio::of_pairs(&scaled).unwrap());
            prop_assert!((one.median / other.median - 1.0).abs() < 1e-9);
        }
    }
}
