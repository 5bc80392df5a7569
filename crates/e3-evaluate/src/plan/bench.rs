//! One work over several ways, round after round.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::words::BASE;
use super::{Way, Work};
use crate::finding::Measurement;
use crate::statistics::Draw;
use crate::tables::ratio_of;

/// One work over several ways: each round takes all of them, in an order that is drawn, so that whatever the machine does
/// meanwhile is done to all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bench {
    /// What is done.
    pub work: Work,
    /// How: the first is what others are divided by.
    pub ways: Vec<Way>,
    /// When it is enough.
    pub goal: Goal,
}

/// When a bench is enough.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    /// How far the intervals of all ratios may reach from their medians, relative to them: 0.05 for ±5 %.
    pub precision: f64,
    /// Rounds that are there in any case, if the time allows.
    pub least: u32,
    /// Rounds that are enough, whatever the intervals.
    pub most: u32,
    /// How long all of it may take, in seconds.
    pub time_s: f64,
    /// Rounds before the first, which count for nothing.
    pub warm_up: u32,
}

impl Default for Goal {
    fn default() -> Self {
        Self {
            precision: 0.05,
            least: 6,
            most: 50,
            time_s: 600.0,
            warm_up: 1,
        }
    }
}

/// What a bench does next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next {
    /// Another run.
    Run(Run),
    /// Nothing.
    Done(End),
}

/// One run of a bench.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// By which way.
    pub way: Way,
    /// In which round: those that warm up come first, and the first that counts is `Goal::warm_up`.
    pub round: u32,
    /// Whether it only warms up.
    pub warm_up: bool,
}

/// Why a bench has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// All intervals are as narrow as was asked for.
    Precise,
    /// The time is used up.
    Time,
    /// There were as many rounds as it may have.
    Rounds,
    /// No way can do it.
    Failed,
}

/// So many failures in a row, and never a success: then a way is not tried again.
const HOPELESS: usize = 2;

impl Bench {
    /// What is to be done after what has been done; it follows from that alone, so that a comparison which was cut off goes
    /// on where it stopped. Measurements of other works are not looked at.
    pub fn next(&self, seed: u64, done: &[Measurement]) -> Next {
        let mine: Vec<&Measurement> = done
            .iter()
            .filter(|one| Work::of(&one.cell) == self.work)
            .collect();
        let ways: Vec<&Way> = self
            .ways
            .iter()
            .filter(|way| !hopeless(&mine, way))
            .collect();
        if ways.is_empty() {
            return Next::Done(End::Failed);
        }
        for round in 0..self.goal.warm_up.saturating_add(self.goal.most) {
            let is_done = |way: &Way| {
                mine.iter()
                    .any(|one| one.round == round && Way::of(&one.cell) == *way)
            };
            let begun = self.ways.iter().any(is_done);
            if !begun && let Some(end) = self.enough(round, &mine, &ways) {
                return Next::Done(end);
            }
            let order = self.order(seed, round);
            let left = order
                .into_iter()
                .find(|way| ways.contains(way) && !is_done(way));
            if let Some(way) = left {
                return Next::Run(Run {
                    way: way.clone(),
                    round,
                    warm_up: round < self.goal.warm_up,
                });
            }
        }
        Next::Done(End::Rounds)
    }

    /// The ways in the order of a round.
    pub fn order(&self, seed: u64, round: u32) -> Vec<&Way> {
        let mut order: Vec<&Way> = self.ways.iter().collect();
        Draw::new(seed, &format!("{} {round}", self.work)).shuffle(&mut order);
        order
    }

    /// Whether there is nothing to be gained by another round, or no time.
    fn enough(&self, round: u32, done: &[&Measurement], ways: &[&Way]) -> Option<End> {
        let counted = round.checked_sub(self.goal.warm_up)?;
        let used: f64 = done.iter().map(|one| one.elapsed_s).sum();
        let usual = round_s(done, ways);
        if counted > 0 && used + usual > self.goal.time_s {
            return Some(End::Time);
        }
        if counted >= self.goal.least && self.is_precise(done, ways) {
            return Some(End::Precise);
        }
        None
    }

    fn is_precise(&self, done: &[&Measurement], ways: &[&Way]) -> bool {
        let figure = self.work.main_figure();
        ways.iter().all(|way| {
            let base = self.base_of(way).filter(|base| base != way);
            base.is_none_or(|base| {
                ratio_of(done, way, base, figure)
                    .and_then(|ratio| ratio.precision())
                    .is_some_and(|precision| precision <= self.goal.precision)
            })
        })
    }

    /// What others are divided by.
    pub fn base(&self) -> Option<&Way> {
        let plain = self.ways.iter().find(|way| way.overlay == BASE);
        plain.or(self.ways.first())
    }

    /// What a way is divided by: the plain way with the same identity, where there is one.
    pub fn base_of(&self, way: &Way) -> Option<&Way> {
        let same = Way::new(BASE, &way.identity);
        let same = self.ways.iter().find(|other| **other == same);
        same.or(self.base())
    }
}

/// Whether a way has only ever failed, often enough.
fn hopeless(done: &[&Measurement], way: &Way) -> bool {
    let mut tried = 0;
    for one in done.iter().filter(|one| Way::of(&one.cell) == *way) {
        if one.failure.is_none() {
            return false;
        }
        tried += 1;
    }
    tried >= HOPELESS
}

/// How long a round takes, by how long runs have taken on average.
fn round_s(done: &[&Measurement], ways: &[&Way]) -> f64 {
    let mut taken: BTreeMap<Way, (f64, f64)> = BTreeMap::new();
    for one in done {
        let (sum, count) = taken.entry(Way::of(&one.cell)).or_default();
        *sum += one.elapsed_s;
        *count += 1.0;
    }
    let of = |way: &&Way| taken.get(*way).map_or(0.0, |(sum, count)| sum / count);
    ways.iter().map(of).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::measured;

    fn bench(goal: Goal) -> Bench {
        Bench {
            work: Work::new("lan", "secret-santa", "small", 3),
            ways: ["direct", "direct-again", "quic"]
                .map(|overlay| Way::new(overlay, "pinned"))
                .to_vec(),
            goal,
        }
    }

    /// Does all that a bench wants, each run of which takes a second and gives what `figure` says.
    fn do_all(
        bench: &Bench,
        seed: u64,
        mut figure: impl FnMut(&Run) -> Option<f64>,
    ) -> (Vec<Measurement>, End) {
        let mut done = Vec::new();
        for _ in 0..10_000 {
            match bench.next(seed, &done) {
                Next::Run(run) => {
                    let took = figure(&run);
                    done.push(measured(&bench.work.by(&run.way), &run, took));
                }
                Next::Done(end) => return (done, end),
            }
        }
        panic!("it does not end");
    }

    #[test]
    fn it_ends_when_the_intervals_are_narrow() {
        let bench = bench(Goal::default());
        let (done, end) = do_all(&bench, 1, |run| {
            Some(if run.way.overlay == "quic" { 1.4 } else { 1.0 })
        });
        assert_eq!(end, End::Precise);
        assert_eq!(done.len(), 3 * 7, "six rounds and one that warms up");
        assert_eq!(done.iter().filter(|one| one.warm_up).count(), 3);
    }

    #[test]
    fn it_ends_when_the_time_is_used_up() {
        let mut noise = Draw::new(5, "noise");
        let (done, end) = do_all(
            &bench(Goal {
                time_s: 40.0,
                ..Goal::default()
            }),
            1,
            |_| Some(f64::from(u32::try_from(1 + noise.below(1000)).unwrap())),
        );
        assert_eq!(end, End::Time);
        assert_eq!(done.len(), 39, "whole rounds that fit into 40 s");
    }

    #[test]
    fn a_way_that_only_fails_is_given_up() {
        let (done, end) = do_all(&bench(Goal::default()), 1, |run| {
            (run.way.overlay != "quic").then_some(1.0)
        });
        assert_eq!(end, End::Precise);
        let failed = done.iter().filter(|one| one.failure.is_some());
        assert_eq!(failed.count(), HOPELESS);
        let (done, end) = do_all(&bench(Goal::default()), 1, |_| None);
        assert_eq!((done.len(), end), (3 * HOPELESS, End::Failed));
    }

    #[test]
    fn one_round_is_there_however_short_the_time() {
        let hurried = Goal {
            time_s: 0.0,
            ..Goal::default()
        };
        let (done, end) = do_all(&bench(hurried), 1, |_| Some(1.0));
        assert_eq!((done.len(), end), (6, End::Time));
    }

    proptest! {
        #[test]
        fn cut_off_anywhere_it_goes_on_the_same(seed in any::<u64>(), cut in 0_usize..40, most in 1_u32..9) {
            let bench = bench(Goal { most, ..Goal::default() });
            let took = |run: &Run| Some(1.0 + f64::from(run.round % 3));
            let (whole, end) = do_all(&bench, seed, took);
            let mut done: Vec<Measurement> = whole.iter().take(cut).cloned().collect();
            while let Next::Run(run) = bench.next(seed, &done) {
                done.push(measured(&bench.work.by(&run.way), &run, took(&run)));
            }
            prop_assert_eq!(&done, &whole);
            prop_assert_eq!(bench.next(seed, &done), Next::Done(end));
            // Every round has every way once.
            for round in 0..=most {
                let mut ways: Vec<Way> = whole.iter().filter(|one| one.round == round)
                    .map(|one| Way::of(&one.cell)).collect();
                ways.sort();
                let mut all = bench.ways.clone();
                all.sort();
                prop_assert!(ways.is_empty() || ways == all);
            }
        }
    }
}
