//! The whole of what is to be measured, as it is kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Bench;
use crate::finding::Cell;
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

/// The machine that figures are true of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Operating system and kernel.
    pub kernel: String,
    /// Processor.
    pub processor: String,
    /// How many processors.
    pub processors: u32,
    /// Memory in bytes.
    pub memory: u64,
}
