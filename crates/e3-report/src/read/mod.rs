//! A comparison's folder.

mod clean;
mod lines;
mod plan;
mod shape;

use std::path::Path;

use e3_evaluate::finding::{Effort, Experiment, Measurement, Observation, Sitting};
pub(crate) use e3_evaluate::keep::THRESHOLDS;
use e3_evaluate::threshold::Verdict;

pub use lines::Unreadable;

pub(crate) use lines::Found;
pub(crate) use plan::Plan;
pub(crate) use shape::Shape;

pub(crate) const MEASUREMENTS: &str = "measurements.jsonl";
pub(crate) const SECURITY: &str = "security.jsonl";
pub(crate) const PRIVACY: &str = "privacy.jsonl";
pub(crate) const EFFORT: &str = "effort.jsonl";
const SITTINGS: &str = "sittings.jsonl";
pub(crate) const PLAN: &str = "plan.json";

/// All that a comparison has found so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    pub(crate) plan: Plan,
    pub(crate) measurements: Vec<Found<Measurement>>,
    pub(crate) security: Vec<Found<Experiment>>,
    pub(crate) privacy: Vec<Found<Observation>>,
    pub(crate) effort: Vec<Found<Effort>>,
    /// What became of thresholds, where there are any.
    pub(crate) thresholds: Vec<Found<Verdict>>,
    /// The commands that found it, in turn.
    pub(crate) sittings: Vec<Found<Sitting>>,
    /// One of each network, as a run tells it.
    pub(crate) shapes: Vec<Shape>,
    /// Files that are not there, or empty.
    pub(crate) missing: Vec<&'static str>,
    pub(crate) unreadable: Vec<Unreadable>,
}

impl Findings {
    /// Reads what is there, and notes what is not.
    pub(crate) fn read(folder: &Path) -> Self {
        let mut unreadable = Vec::new();
        let plan = Plan::read(folder, &mut unreadable);
        let mut missing = Vec::new();
        if plan.is_none() {
            missing.push(PLAN);
        }
        let measurements: Vec<Found<Measurement>> =
            there(folder, MEASUREMENTS, &mut missing, &mut unreadable);
        let security = there(folder, SECURITY, &mut missing, &mut unreadable);
        let privacy = there(folder, PRIVACY, &mut missing, &mut unreadable);
        let effort = there(folder, EFFORT, &mut missing, &mut unreadable);
        let thresholds = lines::read(folder, THRESHOLDS, &mut unreadable).unwrap_or_default();
        let sittings = lines::read(folder, SITTINGS, &mut unreadable).unwrap_or_default();
        let shapes = Shape::of_networks(folder, &measurements);
        Self {
            plan: plan.unwrap_or_default(),
            measurements,
            security,
            privacy,
            effort,
            thresholds,
            sittings,
            shapes,
            missing,
            unreadable,
        }
    }
}

impl Findings {
    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.measurements.len() + self.security.len() + self.privacy.len() + self.effort.len()
    }
}

fn there<T: serde::de::DeserializeOwned>(
    folder: &Path,
    file: &'static str,
    missing: &mut Vec<&'static str>,
    unreadable: &mut Vec<Unreadable>,
) -> Vec<Found<T>> {
    let found = lines::read(folder, file, unreadable).unwrap_or_default();
    if found.is_empty() {
        missing.push(file);
    }
    found
}
