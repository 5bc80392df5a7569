//! How times are distributed: HDR histograms, which keep three digits of whatever was measured, in one text that programs
//! print, records keep and other tools read.

mod mixed;
mod text;

use std::time::Duration;

use hdrhistogram::Histogram;

pub use mixed::Mixed;
pub use text::{LONGEST, NoHistogram};

/// Digits that are kept.
const DIGITS: u8 = 3;
/// In nanoseconds: what histograms begin with. They grow with what they are given.
const HOUR: u64 = 3_600_000_000_000;

/// How many times were how long, to three digits, in nanoseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution(Histogram<u64>);

impl Default for Distribution {
    fn default() -> Self {
        // Three digits are a number that it takes; without a greatest value it grows.
        let mut histogram = Histogram::new_with_bounds(1, HOUR, DIGITS)
            .unwrap_or_else(|_| unreachable!("bounds that are right"));
        histogram.auto(true);
        Self(histogram)
    }
}

impl Distribution {
    /// Of these times.
    pub fn of(times: impl IntoIterator<Item = Duration>) -> Self {
        let mut made = Self::default();
        for time in times {
            let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
            made.0.saturating_record(nanoseconds.max(1));
        }
        made
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// What this share of times (0 to 1) does not exceed, in seconds; none of nothing.
    pub fn quantile_s(&self, share: f64) -> Option<f64> {
        if self.0.is_empty() {
            return None;
        }
        Some(Duration::from_nanos(self.0.value_at_quantile(share)).as_secs_f64())
    }

    /// Both together.
    pub fn add(&mut self, other: &Self) {
        // It grows as far as is needed, so that it never refuses.
        let _ = self.0.add(&other.0);
    }

    /// The times with how many there were of each, in order: a step each, in seconds.
    pub fn steps(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        self.0.iter_recorded().map(|step| {
            let at = Duration::from_nanos(step.value_iterated_to());
            (at.as_secs_f64(), step.count_at_value())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn micros(times: impl IntoIterator<Item = u64>) -> Distribution {
        Distribution::of(times.into_iter().map(Duration::from_micros))
    }

    #[test]
    fn quantiles_are_of_what_was_recorded() {
        let times = micros(1..=1000);
        assert_eq!(times.count(), 1000);
        let at = |share| times.quantile_s(share).unwrap();
        assert!((at(0.5) - 500e-6).abs() < 1e-6);
        assert!((at(0.99) - 990e-6).abs() < 1e-6);
        assert_eq!(micros([]).quantile_s(0.5), None);
    }

    #[test]
    fn several_are_added() {
        let mut both = micros([10, 20]);
        both.add(&micros([3_000_000]));
        assert_eq!(both.count(), 3);
        assert!(both.quantile_s(1.0).unwrap() > 2.99);
    }
}
