//! Whether lines and paths of limited rate are as fast as declared.

use std::time::{Duration, Instant};

use serde::Serialize;

use super::PATIENCE;
use crate::error::{During, LabError};
use crate::expect::Expected;
use crate::host::Host;
use crate::lab::Lab;
use crate::ping::{BYTES_ON_WIRE, Burst, burst};
use crate::reach::probe;

/// For how long a burst keeps the slowest line busy: less than the 100 ms for which packets may wait before one.
const BUSY: Duration = Duration::from_millis(60);
/// As many pings as an unread socket holds, and as few as make a rate.
const MOST_PINGS: u64 = 60;
const FEWEST_PINGS: u64 = 4;
/// How long the longest ping is.
const LONGEST_PING: u64 = 1428;
/// Up to this many pairs are measured, as many as can be in this time.
const MOST_PAIRS: usize = 12;
const LONGEST: Duration = Duration::from_secs(3);
/// How much a rate may be off: this part of it, and what comes of arrivals that are seen this much later.
const TOLERANCE: f64 = 0.05;
const LATE: Duration = Duration::from_micros(500);

/// The rate between two hosts, measured by a burst of pings whose answers the slowest line on the way spaces.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RateCheck {
    /// One host.
    pub a: String,
    /// The other.
    pub b: String,
    /// The lowest rate declared on the way there and back, in bits per second.
    #[serde(rename = "expected_bit_s")]
    pub expected: f64,
    /// The rate at which answers came; none if fewer than two came.
    #[serde(rename = "measured_bit_s")]
    pub measured: Option<f64>,
    /// By which part the measured rate may be off, as jitter and a short burst make it less certain.
    pub tolerance: f64,
}

impl RateCheck {
    /// Whether the rate is as declared, as far as the burst can tell. A burst that was lost tells nothing.
    pub fn is_ok(&self) -> bool {
        let off = |measured: f64| (measured / self.expected - 1.0).abs();
        self.measured
            .is_none_or(|measured| off(measured) <= self.tolerance)
    }
}

/// Measures the pairs on whose way rates are limited, one after another.
pub(super) fn check(
    lab: &Lab,
    pairs: &[(&Host, &Host)],
    expected: &[Expected],
) -> Result<Vec<RateCheck>, LabError> {
    let started = Instant::now();
    let mut checks = Vec::new();
    for ((a, b), expected) in pairs.iter().zip(expected) {
        if checks.len() == MOST_PAIRS || started.elapsed() > LONGEST {
            break;
        }
        let Some((rate, plan)) = expected.rate.and_then(|rate| Some((rate, plan(rate)?))) else {
            continue;
        };
        let plan = Burst {
            patience: expected.longest() + BUSY + PATIENCE,
            ..plan
        };
        let arrivals = burst(probe(lab, a, b)?, plan).during("measure the rate", a.name())?;
        checks.push(judge((a, b), rate, expected, &arrivals, plan.bytes));
    }
    Ok(checks)
}

/// A burst that keeps a line of this rate busy; none where the line is too slow for several pings.
fn plan(rate: u64) -> Option<Burst> {
    let bytes_in_time = u128::from(rate) * BUSY.as_nanos() / 8 / 1_000_000_000;
    let bytes_in_time = u64::try_from(bytes_in_time).unwrap_or(u64::MAX);
    let pings = (bytes_in_time / LONGEST_PING).clamp(FEWEST_PINGS, MOST_PINGS);
    let bytes = (bytes_in_time / pings).min(LONGEST_PING);
    (bytes >= BYTES_ON_WIRE).then_some(Burst {
        pings: u16::try_from(pings).ok()?,
        bytes,
        patience: Duration::ZERO,
    })
}

// Numbers of bits and pings are far below 2⁵³.
#[allow(clippy::cast_precision_loss)]
fn judge(
    (a, b): (&Host, &Host),
    rate: u64,
    expected: &Expected,
    arrivals: &[(u16, Duration)],
    bytes: u64,
) -> RateCheck {
    let span = arrivals.first().zip(arrivals.last());
    let span = span.map(|(first, last)| (last.0 - first.0, last.1.saturating_sub(first.1)));
    let span = span.filter(|(pings, time)| *pings > 0 && !time.is_zero());
    let measured = span.map(|(pings, time)| {
        let bits = u64::from(pings) * bytes * 8;
        bits as f64 / time.as_secs_f64()
    });
    // The excess holds how long slow lines are busy with a ping, which says nothing about spacing; jitter does.
    let unsure = expected.jitter + LATE;
    let time = span.map_or(BUSY, |(_, time)| time);
    RateCheck {
        a: a.name().to_owned(),
        b: b.name().to_owned(),
        expected: rate as f64,
        measured,
        tolerance: TOLERANCE + unsure.as_secs_f64() / time.as_secs_f64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_fits_the_line() {
        let planned = |rate| plan(rate).map(|burst| (burst.pings, burst.bytes));
        assert_eq!(planned(1_000_000_000), Some((60, 1428)));
        assert_eq!(planned(1_000_000), Some((5, 1428)));
        assert_eq!(planned(100_000), Some((4, 187)));
        assert_eq!(planned(10_000), None);
    }

    #[test]
    fn a_rate_may_be_off_by_its_tolerance() {
        let check = |measured| RateCheck {
            a: "a".into(),
            b: "b".into(),
            expected: 1e6,
            measured,
            tolerance: 0.06,
        };
        assert!(check(Some(0.95e6)).is_ok() && check(Some(1.05e6)).is_ok());
        assert!(!check(Some(0.9e6)).is_ok() && !check(Some(1.1e6)).is_ok());
        assert!(check(None).is_ok());
    }
}
