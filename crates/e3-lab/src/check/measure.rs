//! Measuring a lab: all pairs of hosts, or a sample of them.

use std::fs;
use std::thread;
use std::time::Duration;

use super::{LONGEST_PING, PATIENCE, PairCheck, SelfCheck, UNBELIEVABLE, loss, rate};
use crate::error::{During, LabError};
use crate::expect::{Expected, busy_at};
use crate::host::Host;
use crate::lab::Lab;
use crate::ping::{Pace, Probe, SPACING, measure};
use crate::reach::{probe, share_a_family};
use crate::wan::Random;

/// Up to this many pairs all are measured; of more, as many, chosen by the lab's seed. All pairs of 30 hosts are 435.
const MOST_PAIRS: usize = 450;
/// Pings for each pair, at least, and at most where lines are lossy.
const ROUNDS: u16 = 5;
const MOST_ROUNDS: u16 = 40;
/// How long sending may take: where lines are so slow that all pairs would take longer, fewer are measured.
const LONGEST: Duration = Duration::from_secs(10);

/// Measures a lab.
pub(crate) fn check(lab: &Lab) -> Result<SelfCheck, LabError> {
    let watch = lab.watch();
    let hosts: Vec<&Host> = lab.hosts().collect();
    let speak = |v4, v6| {
        let alone = |host: &&&Host| (host.v4().is_some(), host.v6().is_some()) == (v4, v6);
        hosts.iter().filter(alone).count()
    };
    // Pairs that share no version of IP never reach each other.
    let apart = speak(true, false) * speak(false, true);
    let all = hosts.len() * hosts.len().saturating_sub(1) / 2 - apart;
    let pairs: Vec<(&Host, &Host)> = choose(index_pairs(hosts.len()), lab.seed(), MOST_PAIRS)
        .into_iter()
        .filter_map(|(i, j)| Some((*hosts.get(i)?, *hosts.get(j)?)))
        .filter(|(a, b)| share_a_family(a, b))
        .collect();
    let expected = Expected::of_pairs(lab, &pairs);
    let (quick, slow): (Vec<_>, Vec<_>) = pairs
        .into_iter()
        .zip(expected)
        .partition(|(_, expected)| expected.longest() <= LONGEST_PING);
    let rate = quick.iter().filter_map(|(_, expected)| expected.rate).min();
    let spacing = rate.map_or(SPACING, |rate| busy_at(rate).max(SPACING));
    let quick = choose(quick, lab.seed(), most_pairs(spacing));
    let (pairs, expected): (Vec<(&Host, &Host)>, Vec<Expected>) = quick.into_iter().unzip();
    let probes: Result<Vec<Probe<'_>>, _> = pairs.iter().map(|(a, b)| probe(lab, a, b)).collect();
    let probes = probes?;
    let longest = expected.iter().map(Expected::longest);
    let unanswered = expected.iter().map(|expected| expected.unanswered);
    let pace = Pace {
        rounds: rounds(unanswered.fold(0.0, f64::max)),
        spacing,
        patience: longest.max().unwrap_or_default() + PATIENCE,
    };
    let measured = measure(&probes, pace).during("measure the network", "lab")?;
    let losses = loss::check(lab, &pairs, &expected, spacing)?;
    let rates = rate::check(lab, &pairs, &expected)?;
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
        losses,
        rates,
        pairs_in_all: all,
        pairs_too_slow: slow.len(),
        load: load(),
        cores: thread::available_parallelism().map_or(1, usize::from),
        lateness: watch.so_far().lateness,
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

/// All pairs of so many hosts.
fn index_pairs(hosts: usize) -> Vec<(usize, usize)> {
    let of = |i| (i + 1..hosts).map(move |j| (i, j));
    (0..hosts).flat_map(of).collect()
}

/// All pairs, or as many as are measured, chosen evenly.
fn choose<T>(mut pairs: Vec<T>, seed: u64, most: usize) -> Vec<T> {
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
mod tests {
    use super::*;

    #[test]
    fn a_large_lab_measures_a_sample_that_its_seed_repeats() {
        let choose = |hosts, seed| choose(index_pairs(hosts), seed, MOST_PAIRS);
        assert_eq!(choose(4, 1).len(), 6);
        assert_eq!(choose(30, 1).len(), 435);
        let sample = choose(100, 1);
        assert_eq!(sample.len(), MOST_PAIRS);
        assert_eq!(sample, choose(100, 1));
        assert_ne!(sample, choose(100, 2));
        let distinct: std::collections::HashSet<_> = sample.iter().collect();
        assert_eq!(distinct.len(), MOST_PAIRS);
    }

    #[test]
    fn lossy_lines_are_pinged_more_often_and_slow_ones_less() {
        assert_eq!(
            (rounds(0.0), rounds(0.5), rounds(1.0)),
            (5, 20, MOST_ROUNDS)
        );
        assert_eq!(most_pairs(SPACING), MOST_PAIRS);
        assert_eq!(most_pairs(Duration::from_millis(20)), 100);
        assert_eq!(most_pairs(Duration::from_mins(1)), 1);
    }
}
