//! The lab measures what it has built.

use std::fs;
use std::io;
use std::net::Ipv4Addr;
use std::thread;
use std::time::Duration;

use crate::host::Host;
use crate::lab::Lab;
use crate::ping::{Probe, measure};
use crate::topology::Nat;
use crate::wan::{Lateness, Random};

/// Up to this many pairs all are measured; of more, as many, chosen by the lab's seed. All pairs of 30 hosts are 435.
const MOST_PAIRS: usize = 450;
/// Pings for each pair.
const ROUNDS: u16 = 5;
/// How long after its due time an answer may come before it counts as lost.
const PATIENCE: Duration = Duration::from_millis(250);
/// What a measured round trip may be off, at least and as a part of the expected one.
const TOLERANCE: Duration = Duration::from_micros(300);
const TOLERANCE_PERCENT: u32 = 1;

/// What the lab has found about itself.
#[derive(Debug, Clone)]
pub struct SelfCheck {
    /// The pairs that were measured.
    pub pairs: Vec<PairCheck>,
    /// How many pairs there are; more than were measured in a large lab.
    pub pairs_in_all: usize,
    /// Processes that ran or waited to run, on average over the last minute, and the machine's cores.
    pub load: f64,
    /// How many processors this process may use.
    pub cores: usize,
    /// How late the wide-area router has delivered packets.
    pub lateness: Lateness,
}

/// One pair of hosts, measured.
#[derive(Debug, Clone)]
pub struct PairCheck {
    /// One host.
    pub a: String,
    /// The other.
    pub b: String,
    /// The round-trip time declared for their sites.
    pub expected: Duration,
    /// How much longer than expected a round trip may be by the jitter of their sites' lines.
    pub jitter: Duration,
    /// The median of the measured round-trip times; none if no ping was answered.
    pub median: Option<Duration>,
    /// The shortest of them.
    pub shortest: Option<Duration>,
}

impl PairCheck {
    /// Whether the median is what was declared, within 0.3 ms or 1 %, whichever is more.
    pub fn is_ok(&self) -> bool {
        self.median.is_some_and(|median| self.accepts(median))
    }

    fn accepts(&self, rtt: Duration) -> bool {
        let tolerance = TOLERANCE.max(self.expected * TOLERANCE_PERCENT / 100);
        (self.expected.saturating_sub(tolerance)..=self.expected + tolerance + self.jitter)
            .contains(&rtt)
    }
}

/// Whether times measured in the lab mean anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Every measured pair is as declared.
    Trusted,
    /// Some pairs take longer than declared, and not always: the machine is too busy.
    TooBusy,
    /// Some pairs were not answered, or never take what was declared: the lab is not as declared.
    Wrong,
}

impl SelfCheck {
    /// Whether times measured in the lab mean anything.
    pub fn trust(&self) -> Trust {
        let off: Vec<_> = self.pairs.iter().filter(|pair| !pair.is_ok()).collect();
        let at_times =
            |pair: &&PairCheck| pair.shortest.is_some_and(|shortest| pair.accepts(shortest));
        let busy = self.lateness.p99 > TOLERANCE;
        match off.len() {
            0 => Trust::Trusted,
            _ if busy || off.iter().all(at_times) => Trust::TooBusy,
            _ => Trust::Wrong,
        }
    }

    /// The same in words, for people.
    pub fn verdict(&self) -> String {
        let off = self.pairs.iter().filter(|pair| !pair.is_ok()).count();
        let measured = self.pairs.len();
        match self.trust() {
            Trust::Trusted => format!("the network is as declared ({measured} pairs measured)"),
            Trust::TooBusy => format!(
                "this machine is too busy for its times to be trusted: {off} of {measured} pairs are slower than \
                 declared (load {:.1} on {} cores, packets up to {:.1} ms late)",
                self.load,
                self.cores,
                self.lateness.most.as_secs_f64() * 1000.0,
            ),
            Trust::Wrong => format!(
                "the network is not as declared: {off} of {measured} pairs are off or unreachable"
            ),
        }
    }
}

/// Measures a lab.
pub(crate) fn check(lab: &Lab) -> io::Result<SelfCheck> {
    let hosts: Vec<&Host> = lab.hosts().collect();
    let all = hosts.len() * hosts.len().saturating_sub(1) / 2;
    let pairs = choose(hosts.len(), lab.seed());
    let pairs: Vec<(&Host, &Host)> = pairs
        .into_iter()
        .filter_map(|(i, j)| Some((*hosts.get(i)?, *hosts.get(j)?)))
        .collect();
    let probes: Vec<Probe<'_>> = pairs.iter().map(|(a, b)| probe(lab, a, b)).collect();
    let expected = |(a, b): &(&Host, &Host)| lab.expected(a, b);
    let longest = pairs
        .iter()
        .map(|pair| expected(pair) + jitter(lab, pair))
        .max()
        .unwrap_or_default();
    let measured = measure(&probes, ROUNDS, longest + PATIENCE)?;
    let pairs = pairs.iter().zip(measured).map(|(pair, mut times)| {
        times.sort_unstable();
        PairCheck {
            a: pair.0.name().to_owned(),
            b: pair.1.name().to_owned(),
            expected: expected(pair),
            jitter: jitter(lab, pair),
            median: times.get(times.len() / 2).copied(),
            shortest: times.first().copied(),
        }
    });
    Ok(SelfCheck {
        pairs: pairs.collect(),
        pairs_in_all: all,
        load: load(),
        cores: thread::available_parallelism().map_or(1, usize::from),
        lateness: lab.lateness(),
    })
}

/// All pairs, or as many as are measured, chosen evenly.
fn choose(hosts: usize, seed: u64) -> Vec<(usize, usize)> {
    let mut pairs: Vec<_> = (0..hosts)
        .flat_map(|i| (i + 1..hosts).map(move |j| (i, j)))
        .collect();
    let mut random = Random::new(seed);
    // The first steps of a shuffle (Fisher and Yates), as far as it is needed.
    if pairs.len() > MOST_PAIRS {
        for at in 0..MOST_PAIRS {
            let other = at + usize::try_from(random.below((pairs.len() - at) as u64)).unwrap_or(0);
            pairs.swap(at, other);
        }
        pairs.truncate(MOST_PAIRS);
    }
    pairs
}

/// From whichever side can reach the other; where neither can, as far as the other's router.
fn probe<'a>(lab: &Lab, a: &'a Host, b: &'a Host) -> Probe<'a> {
    let reachable =
        |host: &Host| host.site == a.site && host.site == b.site || host.nat == Nat::None;
    if reachable(b) {
        Probe {
            from: a,
            to: b.address,
        }
    } else if reachable(a) {
        Probe {
            from: b,
            to: a.address,
        }
    } else {
        Probe {
            from: a,
            to: lab.public_address(b).unwrap_or(Ipv4Addr::UNSPECIFIED),
        }
    }
}

/// Two lines, each passed there and back.
fn jitter(lab: &Lab, (a, b): &(&Host, &Host)) -> Duration {
    if a.site == b.site {
        Duration::ZERO
    } else {
        (lab.jitter(a) + lab.jitter(b)) * 2
    }
}

fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ')
        .next()
        .and_then(|load| load.parse().ok())
        .unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(expected_ms: u64, median_us: u64, shortest_us: u64) -> PairCheck {
        PairCheck {
            a: "a".into(),
            b: "b".into(),
            expected: Duration::from_millis(expected_ms),
            jitter: Duration::ZERO,
            median: Some(Duration::from_micros(median_us)),
            shortest: Some(Duration::from_micros(shortest_us)),
        }
    }

    fn check(pairs: Vec<PairCheck>) -> SelfCheck {
        SelfCheck {
            pairs,
            pairs_in_all: 1,
            load: 9.0,
            cores: 2,
            lateness: Lateness::default(),
        }
    }

    #[test]
    fn tolerance_is_the_larger_of_both() {
        assert!(pair(10, 10_299, 0).is_ok() && !pair(10, 10_301, 0).is_ok());
        assert!(pair(100, 100_999, 0).is_ok() && !pair(100, 101_001, 0).is_ok());
        assert!(!pair(100, 98_000, 0).is_ok(), "too fast is wrong too");
    }

    #[test]
    fn slow_at_times_is_busy_and_slow_always_is_wrong() {
        assert_eq!(
            check(vec![pair(10, 10_100, 10_050)]).trust(),
            Trust::Trusted
        );
        assert_eq!(
            check(vec![pair(10, 12_000, 10_050)]).trust(),
            Trust::TooBusy
        );
        assert_eq!(check(vec![pair(10, 12_000, 12_000)]).trust(), Trust::Wrong);
        assert!(
            check(vec![pair(10, 12_000, 10_050)])
                .verdict()
                .contains("too busy")
        );
        let silent = PairCheck {
            median: None,
            shortest: None,
            ..pair(10, 0, 0)
        };
        assert_eq!(check(vec![silent]).trust(), Trust::Wrong);
    }

    #[test]
    fn a_large_lab_measures_a_sample_that_its_seed_repeats() {
        assert_eq!(choose(4, 1).len(), 6);
        assert_eq!(choose(30, 1).len(), 435);
        let sample = choose(100, 1);
        assert_eq!(sample.len(), MOST_PAIRS);
        assert_eq!(sample, choose(100, 1));
        assert_ne!(sample, choose(100, 2));
        let distinct: std::collections::HashSet<_> = sample.iter().collect();
        assert_eq!(distinct.len(), MOST_PAIRS);
    }
}
