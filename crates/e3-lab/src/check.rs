//! The lab measures what it has built.

use std::time::Duration;

use serde::Serialize;

use crate::conditions::{milliseconds, some_milliseconds};
use crate::wan::Lateness;

mod loss;
mod measure;
mod rate;

pub use loss::LossCheck;
pub(crate) use measure::check;
pub use rate::RateCheck;

/// A pair of which no ping was answered is as declared if its lines' loss makes that likelier than this.
const UNBELIEVABLE: f64 = 1e-6;
/// How long after its due time an answer may come before it counts as lost.
const PATIENCE: Duration = Duration::from_millis(250);
/// A pair of which a ping may take longer than this is not measured: nobody waits for as long as somebody may declare.
const LONGEST_PING: Duration = Duration::from_secs(10);
/// What a measured round trip may be off, at least and as a part of the expected one.
const TOLERANCE: Duration = Duration::from_micros(300);
const TOLERANCE_PERCENT: u32 = 1;

/// What the lab has found about itself.
#[derive(Debug, Clone, Serialize)]
pub struct SelfCheck {
    /// The pairs that were measured.
    pub pairs: Vec<PairCheck>,
    /// The loss of pairs where some is declared, of a large lab a sample.
    pub losses: Vec<LossCheck>,
    /// The rate of pairs where one is declared, of a large lab a sample.
    pub rates: Vec<RateCheck>,
    /// How many pairs there are that share a version of IP; more than were measured in a large lab.
    pub pairs_in_all: usize,
    /// How many pairs were left out because a ping between them may take longer than 10 s by what is declared.
    pub pairs_too_slow: usize,
    /// Processes that ran or waited to run, on average over the last minute, and the machine's cores.
    pub load: f64,
    /// How many processors this process may use.
    pub cores: usize,
    /// How late the wide-area router has delivered packets meanwhile.
    pub lateness: Lateness,
}

/// One pair of hosts, measured.
#[derive(Debug, Clone, Serialize)]
pub struct PairCheck {
    /// One host.
    pub a: String,
    /// The other.
    pub b: String,
    /// The round-trip time declared for their sites, and how long lines of limited rate are busy with the pings.
    #[serde(rename = "expected_ms", serialize_with = "milliseconds")]
    pub expected: Duration,
    /// How much longer than expected a round trip may be: by the jitter of their sites' lines, and by waiting for
    /// another ping on lines of limited rate.
    #[serde(rename = "excess_ms", serialize_with = "milliseconds")]
    pub excess: Duration,
    /// How likely it was that no ping would be answered, by the loss of their sites' lines.
    pub silence: f64,
    /// The median of the measured round-trip times; none if no ping was answered.
    #[serde(rename = "median_ms", serialize_with = "some_milliseconds")]
    pub median: Option<Duration>,
    /// The shortest of them.
    #[serde(rename = "shortest_ms", serialize_with = "some_milliseconds")]
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
        let at_times =
            |pair: &&PairCheck| pair.shortest.is_some_and(|shortest| pair.accepts(shortest));
        let busy = self.lateness.p99 > TOLERANCE;
        let off = self.off();
        if off.is_none() {
            Trust::Trusted
        } else if busy || (off.pairs.iter().all(at_times) && off.losses + off.rates == 0) {
            Trust::TooBusy
        } else {
            Trust::Wrong
        }
    }

    /// The same in words, for people.
    pub fn verdict(&self) -> String {
        let measured = self.pairs.len();
        let found = match self.trust() {
            Trust::Trusted => format!("the network is as declared ({measured} pairs measured)"),
            Trust::TooBusy => format!(
                "this machine is too busy for its times to be trusted: {} (load {:.1} on {} cores, packets up to \
                 {:.1} ms late)",
                self.off().describe(self),
                self.load,
                self.cores,
                self.lateness.most.as_secs_f64() * 1000.0,
            ),
            Trust::Wrong => format!(
                "the network is not as declared: {}",
                self.off().describe(self)
            ),
        };
        match self.pairs_too_slow {
            0 => found,
            slow => format!(
                "{found}; {slow} pairs are not measured, as a ping there may take longer than {} s",
                LONGEST_PING.as_secs()
            ),
        }
    }

    fn off(&self) -> Off<'_> {
        Off {
            pairs: self.pairs.iter().filter(|pair| !pair.is_ok()).collect(),
            losses: self.losses.iter().filter(|loss| !loss.is_ok()).count(),
            rates: self.rates.iter().filter(|rate| !rate.is_ok()).count(),
        }
    }
}

/// What is not as declared.
struct Off<'a> {
    pairs: Vec<&'a PairCheck>,
    losses: usize,
    rates: usize,
}

impl Off<'_> {
    fn is_none(&self) -> bool {
        self.pairs.is_empty() && self.losses + self.rates == 0
    }

    fn describe(&self, check: &SelfCheck) -> String {
        let part = |off: usize, of: usize, are: &str| {
            (off > 0).then(|| format!("{off} of {of} pairs {are}"))
        };
        let pairs = part(
            self.pairs.len(),
            check.pairs.len(),
            "are slower, faster or unreachable",
        );
        let losses = part(self.losses, check.losses.len(), "lose more or less");
        let rates = part(self.rates, check.rates.len(), "have another rate");
        let parts: Vec<_> = [pairs, losses, rates].into_iter().flatten().collect();
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests;
