//! What a probe prints: one JSON document a party.

use std::time::Duration;

use e3_histogram::Distribution;
use serde::{Deserialize, Serialize};

/// What one party found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "probe", rename_all = "kebab-case")]
pub enum Report {
    /// Round trips to every other party.
    RoundTrip {
        /// The party that asked.
        party: u16,
        /// One a party asked.
        peers: Vec<RoundTrips>,
    },
    /// Round trips to every other party, one after another without a pause.
    PingPong {
        /// The party that asked.
        party: u16,
        /// One a party asked.
        peers: Vec<RoundTrips>,
    },
    /// What came from each other party alone.
    Throughput {
        /// The party that received.
        party: u16,
        /// One a party that sent.
        from: Vec<Received>,
    },
    /// What came from all other parties at once.
    AllToAll {
        /// The party that received.
        party: u16,
        /// One a party that sent.
        from: Vec<Received>,
    },
    /// How a profile was replayed.
    Mesh {
        /// The party.
        party: u16,
        /// How it went.
        replayed: Replayed,
    },
}

/// Round trips to one party, in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoundTrips {
    /// The party asked.
    pub to: u16,
    /// How often it was.
    pub samples: usize,
    /// The least.
    pub min_ms: f64,
    /// The one in the middle.
    pub median_ms: f64,
    /// 99 of 100 are not above this.
    pub p99_ms: f64,
    /// The greatest.
    pub max_ms: f64,
    /// All of them, in nanoseconds: an `HdrHistogram` in its V2 encoding, as base64 (see `e3_histogram`). It stands last,
    /// where it is in nobody's way; records of former versions have none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub histogram: String,
}

/// What came from one party.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Received {
    /// The party that sent.
    pub from: u16,
    /// Bytes.
    pub bytes: u64,
    /// From the first of them to the last.
    pub seconds: f64,
    /// The quotient.
    pub bytes_per_s: f64,
}

/// A replayed profile.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Replayed {
    /// Rounds.
    pub rounds: usize,
    /// From the first round's beginning to the last one's end, when all parties were connected.
    pub elapsed_s: f64,
    /// How much of it was computing, as recorded.
    pub computing_s: f64,
    /// Bytes that this party sent.
    pub bytes_sent: u64,
}

impl RoundTrips {
    /// Of these, which are not empty.
    pub(super) fn of(to: u16, mut times: Vec<Duration>) -> Self {
        let histogram = Distribution::of(times.iter().copied()).to_text();
        times.sort_unstable();
        let last = times.len().saturating_sub(1);
        let at = |numerator: usize, denominator: usize| {
            // Rounded up: the p99 of few samples is the greatest of them.
            let index = (last * numerator).div_ceil(denominator);
            times.get(index).map_or(0.0, |time| ms(*time))
        };
        Self {
            to,
            samples: times.len(),
            min_ms: at(0, 1),
            median_ms: at(1, 2),
            p99_ms: at(99, 100),
            max_ms: at(1, 1),
            histogram,
        }
    }
}

impl Received {
    pub(super) fn of(from: u16, bytes: u64, within: Duration) -> Self {
        let seconds = within.as_secs_f64();
        #[allow(
            clippy::cast_precision_loss,
            reason = "a rate is not wanted to 53 bits"
        )]
        let bytes_per_s = if seconds > 0.0 {
            bytes as f64 / seconds
        } else {
            0.0
        };
        Self {
            from,
            bytes,
            seconds: thousandths(seconds),
            bytes_per_s: bytes_per_s.round(),
        }
    }
}

/// Milliseconds, to a tenth of a microsecond.
fn ms(time: Duration) -> f64 {
    (time.as_secs_f64() * 1e7).round() / 1e4
}

/// As precise as people want to see it.
pub(super) fn thousandths(number: f64) -> f64 {
    (number * 1e3).round() / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_what_was_measured() {
        let times: Vec<_> = (1..=101).rev().map(Duration::from_millis).collect();
        let RoundTrips {
            samples,
            min_ms,
            median_ms,
            p99_ms,
            max_ms,
            ..
        } = RoundTrips::of(0, times);
        assert_eq!(
            (samples, min_ms, median_ms, p99_ms, max_ms),
            (101, 1.0, 51.0, 100.0, 101.0)
        );
        let one = RoundTrips::of(0, vec![Duration::from_micros(1500)]);
        assert_eq!((one.min_ms, one.p99_ms), (1.5, 1.5));
    }

    #[test]
    fn every_round_trip_is_in_the_histogram() {
        let trips = RoundTrips::of(0, (1..=500).map(Duration::from_micros).collect());
        let all = Distribution::from_text(&trips.histogram).unwrap();
        assert_eq!(all.count(), 500);
        assert!((all.quantile_s(0.9).unwrap() - 450e-6).abs() < 1e-6);
        let printed = serde_json::to_string(&trips).unwrap();
        let place = printed.find("\"histogram\"").unwrap();
        assert!(place > printed.find("\"max_ms\"").unwrap(), "{printed}");
        let former =
            r#"{"to":1,"samples":1,"min_ms":1.0,"median_ms":1.0,"p99_ms":1.0,"max_ms":1.0}"#;
        assert_eq!(
            serde_json::from_str::<RoundTrips>(former)
                .unwrap()
                .histogram,
            ""
        );
    }
}
