//! How much later than due packets were delivered.

use std::time::Duration;

use serde::Serialize;

use crate::conditions::milliseconds;

/// Times below this many microseconds have a bucket each; above, every doubling has half as many.
const FINE: u64 = 16;
/// Enough for an hour.
const BUCKETS: usize = 16 + 8 * 28;
/// What nobody would call prompt.
const LATE: Duration = Duration::from_millis(1);

/// How much later than due the wide-area router has delivered packets: the machine's part in every measured delay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Lateness {
    /// How many packets had to wait, and are counted here.
    pub packets: u64,
    /// Half of them were at most this late (rounded up by at most an eighth).
    #[serde(rename = "median_ms", serialize_with = "milliseconds")]
    pub median: Duration,
    /// 99 in 100 were at most this late (rounded up likewise).
    #[serde(rename = "p99_ms", serialize_with = "milliseconds")]
    pub p99: Duration,
    /// All were at most this late.
    #[serde(rename = "most_ms", serialize_with = "milliseconds")]
    pub most: Duration,
    /// How many were more than a millisecond late.
    pub over_1_ms: u64,
}

/// Counts lateness.
#[derive(Debug, Clone)]
pub(crate) struct Histogram {
    buckets: Vec<u64>,
    over_1_ms: u64,
    most_ns: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            buckets: vec![0; BUCKETS],
            over_1_ms: 0,
            most_ns: 0,
        }
    }
}

impl Histogram {
    /// Counts one packet that was this late, in nanoseconds.
    pub(super) fn count(&mut self, late_ns: u64) {
        if let Some(bucket) = self
            .buckets
            .get_mut(bucket(late_ns / 1000).min(BUCKETS - 1))
        {
            *bucket += 1;
        }
        self.over_1_ms += u64::from(u128::from(late_ns) > LATE.as_nanos());
        self.most_ns = self.most_ns.max(late_ns);
    }

    /// What has been counted so far.
    pub(crate) fn summary(&self) -> Lateness {
        let packets: u64 = self.buckets.iter().sum();
        let most = Duration::from_nanos(self.most_ns);
        let quantile = |percent: u64| {
            let rank = (packets * percent).div_ceil(100);
            let mut seen = 0;
            let bucket = self.buckets.iter().position(|count| {
                seen += count;
                seen >= rank
            });
            Duration::from_micros(end(bucket.unwrap_or(0))).min(most)
        };
        Lateness {
            packets,
            median: quantile(50),
            p99: quantile(99),
            most,
            over_1_ms: self.over_1_ms,
        }
    }
}

/// The bucket of a time in microseconds.
fn bucket(micros: u64) -> usize {
    let above = |log: u32| log.checked_sub(FINE.ilog2());
    let bucket = match micros.checked_ilog2().and_then(above) {
        None => micros,
        // Of the number its first four bits matter, of which the very first is set.
        Some(doublings) => FINE + 8 * u64::from(doublings) + ((micros >> (doublings + 1)) & 7),
    };
    usize::try_from(bucket).unwrap_or(BUCKETS)
}

/// Where a bucket ends, in microseconds.
fn end(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let Some(above) = bucket.checked_sub(FINE) else {
        return bucket + 1;
    };
    (8 + above % 8 + 1) << (above / 8 + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quantiles_are_upper_bounds() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.summary(), Lateness::default());
        for _ in 0..99 {
            histogram.count(50_000);
        }
        histogram.count(9_000_000);
        let lateness = histogram.summary();
        assert_eq!((lateness.packets, lateness.over_1_ms), (100, 1));
        assert_eq!(lateness.median, Duration::from_micros(52));
        assert_eq!(lateness.p99, Duration::from_micros(52));
        assert_eq!(lateness.most, Duration::from_millis(9));
    }

    proptest! {
        #[test]
        fn a_bucket_ends_at_most_an_eighth_later(micros in 0_u64..3_600_000_000) {
            let end = end(bucket(micros));
            prop_assert!(end > micros && end <= micros + micros / 8 + 1, "{end}");
            prop_assert!(bucket(micros) < BUCKETS);
        }
    }
}
