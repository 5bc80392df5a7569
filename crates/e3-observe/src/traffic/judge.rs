//! Which pairs are told, and what of them.

use std::{
    collections::{BTreeSet, VecDeque},
    net::IpAddr,
};

use super::{Calibrated, Flows, Series};

/// By so many parts of a time what somebody hands on may leave him later.
const HANDED_ON: usize = 4;

/// What one party's program said to another's.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// Who said it, by index.
    pub from: usize,
    /// To whom.
    pub to: usize,
    /// How many bytes, over time.
    pub series: Series,
}

/// Of each party the addresses by which this observer knows it.
pub type Parties = Vec<BTreeSet<IpAddr>>;

/// What an observer can tell of what was said.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// Each pair that has said something.
    pub pairs: Vec<Pair>,
    /// Of each party that has said something, all that it has said to anybody.
    pub sums: Vec<Sum>,
    /// Pairs that said nothing to one another, and whose addresses still exchanged packets.
    pub silent: Vec<(usize, usize)>,
    /// What chance stays below, among pairs; 1 where there was nothing to compare.
    pub threshold: f64,
}

/// One direction of a pair.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// Who said it.
    pub from: usize,
    /// To whom.
    pub to: usize,
    /// The trace that is most like it: by which way, and how like.
    pub best: Option<(Path, f64)>,
    /// Whether that tells it.
    pub told: bool,
    /// How many bytes were seen for each that was said, where it is told.
    pub factor: Option<f64>,
}

/// How words may pass an observer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Path {
    /// From the one's address to the other's.
    Direct,
    /// By somebody who is no party.
    By(IpAddr),
}

/// All that a party says.
#[derive(Debug, Clone, PartialEq)]
pub struct Sum {
    /// Who.
    pub from: usize,
    /// How like it is to all that leaves its address.
    pub score: f64,
    /// Whether that is more than chance.
    pub told: bool,
    /// How many bytes were seen for each that was said, where it is told.
    pub factor: Option<f64>,
}

struct Trace {
    from: usize,
    to: usize,
    path: Path,
    series: Series,
    /// All bytes.
    volume: f64,
}

/// Judges what these flows tell of what was said. All series are of the same parts of time.
#[must_use]
pub fn judge(flows: &Flows, parties: &Parties, said: &[Said]) -> Judgement {
    let traces = traces(flows, parties);
    let series: Vec<_> = traces.iter().map(|trace| trace.series.clone()).collect();
    let words: Vec<_> = said.iter().map(|said| said.series.clone()).collect();
    let calibrated = Calibrated::new(&series, &words);
    let pair = |(number, said): (usize, &Said)| {
        let own = traces.iter().enumerate();
        let own = own.filter(|(_, trace)| (trace.from, trace.to) == (said.from, said.to));
        let scored = own.filter_map(|(at, trace)| {
            let score = calibrated.as_ref()?.score(at, number);
            Some((at, trace, score))
        });
        let best = scored.max_by(|(_, _, one), (_, _, other)| one.total_cmp(other));
        let told = best.is_some_and(|(at, ..)| {
            let calibrated = calibrated.as_ref();
            calibrated.is_some_and(|calibrated| calibrated.tells(at, number))
        });
        Pair {
            from: said.from,
            to: said.to,
            best: best.map(|(_, trace, score)| (trace.path, score)),
            told,
            factor: best
                .filter(|_| told)
                .and_then(|(_, trace, _)| factor(trace.volume, &said.series)),
        }
    };
    let pairs = said.iter().enumerate().map(pair).collect();
    Judgement {
        pairs,
        sums: sums(flows, parties, said),
        silent: silent(&traces, said),
        threshold: calibrated.as_ref().map_or(1.0, |all| all.threshold),
    }
}

/// Every way in which words of each pair may have passed.
fn traces(flows: &Flows, parties: &Parties) -> Vec<Trace> {
    let mut all = Vec::new();
    let whose = |address: IpAddr| parties.iter().position(|own| own.contains(&address));
    for (from, to, volume) in flows.iter() {
        let Some(sender) = whose(from) else {
            continue;
        };
        if let Some(receiver) = whose(to) {
            if sender != receiver {
                add(
                    &mut all,
                    (sender, receiver),
                    Path::Direct,
                    volume.series.clone(),
                );
            }
            continue;
        }
        for (by, last, onward) in flows.iter() {
            let Some(receiver) = whose(last).filter(|other| by == to && *other != sender) else {
                continue;
            };
            let passed = passed(&volume.series, &onward.series);
            for delay in 0..=HANDED_ON {
                all.push(Trace {
                    from: sender,
                    to: receiver,
                    path: Path::By(by),
                    series: handed_on(&volume.series, &onward.series, delay),
                    volume: passed,
                });
            }
        }
    }
    all
}

/// Adds a trace, to another of the same pair where it has several addresses.
fn add(all: &mut Vec<Trace>, (from, to): (usize, usize), path: Path, series: Series) {
    let mut same = all.iter_mut();
    let same = same.find(|one| (one.from, one.to, one.path) == (from, to, path));
    match same {
        Some(known) => {
            known.volume += series.iter().sum::<f64>();
            sum(&mut known.series, &series);
        }
        None => all.push(Trace {
            from,
            to,
            path,
            volume: series.iter().sum(),
            series,
        }),
    }
}

/// What both may have in common, if what is handed on leaves so much later.
fn handed_on(to: &Series, onward: &Series, delay: usize) -> Series {
    let onward = onward.iter().skip(delay).copied();
    let onward = onward.chain(std::iter::repeat(0.0));
    to.iter().zip(onward).map(|(to, on)| to.min(on)).collect()
}

/// How many bytes can have been handed on: of each part of the time those that came in then or shortly before, and have not
/// left yet. One delay does not fit all that a busy relay hands on.
fn passed(to: &Series, onward: &Series) -> f64 {
    let mut waiting = VecDeque::new();
    let mut passed = 0.0;
    for (to, onward) in to.iter().zip(onward) {
        waiting.push_back(*to);
        if waiting.len() > HANDED_ON + 1 {
            waiting.pop_front();
        }
        let mut room = *onward;
        for bytes in &mut waiting {
            let leaves = bytes.min(room);
            *bytes -= leaves;
            room -= leaves;
            passed += leaves;
        }
    }
    passed
}

fn sum(into: &mut Series, other: &Series) {
    for (into, other) in into.iter_mut().zip(other) {
        *into += other;
    }
}

/// All that leaves each party, compared with all that it says.
fn sums(flows: &Flows, parties: &Parties, said: &[Said]) -> Vec<Sum> {
    let speakers: BTreeSet<usize> = said.iter().map(|said| said.from).collect();
    let one = |from: usize| {
        let mut words = Series::new();
        for said in said.iter().filter(|said| said.from == from) {
            words.resize(said.series.len(), 0.0);
            sum(&mut words, &said.series);
        }
        let mut seen = vec![0.0; words.len()];
        for (sender, _, volume) in flows.iter() {
            if parties.get(from).is_some_and(|own| own.contains(&sender)) {
                sum(&mut seen, &volume.series);
            }
        }
        let calibrated = Calibrated::new(&[seen.clone()], &[words.clone()]);
        let score = calibrated.as_ref().map_or(0.0, |all| all.score(0, 0));
        let told = calibrated.is_some_and(|all| all.tells(0, 0));
        Sum {
            from,
            score,
            told,
            factor: told.then(|| factor(seen.iter().sum(), &words)).flatten(),
        }
    };
    speakers.into_iter().map(one).collect()
}

/// How many bytes were seen for each that was said.
fn factor(seen: f64, said: &Series) -> Option<f64> {
    let said: f64 = said.iter().sum();
    (said > 0.0).then(|| seen / said)
}

/// Pairs without words whose addresses exchange packets all the same.
fn silent(traces: &[Trace], said: &[Said]) -> Vec<(usize, usize)> {
    let talk = |a: usize, b: usize| {
        let mut all = said.iter();
        all.any(|said| (said.from, said.to) == (a, b) || (said.from, said.to) == (b, a))
    };
    let direct = traces.iter().filter(|trace| trace.path == Path::Direct);
    let pairs = direct.map(|trace| (trace.from.min(trace.to), trace.from.max(trace.to)));
    let pairs: BTreeSet<_> = pairs.filter(|(a, b)| !talk(*a, *b)).collect();
    pairs.into_iter().collect()
}

#[cfg(test)]
mod tests;
