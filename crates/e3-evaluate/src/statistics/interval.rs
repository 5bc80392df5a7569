//! Where a median lies, as surely as is said.

use serde::{Deserialize, Serialize};

/// What an interval promises where there are enough figures.
pub(crate) const CONFIDENCE: f64 = 0.95;

/// What contains a median, as surely as it says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// How surely, at least: 0.95 or somewhat more, and less where figures are few.
    pub confidence: f64,
}

impl Interval {
    /// Of the median that figures are drawn from: the narrowest from the k-th of them to the k-th from the end, in order,
    /// that contains it with at least 95 %; of fewer than six figures there is none, and it is their whole range. None of
    /// a single one.
    ///
    /// That is the sign test turned round (Thompson, 1936; Hahn and Meeker, *Statistical Intervals*, 5.4). How many of n
    /// figures are below the median follows the binomial distribution of a fair coin, whatever theirs is, so that its
    /// confidence is known and not approached: P(k ≤ B ≤ n − k) of B ~ Bin(n, ½). Resampling (the bootstrap's percentiles)
    /// promises 95 % as well, and holds 87 % with seven figures; signed ranks (Hodges and Lehmann) hold where figures are
    /// as far above as below, which times are not. `tests/coverage.rs` shows both.
    pub fn of_median(figures: &[f64]) -> Option<Self> {
        let mut sorted = figures.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let (from_either_end, confidence) = trimmed(sorted.len())?;
        Some(Self {
            low: *sorted.get(from_either_end)?,
            high: *sorted.iter().rev().nth(from_either_end)?,
            confidence,
        })
    }

    /// Whether it contains a number.
    pub fn contains(&self, number: f64) -> bool {
        (self.low..=self.high).contains(&number)
    }

    /// Whether two have something in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.low <= other.high && other.low <= self.high
    }
}

/// How many figures can be left out at either end, and how surely the median lies between the others.
fn trimmed(count: usize) -> Option<(usize, f64)> {
    if count < 2 {
        return None;
    }
    let count = u32::try_from(count).ok()?;
    // How likely it is that none is below the median: its logarithm, since of many figures it is less than can be written.
    let mut exactly = -f64::from(count) * std::f64::consts::LN_2;
    let mut outside = 2.0 * exactly.exp();
    let mut left_out = 0;
    for below in 1..count.div_ceil(2) {
        // That so many are: from Pascal's triangle.
        exactly += (f64::from(count - below + 1) / f64::from(below)).ln();
        let more = outside + 2.0 * exactly.exp();
        if more > 1.0 - CONFIDENCE {
            break;
        }
        outside = more;
        left_out += 1;
    }
    Some((left_out, 1.0 - outside))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_left_out_is_what_tables_of_the_sign_test_say() {
        // n, figures left out at either end, confidence: sums of binomial coefficients, by hand and by `math.comb`.
        for (count, out, confidence) in [
            (2, 0, 0.5),
            (3, 0, 0.75),
            (5, 0, 0.9375),
            (6, 0, 0.968_75),
            (8, 0, 0.992_187_5),
            (9, 1, 0.960_937_5),
            (15, 3, 0.964_843_75),
            (20, 5, 0.958_610_534_667_968_8),
            (25, 7, 0.956_714_749_336_242_7),
        ] {
            let (left_out, found) = trimmed(count).unwrap();
            assert_eq!(left_out, out, "of {count}");
            assert!((found - confidence).abs() < 1e-9, "of {count}: {found}");
        }
        assert_eq!(trimmed(1), None);
    }

    #[test]
    fn of_very_many_it_is_about_the_middle() {
        let (left_out, confidence) = trimmed(1_000_000).unwrap();
        // By the normal distribution: n/2 − 0.98·√n.
        assert!((498_990..499_030).contains(&left_out), "{left_out}");
        assert!((0.95..0.9505).contains(&confidence), "{confidence}");
    }

    #[test]
    fn those_in_the_middle_are_its_ends() {
        let figures: Vec<f64> = (1..=9).rev().map(f64::from).collect();
        let interval = Interval::of_median(&figures).unwrap();
        assert_eq!((interval.low, interval.high), (2.0, 8.0));
        assert_eq!(Interval::of_median(&[1.0]), None);
    }

    proptest! {
        #[test]
        fn the_median_is_inside(figures in prop::collection::vec(-1e9..1e9_f64, 2..80)) {
            let interval = Interval::of_median(&figures).unwrap();
            prop_assert!(interval.contains(crate::statistics::median(&figures).unwrap()));
            prop_assert_eq!(interval.confidence >= CONFIDENCE, figures.len() >= 6);
            prop_assert!(interval.confidence <= 1.0);
        }
    }
}
