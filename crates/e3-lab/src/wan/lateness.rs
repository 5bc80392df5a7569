//! How much later than due packets were delivered.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Bucket i counts what was late by less than 2ⁱ microseconds (and not less than half of that).
const BUCKETS: usize = 32;

/// How much later than due the wide-area router has delivered packets since the lab was built: the machine's part in
/// every measured delay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lateness {
    /// How many packets had to wait, and are counted here.
    pub packets: u64,
    /// Half of them were at most this late (rounded up to a power of two microseconds).
    pub median: Duration,
    /// 99 in 100 were at most this late (rounded up likewise).
    pub p99: Duration,
    /// All were at most this late.
    pub most: Duration,
}

/// Counts lateness.
#[derive(Debug, Default)]
pub(super) struct Histogram {
    buckets: [AtomicU64; BUCKETS],
    most_ns: AtomicU64,
}

impl Histogram {
    /// Counts one packet that was this late, in nanoseconds.
    pub(super) fn count(&self, late_ns: u64) {
        let bucket = (u64::BITS - (late_ns / 1000).leading_zeros()) as usize;
        if let Some(bucket) = self.buckets.get(bucket.min(BUCKETS - 1)) {
            bucket.fetch_add(1, Relaxed);
        }
        self.most_ns.fetch_max(late_ns, Relaxed);
    }

    /// What has been counted so far.
    pub(super) fn summary(&self) -> Lateness {
        let counts: Vec<u64> = self
            .buckets
            .iter()
            .map(|bucket| bucket.load(Relaxed))
            .collect();
        let packets: u64 = counts.iter().sum();
        let most = Duration::from_nanos(self.most_ns.load(Relaxed));
        let quantile = |percent: u64| {
            let rank = (packets * percent).div_ceil(100);
            let mut seen = 0;
            let bucket = counts.iter().position(|count| {
                seen += count;
                seen >= rank
            });
            Duration::from_micros(1 << bucket.unwrap_or(0)).min(most)
        };
        Lateness {
            packets,
            median: quantile(50),
            p99: quantile(99),
            most,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_upper_bounds() {
        let histogram = Histogram::default();
        assert_eq!(histogram.summary(), Lateness::default());
        for _ in 0..99 {
            histogram.count(50_000);
        }
        histogram.count(9_000_000);
        let lateness = histogram.summary();
        assert_eq!(lateness.packets, 100);
        assert_eq!(lateness.median, Duration::from_micros(64));
        assert_eq!(lateness.p99, Duration::from_micros(64));
        assert_eq!(lateness.most, Duration::from_millis(9));
    }
}
