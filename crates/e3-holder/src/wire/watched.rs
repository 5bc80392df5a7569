//! Whether the times of a run can be believed: what was seen of router and machine meanwhile.

use std::time::Duration;

use e3_lab::{Lateness, PairCounters, Watched};
use serde::{Deserialize, Serialize};

use super::{Seconds, rounded};

/// What was seen while a run went on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WatchedRecord {
    /// For how long.
    pub duration_s: Seconds,
    /// How much later than due packets were delivered that had to wait.
    pub lateness: LatenessRecord,
    /// How late the wide-area router woke, which it did every 5 ms to see.
    pub wakes: LatenessRecord,
    /// What the machine did meanwhile.
    pub machine: LoadRecord,
    /// What passed the wide area meanwhile, and what did not, from site to site.
    pub traffic: Vec<PairCounters>,
    /// Packets for addresses that no site has.
    pub unroutable: u64,
    /// Packets that their own site's NAT or firewall did not let out.
    pub kept_in: u64,
    /// Whether times measured meanwhile are the lab's and the programs' own, and not the machine's doing.
    pub trusted: bool,
    /// Why not.
    pub reasons: Vec<String>,
    /// What else should be known.
    pub notes: Vec<String>,
}

/// How late packets were.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LatenessRecord {
    /// How many are counted here.
    pub packets: u64,
    /// Half of them were at most this late.
    pub median_ms: f64,
    /// 99 in 100 were at most this late.
    pub p99_ms: f64,
    /// All were at most this late.
    pub most_ms: f64,
    /// How many were more than a millisecond late.
    pub over_1_ms: u64,
}

/// How busy the machine was. Shares are of all its processors' time, 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoadRecord {
    /// The processors.
    pub processors: usize,
    /// How much of their time was used, by whomever.
    pub used: f64,
    /// How much of it by this lab.
    pub used_by_lab: f64,
    /// How much of it by processes outside of it.
    pub used_by_others: f64,
    /// How much was taken away by whatever runs this machine as a virtual one.
    pub stolen: f64,
    /// For how much of the time some process waited for a processor; none where the kernel does not tell.
    pub waiting: Option<f64>,
    /// Processes that ran or waited to run, over the last minute before the end.
    pub load: f64,
}

impl WatchedRecord {
    /// Of what the lab has seen.
    pub fn of(seen: &Watched) -> Self {
        let machine = &seen.machine;
        Self {
            duration_s: rounded(seen.duration.as_secs_f64()),
            lateness: LatenessRecord::of(&seen.lateness),
            wakes: LatenessRecord::of(&seen.wakes),
            machine: LoadRecord {
                processors: machine.processors,
                used: rounded(machine.used),
                used_by_lab: rounded(machine.used_by_lab),
                used_by_others: rounded(machine.used_by_others),
                stolen: rounded(machine.stolen),
                waiting: machine.waiting.map(rounded),
                load: machine.load,
            },
            traffic: seen.counters.pairs.clone(),
            unroutable: seen.counters.unroutable,
            kept_in: seen.counters.kept_in,
            trusted: seen.trusted,
            reasons: seen.reasons.clone(),
            notes: seen.notes.clone(),
        }
    }
}

impl LatenessRecord {
    fn of(lateness: &Lateness) -> Self {
        let ms = |time: Duration| rounded(time.as_secs_f64() * 1e3);
        Self {
            packets: lateness.packets,
            median_ms: ms(lateness.median),
            p99_ms: ms(lateness.p99),
            most_ms: ms(lateness.most),
            over_1_ms: lateness.over_1_ms,
        }
    }
}
