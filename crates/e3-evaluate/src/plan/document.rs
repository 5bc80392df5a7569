//! The whole of what is to be measured, as it is kept.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::words::CONTROL;
use super::{Bench, Trial};
use crate::finding::{Cell, Machine};
use crate::threshold::Threshold;

/// `plan.json`: what is to be measured, by what, where. It is written once; what was measured is beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// [`SCHEMA`](crate::finding::SCHEMA).
    pub schema: String,
    /// `quick`, `standard`, or `asked` for what was asked for by name.
    pub suite: String,
    /// What orders and intervals are drawn from.
    pub seed: u64,
    /// When it was made, RFC 3339.
    pub time: String,
    /// What is measured, in this order.
    pub benches: Vec<Bench>,
    /// What is attacked, in this order.
    #[serde(default)]
    pub trials: Vec<Trial>,
    /// The ways that are observed, in this order.
    #[serde(default)]
    pub observed: Vec<String>,
    /// For how long programs talk while they are observed, in seconds.
    #[serde(default)]
    pub observed_s: u32,
    /// The ways of which is told what they take.
    #[serde(default)]
    pub counted: Vec<String>,
    /// How long each command may take for all of it, in seconds, whatever is left then; none for as long as it takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_s: Option<f64>,
    /// What was asked for and is not measured.
    pub left_out: Vec<LeftOut>,
    /// The environment of somebody's own among them, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<Own>,
    /// What the figures have to keep to.
    #[serde(default)]
    pub thresholds: Vec<Threshold>,
    /// Versions of what is measured, by program.
    pub versions: BTreeMap<String, String>,
    /// Where.
    pub machine: Machine,
    /// The command that does all of it.
    pub command: Vec<String>,
}

impl Plan {
    /// The overlays and variants that this is about; the control is a way of its own, and no overlay.
    pub fn overlays(&self) -> BTreeSet<&str> {
        let measured = self.benches.iter().flat_map(|bench| &bench.ways);
        let attacked = self.trials.iter().map(|trial| &trial.way);
        let ways = measured.chain(attacked).map(|way| way.overlay.as_str());
        let all = ways.chain(self.observed.iter().map(String::as_str));
        all.filter(|overlay| *overlay != CONTROL).collect()
    }

    /// Those of its thresholds that are about nothing that it measures.
    pub fn empty_thresholds(&self) -> impl Iterator<Item = &Threshold> {
        let cells = |bench: &Bench| -> Vec<Cell> {
            let ways = bench.ways.iter();
            ways.map(|way| bench.work.by(way)).collect()
        };
        let all: Vec<Cell> = self.benches.iter().flat_map(cells).collect();
        self.thresholds
            .iter()
            .filter(move |threshold| !all.iter().any(|cell| threshold.is_about(cell)))
    }

    /// Leaves out thresholds that are about nothing that it measures, and says so: where somebody asks for other cells by
    /// hand.
    pub fn leave_out_empty_thresholds(&mut self) {
        let empty: Vec<Threshold> = self.empty_thresholds().cloned().collect();
        self.thresholds.retain(|one| !empty.contains(one));
        self.left_out.extend(empty.iter().map(|one| LeftOut {
            what: format!("the threshold {} {}", one.name, one.limit),
            why: "nothing that it is about was asked for".to_owned(),
        }));
    }
}

/// An environment that is measured as its e3.toml has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Own {
    /// Its e3.toml, absolute.
    pub file: String,
    /// What it declares, with every default.
    pub environment: serde_json::Value,
    /// Whether hosts of its parties are behind routers that nothing plain gets through.
    pub has_routers: bool,
}

/// What is not measured.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LeftOut {
    /// A way, a work or a cell.
    pub what: String,
    /// Why.
    pub why: String,
}
