//! How long a plan takes, before it is begun and while it goes on.

use std::time::Duration;

use super::words::is_mpyc;
use super::{Bench, Done, Next, Plan, Way, Work};
use crate::finding::Measurement;

/// How long measuring takes: it ends where figures are known well enough, so that it can only be said from when to when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Estimate {
    /// If every ratio is known well after as few rounds as may be.
    pub least: Duration,
    /// If every bench takes the time that it may.
    pub most: Duration,
}

/// What an observed run takes beside the time that programs talk, in seconds.
const BESIDE_TALK_S: f64 = 12.0;

impl Estimate {
    /// Of what is left of a plan.
    pub fn of_plan(plan: &Plan, done: &Done) -> Self {
        let measuring = Self::of(&plan.benches, plan.seed, &done.measurements);
        let trials = plan.trials.iter();
        let trials = trials.filter(|trial| !trial.is_done(&done.experiments));
        let attacking: f64 = trials.map(super::Trial::usual_s).sum();
        let unseen = plan.observed.iter();
        let unseen = unseen.filter(|way| !Plan::is_observed(way, &done.observations));
        let observing: f64 = unseen.map(|_| observing_s(plan)).sum();
        let others = Duration::try_from_secs_f64(attacking + observing).unwrap_or(Duration::MAX);
        let limit = plan.limit_s.map(Duration::try_from_secs_f64);
        let limit = limit.and_then(Result::ok).unwrap_or(Duration::MAX);
        Self {
            least: measuring.least.saturating_add(others).min(limit),
            most: measuring.most.saturating_add(others).min(limit),
        }
    }

    /// Of what is left of these benches after what has been done, which also tells how long runs take here; those that
    /// nobody has seen yet are guessed.
    pub fn of(benches: &[Bench], seed: u64, done: &[Measurement]) -> Self {
        let mut least = 0.0;
        let mut most = 0.0;
        for bench in benches {
            let round: f64 = bench
                .ways
                .iter()
                .map(|way| usual_s(way, &bench.work, done))
                .sum();
            let mine = done.iter().filter(|one| Work::of(&one.cell) == bench.work);
            let used: f64 = mine.map(|one| one.elapsed_s).sum();
            if matches!(bench.next(seed, done), Next::Done(_)) {
                continue;
            }
            let goal = &bench.goal;
            let rounds = |count: u32| round * f64::from(count.saturating_add(goal.warm_up));
            // At least one round that counts is made, however long it takes.
            let limit = goal.time_s.max(rounds(1));
            least += (rounds(goal.least).min(limit) - used).max(0.0);
            most += (rounds(goal.most).min(limit) - used).max(0.0);
        }
        Self {
            least: Duration::try_from_secs_f64(least).unwrap_or(Duration::MAX),
            most: Duration::try_from_secs_f64(most).unwrap_or(Duration::MAX),
        }
    }
}

/// How long observing one way takes, in seconds.
pub fn observing_s(plan: &Plan) -> f64 {
    f64::from(plan.observed_s) + BESIDE_TALK_S
}

/// How long one run takes, the whole command, in seconds: as long as those that were measured, or a guess.
pub fn usual_s(way: &Way, work: &Work, done: &[Measurement]) -> f64 {
    let same: Vec<f64> = done
        .iter()
        .filter(|one| Way::of(&one.cell) == *way && Work::of(&one.cell) == *work)
        .map(|one| one.elapsed_s)
        .collect();
    crate::statistics::median(&same).unwrap_or_else(|| guess_s(way, work))
}

/// As it was on a machine of two processors.
fn guess_s(way: &Way, work: &Work) -> f64 {
    let parties = f64::from(work.parties);
    let connecting = match way.overlay.as_str() {
        "direct" | "direct-again" | "tls" | "wireguard" => 0.7,
        "quic" => 0.8,
        "headscale" => 2.5,
        _ => 1.2,
    };
    // Seconds that a message takes to the farthest and back.
    let round_trip = match work.network.as_str() {
        "lan" => 0.0,
        "near" | "nat" => 0.008,
        "loss" => 0.03,
        "far" => 0.17,
        _ => 0.25,
    };
    let size = match work.size.as_str() {
        "small" => 1.0,
        "medium" => 4.0,
        _ => 16.0,
    };
    let pairs = parties * (parties - 1.0) / 2.0;
    let program = match work.program.as_str() {
        "secret-santa" => size * (0.1 * parties / 3.0 + 80.0 * round_trip),
        "classify" => size * (0.3 * parties / 3.0) + 60.0 * round_trip,
        "round-trip" => pairs * 0.5 * size,
        "throughput" => pairs * size,
        "all-to-all" => size,
        "mesh" => 20.0 * round_trip + size * 0.02 * parties,
        _ => 5.0,
    };
    // Interpreters start beside one another, as far as there are processors.
    let python = if is_mpyc(&work.program) {
        0.35 * parties
    } else {
        0.0
    };
    connecting + 0.15 * parties + python + program
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Goal, Run, suite};
    use crate::testing::{measured, offers};

    #[test]
    fn the_quick_suite_keeps_to_its_time() {
        let benches = suite::quick(&offers()).benches;
        let estimate = Estimate::of(&benches, 1, &[]);
        assert!(estimate.least > Duration::from_secs(20), "{estimate:?}");
        assert!(estimate.least <= estimate.most);
        assert!(
            estimate.most <= Duration::from_secs_f64(suite::QUICK_S),
            "{estimate:?}"
        );
    }

    #[test]
    fn what_was_measured_is_believed_more_than_guesses() {
        let bench = Bench {
            work: Work::new("world", "classify", "large", 10),
            ways: vec![
                Way::new("direct", "pinned"),
                Way::new("direct-again", "pinned"),
            ],
            goal: Goal::default(),
        };
        let run = |way: &Way| Run {
            way: way.clone(),
            round: 0,
            warm_up: true,
        };
        let done: Vec<Measurement> = bench
            .ways
            .iter()
            .map(|way| measured(&bench.work.by(way), &run(way), Some(1.0)))
            .collect();
        let estimate = Estimate::of(std::slice::from_ref(&bench), 1, &done);
        // A round takes two seconds: six and fifty are left, one is done.
        assert_eq!(estimate.least, Duration::from_secs(12));
        assert_eq!(estimate.most, Duration::from_secs(100));
    }
}
