//! How times are distributed: HDR histograms, which keep three digits of whatever was measured.

use std::time::Duration;

use base64ct::{Base64, Encoding as _};
use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer as _, V2Serializer};

/// Digits that are kept.
const DIGITS: u8 = 3;
/// The longest text that is read: that of a histogram from a nanosecond to hours is far shorter.
const LONGEST: usize = 1 << 20;

/// How many times were how long, to three digits, in nanoseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Distribution(Histogram<u64>);

/// A text is no histogram.
#[derive(Debug, thiserror::Error)]
#[error("this is no histogram in base64 (HdrHistogram, V2 encoding): {0}")]
pub struct NoHistogram(String);

impl Distribution {
    /// Of these times.
    pub fn of(times: impl IntoIterator<Item = Duration>) -> Self {
        let mut made = Self(empty());
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

    /// As text: V2 encoding in base64, as other programs read it.
    pub fn to_text(&self) -> String {
        let mut bytes = Vec::new();
        // Into memory, of a histogram whose counts fit: neither can fail.
        let _ = V2Serializer::new().serialize(&self.0, &mut bytes);
        Base64::encode_string(&bytes)
    }

    /// From that text.
    ///
    /// # Errors
    /// It is none.
    pub fn from_text(text: &str) -> Result<Self, NoHistogram> {
        if text.len() > LONGEST {
            return Err(NoHistogram(format!("it is longer than {LONGEST} bytes")));
        }
        let bytes =
            Base64::decode_vec(text.trim()).map_err(|error| NoHistogram(error.to_string()))?;
        let read: Histogram<u64> = Deserializer::new()
            .deserialize(&mut bytes.as_slice())
            .map_err(|error| NoHistogram(format!("{error:?}")))?;
        // Another resolution, or another greatest value, is no reason to refuse; from here on ours grows with what it is given.
        let mut made = Self(empty());
        made.add(&Self(read));
        Ok(made)
    }
}

fn empty() -> Histogram<u64> {
    // Three digits are a number that it takes; without a greatest value it grows.
    let mut histogram = Histogram::new_with_bounds(1, HOUR, DIGITS)
        .unwrap_or_else(|_| unreachable!("bounds that are right"));
    histogram.auto(true);
    histogram
}

/// In nanoseconds: what histograms begin with.
const HOUR: u64 = 3_600_000_000_000;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    #[test]
    fn strange_texts_are_refused() {
        for text in ["", "?", "AAAA", &"A".repeat(LONGEST + 4)] {
            Distribution::from_text(text).unwrap_err();
        }
    }

    proptest! {
        #[test]
        fn texts_keep_everything(times in prop::collection::vec(1..10_000_000_u64, 0..200)) {
            let made = micros(times);
            let read = Distribution::from_text(&made.to_text()).unwrap();
            prop_assert_eq!(read.count(), made.count());
            prop_assert!(read.steps().eq(made.steps()));
        }

        #[test]
        fn no_text_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = Distribution::from_text(&Base64::encode_string(&bytes));
            let _ = Distribution::from_text(&String::from_utf8_lossy(&bytes));
        }
    }
}
