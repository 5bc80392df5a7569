//! A comparison on its way: its parts, one after the other, each finding kept as soon as it is there.

use e3_evaluate::finding::{Observation, Verdict};
use e3_evaluate::keep::Folder;
use e3_evaluate::plan::{Bench, Done, Next, Part, Plan, observing_s, usual_s};

use super::measure::Measuring;
use super::watch::Watched;
use super::{count, folder, tell};
use crate::fault::Fault;
use crate::out;

/// The least time that a program has before it is ended, and the most, in seconds.
const PATIENCE_S: (f64, f64) = (30.0, 600.0);

/// A comparison.
pub struct Whole<'a> {
    /// What is to be done.
    pub plan: Plan,
    /// Where it is kept.
    pub folder: Folder,
    /// What was found.
    pub done: Done,
    /// What finds it.
    pub measuring: Measuring<'a>,
    /// The ways that could not be observed, with the reasons.
    pub unwatched: Vec<(String, String)>,
}

impl Whole<'_> {
    /// Does what is left of these parts, or as much as there is time for.
    ///
    /// # Errors
    /// The machine's: a command cannot be started, or what was found not be kept.
    pub fn go_on(&mut self, parts: &[Part]) -> Result<(), Fault> {
        if parts.contains(&Part::Effort) {
            self.count()?;
        }
        if parts.contains(&Part::Performance) {
            self.measure()?;
        }
        if parts.contains(&Part::Privacy) {
            self.watch()?;
        }
        if parts.contains(&Part::Security) {
            self.attack()?;
        }
        Ok(())
    }

    fn count(&mut self) -> Result<(), Fault> {
        let mut counted = count::of(&self.plan.counted)
            .map_err(|error| Fault::ours(format!("what was counted cannot be read: {error}")))?;
        let is_told = |overlay: &String| {
            let mut told = self.done.efforts.iter();
            told.any(|one| one.overlay == *overlay)
        };
        counted.retain(|one| !is_told(&one.overlay));
        self.folder.keep_all(&counted).map_err(folder::fault)?;
        self.done.efforts.extend(counted);
        Ok(())
    }

    fn measure(&mut self) -> Result<(), Fault> {
        for bench in &self.plan.benches {
            let limit_s = limit_s(bench);
            let before = self.done.measurements.len();
            while let Next::Run(run) = bench.next(self.plan.seed, &self.done.measurements) {
                let usual = usual_s(&run.way, &bench.work, &self.done.measurements);
                if !self.measuring.clock.has(usual) {
                    return Ok(());
                }
                let Some(one) = self.measuring.measure(&bench.work, &run, limit_s)? else {
                    return Ok(());
                };
                self.folder.keep(&one).map_err(folder::fault)?;
                out::aside(&format!("{}\n", tell::run(bench, &one)));
                self.done.measurements.push(one);
            }
            if self.done.measurements.len() > before {
                out::aside(&tell::so_far(&self.plan, &self.done));
            }
        }
        Ok(())
    }

    fn watch(&mut self) -> Result<(), Fault> {
        for way in &self.plan.observed {
            if Plan::is_observed(way, &self.done.observations) {
                continue;
            }
            if !self.measuring.clock.has(observing_s(&self.plan)) {
                return Ok(());
            }
            match self.measuring.watch(way, self.plan.observed_s)? {
                Watched::CutOff => return Ok(()),
                Watched::Failed(why) => {
                    out::aside(&format!("observing {way}: failed: {why}\n"));
                    self.unwatched.push((way.clone(), why));
                }
                Watched::Told(all) => {
                    // Some may have been kept already when the machine went off.
                    let new: Vec<Observation> = all
                        .into_iter()
                        .filter(|one| !is_answered(one, &self.done.observations))
                        .collect();
                    self.folder.keep_all(&new).map_err(folder::fault)?;
                    self.done.observations.extend(new);
                    out::aside(&format!("{}\n", tell::watched(way, &self.done)));
                }
            }
        }
        Ok(())
    }

    fn attack(&mut self) -> Result<(), Fault> {
        while let Some(trial) = self.plan.next_trial(&self.done) {
            if !self.measuring.clock.has(trial.usual_s()) {
                return Ok(());
            }
            let Some(found) = self.measuring.attack(trial)? else {
                return Ok(());
            };
            self.folder.keep(&found).map_err(folder::fault)?;
            out::aside(&format!("{trial}: {}\n", tell::attacked(&found)));
            if let Verdict::Unknown(_) = found.verdict {
                // Whatever else goes on here gets a moment to end.
                std::thread::sleep(std::time::Duration::from_secs(1));
            }
            self.done.experiments.push(found);
        }
        Ok(())
    }
}

/// How long a program may take: a part of what its bench has, so that one that hangs does not take all of it.
fn limit_s(bench: &Bench) -> u64 {
    let (least, most) = PATIENCE_S;
    let seconds = (bench.goal.time_s / 4.0).clamp(least, most);
    std::time::Duration::try_from_secs_f64(seconds).map_or(0, |time| time.as_secs())
}

fn is_answered(one: &Observation, observations: &[Observation]) -> bool {
    observations.iter().any(|other| {
        other.overlay == one.overlay
            && other.observer == one.observer
            && other.question == one.question
    })
}
