//! Several distributions as one, in which each weighs the same.

use super::Distribution;

/// What each part weighs, however many times it has: its counts are rounded to this.
const WEIGHT: f64 = 16_777_216.0;
/// How many must lie beyond a share before it is told: one more or less then makes little difference.
const BEYOND: f64 = 10.0;

/// Times of several pairs, each of which weighs the same.
///
/// Whoever asks again as soon as it is answered asks a near party a hundred times as often as a distant one. Put together as
/// they are, such times would say of a network how long its shortest path is.
#[derive(Debug, Clone, PartialEq)]
pub struct Mixed {
    weighed: Distribution,
    parts: f64,
    least: f64,
    count: u64,
}

impl Mixed {
    /// Of those that have any; none of nothing.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a Distribution>) -> Option<Self> {
        let mut mixed: Option<Self> = None;
        for part in parts.into_iter().filter(|part| part.count() > 0) {
            let mixed = mixed.get_or_insert_with(|| Self {
                weighed: Distribution::default(),
                parts: 0.0,
                least: f64::INFINITY,
                count: 0,
            });
            mixed.parts += 1.0;
            mixed.least = mixed.least.min(float(part.count()));
            mixed.count = mixed.count.saturating_add(part.count());
            for step in part.0.iter_recorded() {
                let weight = WEIGHT * float(step.count_at_value()) / float(part.count());
                #[allow(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a weight is between 1 and that of all"
                )]
                let weight = weight.round().clamp(1.0, WEIGHT) as u64;
                mixed
                    .weighed
                    .0
                    .saturating_record_n(step.value_iterated_to(), weight);
            }
        }
        mixed
    }

    /// How many times there are, in all parts.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// What this share of times (0 to 1) does not exceed, in seconds.
    pub fn quantile_s(&self, share: f64) -> f64 {
        self.weighed.quantile_s(share).unwrap_or_default()
    }

    /// Whether there are so many that a share (0 to 1) of them can be told from chance: ten beyond it, if all parts had as many
    /// as the one with the fewest. The median, and what is below it, can be told of whatever there is.
    pub fn tells(&self, share: f64) -> bool {
        share <= 0.5 || self.parts * self.least * (1.0 - share) >= BEYOND - 1e-9
    }
}

#[allow(
    clippy::cast_precision_loss,
    reason = "sixteen digits of a number of times will do"
)]
fn float(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn micros(times: impl IntoIterator<Item = u64>) -> Distribution {
        Distribution::of(times.into_iter().map(Duration::from_micros))
    }

    #[test]
    fn each_part_weighs_the_same() {
        let (near, far) = (micros(vec![100; 5000]), micros(vec![9000; 50]));
        let mixed = Mixed::of([&near, &far]).unwrap();
        let at = |share| mixed.quantile_s(share) * 1e6;
        assert!((at(0.49) - 100.0).abs() < 1.0 && (at(0.51) - 9000.0).abs() < 9.0);
        assert_eq!(mixed.count(), 5050);
        let alone = Mixed::of([&near]).unwrap();
        for share in [0.0, 0.5, 0.999, 1.0] {
            assert_eq!(Some(alone.quantile_s(share)), near.quantile_s(share));
        }
    }

    #[test]
    fn a_share_is_told_of_enough() {
        let tells = |parts: &[u64], share| {
            let parts: Vec<Distribution> = parts.iter().map(|count| micros(1..=*count)).collect();
            Mixed::of(&parts).unwrap().tells(share)
        };
        assert!(tells(&[1000], 0.99) && !tells(&[999], 0.99));
        assert!(tells(&[500, 500], 0.99) && !tells(&[400, 5000], 0.99));
        assert!(tells(&[1], 0.5) && !tells(&[1], 0.9) && !tells(&[1000], 1.0));
        assert_eq!(Mixed::of([&micros([])]), None);
    }
}
