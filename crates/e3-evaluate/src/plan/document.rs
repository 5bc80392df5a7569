//! The whole of what is to be measured, as it is kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Bench;
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
