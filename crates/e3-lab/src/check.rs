//! The lab measures what it has built.

use std::fs;
use std::thread;
use std::time::Duration;

use crate::error::{During, LabError};
use crate::expect::{Expected, busy};
use crate::host::Host;
use crate::lab::Lab;
use crate::ping::{Pace, Probe, SPACING, measure};
use crate::reach::{probe, share_a_family};
use crate::wan::{Lateness, Random};

/// Up to this many pairs all are measured; of more, as many, chosen by the lab's seed. All pairs of 30 hosts are 435.
const MOST_PAIRS: usize = 450;
/// Pings for each pair, at least, and at most where lines are lossy.
const ROUNDS: u16 = 5;
const MOST_ROUNDS: u16 = 40;
/// A pair of which no ping was answered is as declared if its lines' loss makes that likelier than this.
const UNBELIEVABLE: f64 = 1e-6;
/// How long sending may take: where lines are so slow that all pairs would take longer, fewer are measured.
const LONGEST: Duration = Duration::from_secs(10);
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
    /// How many pairs there are that share a version of IP; more than were measured in a large lab.
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
    /// The round-trip time declared for their sites, and how long lines of limited rate are busy with the pings.
    pub expected: Duration,
    /// How much longer than expected a round trip may be: by the jitter of their sites' lines, and by waiting for
    /// another ping on lines of limited rate.
    pub excess: Duration,
    /// How likely it was that no ping would be answered, by the loss of their sites' lines.
    pub silence: f64,
    /// The median of the measured round-trip times; none if no ping was answered.
    pub median: Option<Duration>,
    /// The shortest of them.
    pub shortest: Option<Duration>,
}

impl PairCheck {
    /// Whether the median is what was declared, within 0.3 ms or 1 %, whichever is more; without any answer, whether
    /// the declared loss explains that.
    pub fn is_ok(&self) -> bool {
        self.median
            .map_or(self.silence > UNBELIEVABLE, |median| self.accepts(median))
    }

    fn accepts(&self, rtt: Duration) -> bool {
        let tolerance = TOLERANCE.max(self.expected * TOLERANCE_PERCENT / 100);
        (self.expected.saturating_sub(tolerance)..=self.expected + tolerance + self.excess)
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
pub(crate) fn check(lab: &Lab) -> Result<SelfCheck, LabError> {
    let hosts: Vec<&Host> = lab.hosts().collect();
    let speak = |v4, v6| {
        let alone = |host: &&&Host| (host.v4().is_some(), host.v6().is_some()) == (v4, v6);
        hosts.iter().filter(alone).count()
    };
    // Pairs that share no version of IP never reach each other.
    let apart = speak(true, false) * speak(false, true);
    let all = hosts.len() * hosts.len().saturating_sub(1) / 2 - apart;
    let spacing = lab.ask(|router| router.slowest(busy)).flatten();
    let spacing = spacing.unwrap_or_default().max(SPACING);
    let pairs = choose(hosts.len(), lab.seed(), most_pairs(spacing));
    let pairs: Vec<(&Host, &Host)> = pairs
        .into_iter()
        .filter_map(|(i, j)| Some((*hosts.get(i)?, *hosts.get(j)?)))
        .filter(|(a, b)| share_a_family(a, b))
        .collect();
    let probes: Result<Vec<Probe<'_>>, _> = pairs.iter().map(|(a, b)| probe(lab, a, b)).collect();
    let probes = probes?;
    let expected = Expected::of_pairs(lab, &pairs);
    let longest = expected
        .iter()
        .map(|expected| expected.rtt + expected.excess);
    let unanswered = expected.iter().map(|expected| expected.unanswered);
    let pace = Pace {
        rounds: rounds(unanswered.fold(0.0, f64::max)),
        spacing,
        patience: longest.max().unwrap_or_default() + PATIENCE,
    };
    let measured = measure(&probes, pace).during("measure the network", "lab")?;
    let pairs = pairs.iter().zip(expected).zip(measured);
    let pairs = pairs.map(|(((a, b), expected), mut times)| {
        times.sort_unstable();
        PairCheck {
            a: a.name().to_owned(),
            b: b.name().to_owned(),
            expected: expected.rtt,
            excess: expected.excess,
            silence: expected.unanswered.powi(pace.rounds.into()),
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

/// How many pairs can be measured in time.
fn most_pairs(spacing: Duration) -> usize {
    let in_time = LONGEST.as_nanos() / (spacing * ROUNDS.into()).as_nanos().max(1);
    usize::try_from(in_time).map_or(MOST_PAIRS, |pairs| pairs.clamp(1, MOST_PAIRS))
}

/// As many that it would be strange if none of a pair's pings were answered, within reason.
fn rounds(unanswered: f64) -> u16 {
    (ROUNDS..MOST_ROUNDS)
        .find(|rounds| unanswered.powi((*rounds).into()) <= UNBELIEVABLE)
        .unwrap_or(MOST_ROUNDS)
}

/// All pairs, or as many as are measured, chosen evenly.
fn choose(hosts: usize, seed: u64, most: usize) -> Vec<(usize, usize)> {
    let mut pairs: Vec<_> = (0..hosts)
        .flat_map(|i| (i + 1..hosts).map(move |j| (i, j)))
        .collect();
    let mut random = Random::new(seed);
    // The first steps of a shuffle (Fisher and Yates), as far as it is needed.
    if pairs.len() > most {
        for at in 0..most {
            let other = at + usize::try_from(random.below((pairs.len() - at) as u64)).unwrap_or(0);
            pairs.swap(at, other);
        }
        pairs.truncate(most);
    }
    pairs
}

fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ')
        .next()
        .and_then(|load| load.parse().ok())
        .unwrap_or(0.0)
}

#[cfg(test)]
mod tests;
