//! What a ping between two hosts should take, by all that is declared for the lines that it passes.

use std::time::Duration;

use crate::host::Host;
use crate::lab::Lab;
use crate::ping::BYTES_ON_WIRE;
use crate::topology::Access;

/// What to expect of a ping.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Expected {
    /// The round trip: the declared delay, and how long the limited lines are busy with request and answer.
    pub(crate) rtt: Duration,
    /// How much longer it may take: by jitter, and by waiting for another ping on each limited line.
    pub(crate) excess: Duration,
    /// How likely it is that no answer comes, by the declared loss.
    pub(crate) unanswered: f64,
}

impl Expected {
    /// Between two hosts of a lab.
    pub(crate) fn between(lab: &Lab, a: &Host, b: &Host) -> Self {
        let lines = if a.site == b.site {
            [Access::default(); 2]
        } else {
            [lab.access(a), lab.access(b)]
        };
        Self::over(lab.delay(a, b), lines)
    }

    /// Over two lines, each passed there and back.
    fn over(delay: Duration, lines: [Access; 2]) -> Self {
        let busy: Duration = lines.iter().map(|line| busy(line) * 2).sum();
        let jitter: Duration = lines.iter().map(|line| line.jitter * 2).sum();
        let answered: f64 = lines.iter().map(|line| (1.0 - line.loss).powi(2)).product();
        Self {
            rtt: delay + busy,
            excess: jitter + busy,
            unanswered: 1.0 - answered,
        }
    }
}

/// How long a line is busy with one ping.
pub(crate) fn busy(line: &Access) -> Duration {
    let nanos = |rate| BYTES_ON_WIRE * 8 * 1_000_000_000 / rate;
    line.rate
        .filter(|rate| *rate > 0)
        .map_or(Duration::ZERO, |rate| Duration::from_nanos(nanos(rate)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slow_lines_are_busy_with_request_and_answer() {
        let slow = Access {
            rate: Some(1_000_000),
            ..Access::default()
        };
        let expected = Expected::over(Duration::from_millis(10), [slow, Access::default()]);
        // 76 bytes, or 608 bits, each way.
        assert_eq!(expected.rtt, Duration::from_micros(11_216));
        assert_eq!(expected.excess, Duration::from_micros(1216));
        assert!(expected.unanswered.abs() < 1e-9);
    }

    #[test]
    fn loss_counts_on_both_lines_and_both_ways() {
        let lossy = Access {
            loss: 0.5,
            ..Access::default()
        };
        let expected = Expected::over(Duration::ZERO, [lossy; 2]);
        assert!((expected.unanswered - 15.0 / 16.0).abs() < 1e-9);
    }
}
