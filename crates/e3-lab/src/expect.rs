//! What a ping between two hosts should take, by all that is declared for the lines that it passes.

use std::time::Duration;

use crate::conditions::Conditions;
use crate::host::Host;
use crate::lab::Lab;
use crate::ping::BYTES_ON_WIRE;
use crate::topology::Access;
use crate::wan::Router;

/// What to expect of a ping.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Expected {
    /// The round trip: the declared delay, and how long the limited lines are busy with request and answer.
    pub(crate) rtt: Duration,
    /// How much longer it may take: by jitter, and by waiting for another ping on each limited line.
    pub(crate) excess: Duration,
    /// How much of that is jitter.
    pub(crate) jitter: Duration,
    /// How likely it is that no answer comes, by the declared loss.
    pub(crate) unanswered: f64,
    /// The lowest rate on the way there and back, in bits per second; none where there is no limit.
    pub(crate) rate: Option<u64>,
}

/// What lies between two sites.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Way {
    /// The sites' lines, each passed there and back.
    lines: [Access; 2],
    /// The paths there and back; none within a site.
    paths: Option<[Conditions; 2]>,
}

impl Expected {
    /// How long a ping takes at most.
    pub(crate) fn longest(&self) -> Duration {
        self.rtt.saturating_add(self.excess)
    }

    /// For each pair of hosts, by what holds now.
    pub(crate) fn of_pairs(lab: &Lab, pairs: &[(&Host, &Host)]) -> Vec<Self> {
        let sites = pairs.iter().map(|(a, b)| (a.site_index, b.site_index));
        let sites: Vec<_> = sites.collect();
        let unknown = vec![Way::default(); sites.len()];
        // One question for all, as each takes the router's time.
        let ways = lab.ask(move |router| sites.iter().map(|(a, b)| way(router, *a, *b)).collect());
        let ways: Vec<Way> = ways.unwrap_or(unknown);
        ways.iter().map(Self::over).collect()
    }

    fn over(way: &Way) -> Self {
        let Some(paths) = way.paths else {
            return Self::default();
        };
        let limited = paths.map(|path| path.rate.map_or(Duration::ZERO, busy_at));
        let paths_busy: Duration = limited.iter().sum();
        let lines_busy: Duration = way.lines.iter().map(busy).sum();
        let jitter: Duration = way.lines.iter().map(|line| line.jitter * 2).sum();
        let held = |path: &Conditions| path.jitter + path.reorder.by;
        let answered: f64 = way
            .lines
            .iter()
            .map(|line| (1.0 - line.loss).powi(2))
            .product();
        let passed = paths
            .iter()
            .map(|path| if path.down { 0.0 } else { 1.0 - path.loss });
        let jitter = jitter + paths.iter().map(held).sum::<Duration>();
        Self {
            jitter,
            rtt: paths.iter().map(|path| path.delay).sum::<Duration>()
                + lines_busy * 2
                + paths_busy,
            excess: jitter + lines_busy * 2 + paths_busy,
            unanswered: 1.0 - answered * passed.product::<f64>(),
            rate: way.rates(paths).min(),
        }
    }
}

impl Way {
    fn rates(&self, paths: [Conditions; 2]) -> impl Iterator<Item = u64> {
        let lines = self.lines.into_iter().filter_map(|line| line.rate);
        lines.chain(paths.into_iter().filter_map(|path| path.rate))
    }
}

fn way(router: &Router, a: usize, b: usize) -> Way {
    let access = |site| router.access(site).unwrap_or_default();
    let path = |from, to| router.conditions(from, to).unwrap_or_default();
    Way {
        lines: [access(a), access(b)],
        paths: (a != b).then(|| [path(a, b), path(b, a)]),
    }
}

/// How long a line is busy with one ping.
fn busy(line: &Access) -> Duration {
    line.rate.map_or(Duration::ZERO, busy_at)
}

/// How long a line of this rate is busy with one ping.
pub(crate) fn busy_at(rate: u64) -> Duration {
    let nanos = (BYTES_ON_WIRE * 8 * 1_000_000_000).checked_div(rate);
    nanos.map_or(Duration::ZERO, Duration::from_nanos)
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
        let path = Conditions::delayed(Duration::from_millis(5));
        let mut way = Way {
            lines: [slow, Access::default()],
            paths: Some([path; 2]),
        };
        let expected = Expected::over(&way);
        // 76 bytes, or 608 bits, each way.
        assert_eq!(expected.rtt, Duration::from_micros(11_216));
        assert_eq!(expected.excess, Duration::from_micros(1216));
        assert!(expected.unanswered.abs() < 1e-9);
        let rate = Some(1_000_000);
        way.paths = Some([Conditions { rate, ..path }, path]);
        assert_eq!(Expected::over(&way).rtt, Duration::from_micros(11_824));
    }

    #[test]
    fn loss_counts_on_both_lines_and_both_ways() {
        let lossy = Access {
            loss: 0.5,
            ..Access::default()
        };
        let mut way = Way {
            lines: [lossy; 2],
            paths: Some([Conditions::default(); 2]),
        };
        assert!((Expected::over(&way).unanswered - 15.0 / 16.0).abs() < 1e-9);
        let down = Conditions {
            down: true,
            ..Conditions::default()
        };
        way.paths = Some([Conditions::default(), down]);
        assert!((Expected::over(&way).unanswered - 1.0).abs() < 1e-9);
    }
}
