//! What has been found of a plan, and what is left of it.

use std::fmt;

use serde::Serialize;

use super::{Next, Part, Plan, Trial};
use crate::finding::{Effort, Experiment, Measurement, Observation, Observer, Question};

/// All that was found so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Done {
    /// Runs.
    pub measurements: Vec<Measurement>,
    /// Attacks.
    pub experiments: Vec<Experiment>,
    /// What observers could tell.
    pub observations: Vec<Observation>,
    /// What was counted.
    pub efforts: Vec<Effort>,
}

/// How much of a plan is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// One for each part that has anything to do.
    pub parts: Vec<PartDone>,
}

/// How much of one part is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PartDone {
    /// Which.
    pub part: Part,
    /// So many tables, attacks or ways are done.
    pub done: usize,
    /// Of so many.
    pub all: usize,
}

impl Plan {
    /// The attack that is to be tried next.
    pub fn next_trial(&self, done: &Done) -> Option<&Trial> {
        let mut trials = self.trials.iter();
        trials.find(|trial| !trial.is_done(&done.experiments))
    }

    /// Whether all that observers could tell of a way is known.
    pub fn is_observed(way: &str, observations: &[Observation]) -> bool {
        let all = Observer::ALL.len() * Question::ALL.len();
        let mine = observations.iter().filter(|one| one.overlay == way);
        let asked: std::collections::BTreeSet<_> =
            mine.map(|one| (one.observer, one.question)).collect();
        asked.len() == all
    }

    /// How much of it is done.
    pub fn progress(&self, done: &Done) -> Progress {
        let is_told = |way: &&String| done.efforts.iter().any(|one| one.overlay == **way);
        let is_seen = |way: &&String| Self::is_observed(way, &done.observations);
        let tables = self.benches.iter();
        let tables = tables
            .filter(|bench| matches!(bench.next(self.seed, &done.measurements), Next::Done(_)));
        let trials = self.trials.iter();
        let trials = trials.filter(|trial| trial.is_done(&done.experiments));
        let of = |part, done, all| PartDone { part, done, all };
        let parts = [
            of(Part::Performance, tables.count(), self.benches.len()),
            of(Part::Security, trials.count(), self.trials.len()),
            of(
                Part::Privacy,
                self.observed.iter().filter(is_seen).count(),
                self.observed.len(),
            ),
            of(
                Part::Effort,
                self.counted.iter().filter(is_told).count(),
                self.counted.len(),
            ),
        ];
        Progress {
            parts: parts.into_iter().filter(|part| part.all > 0).collect(),
        }
    }
}

impl Progress {
    /// Whether nothing is left.
    pub fn is_whole(&self) -> bool {
        self.parts.iter().all(|part| part.done == part.all)
    }
}

/// `3 of 40 tables, 12 of 228 attacks`.
impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, PartDone { part, done, all }) in self.parts.iter().enumerate() {
            let (one, many) = match part {
                Part::Performance => ("table", "tables"),
                Part::Security => ("attack", "attacks"),
                Part::Privacy => ("way observed", "ways observed"),
                Part::Effort => ("way counted", "ways counted"),
            };
            let between = if at == 0 { "" } else { ", " };
            let what = if *all == 1 { one } else { many };
            write!(f, "{between}{done} of {all} {what}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Attack, Seen, Verdict};
    use crate::plan::Way;
    use crate::testing::{observed, plan_of, tried};

    #[test]
    fn what_is_done_is_told_of_each_part() {
        let trial = |attack| Trial {
            way: Way::new("quic", "pinned"),
            attack,
        };
        let mut plan = plan_of(Vec::new());
        plan.trials = vec![trial(Attack::Downgrade), trial(Attack::ReplayedNow)];
        plan.observed = vec!["quic".to_owned()];
        let mut done = Done::default();
        assert_eq!(
            plan.progress(&done).to_string(),
            "0 of 2 attacks, 0 of 1 way observed"
        );
        assert_eq!(plan.next_trial(&done), plan.trials.first());
        done.experiments = vec![tried(&plan.trials[0], Verdict::Held)];
        assert_eq!(plan.next_trial(&done), plan.trials.last());
        assert!(!plan.progress(&done).is_whole());

        done.experiments
            .push(tried(&plan.trials[1], Verdict::Broken));
        done.observations = observed("quic", &Seen::No);
        let last = done.observations.pop().unwrap();
        assert!(!plan.progress(&done).is_whole(), "one answer lacks");
        done.observations.push(last);
        assert!(plan.progress(&done).is_whole());
        assert_eq!(plan.next_trial(&done), None);
    }
}
