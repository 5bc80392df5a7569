//! What a network looked like, as the record of one run over it tells: enough to draw it.

use std::collections::BTreeMap;
use std::path::Path;

use e3_evaluate::finding::Measurement;
use serde::Deserialize;
use serde_json::Value;

use super::Found;
use super::clean::clean_all;
use crate::href::Relative;

/// Of so many parties a picture is still one.
const MOST_PARTIES: u16 = 6;

/// Parties, where they are, and how long the ways between them take.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Shape {
    /// Its word, such as `lan`.
    #[serde(skip)]
    pub(crate) network: String,
    /// The record that tells it.
    #[serde(skip)]
    pub(crate) record: Option<Relative>,
    /// The command of that run.
    #[serde(skip)]
    pub(crate) command: Vec<String>,
    #[serde(default)]
    pub(crate) parties: Vec<Party>,
    #[serde(default)]
    pub(crate) links: Vec<Link>,
}

/// One party.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Party {
    pub(crate) host: String,
    pub(crate) region: String,
    #[serde(default)]
    pub(crate) nat: String,
}

/// The way between two of them.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Link {
    pub(crate) a: String,
    pub(crate) b: String,
    #[serde(default)]
    pub(crate) path: String,
    #[serde(default)]
    pub(crate) rtt_expected_ms: Option<f64>,
}

impl Shape {
    /// Of each network the run with the most parties that still make a picture, over the overlay that needs the least.
    pub(super) fn of_networks(folder: &Path, measurements: &[Found<Measurement>]) -> Vec<Self> {
        let mut best: BTreeMap<&str, &Measurement> = BTreeMap::new();
        for measured in measurements {
            let measured = &measured.value;
            if measured.run.is_none() || measured.failure.is_some() {
                continue;
            }
            let network = measured.cell.network.as_str();
            let is_better = best
                .get(network)
                .is_none_or(|other| worth(measured) > worth(other));
            if is_better {
                best.insert(network, measured);
            }
        }
        best.into_values()
            .filter_map(|measured| Self::read(folder, measured))
            .collect()
    }

    /// None where the run's folder does not tell it.
    fn read(folder: &Path, measured: &Measurement) -> Option<Self> {
        let record = Relative::of(measured.run.as_deref()?)?.join("result.json")?;
        let bytes = std::fs::read(folder.join(record.path())).ok()?;
        let value: Value = serde_json::from_slice(&bytes).ok()?;
        let mut shape: Self = serde_json::from_value(clean_all(value)).ok()?;
        shape.network.clone_from(&measured.cell.network);
        shape.record = Some(record);
        shape.command.clone_from(&measured.command);
        (!shape.parties.is_empty()).then_some(shape)
    }
}

/// How well a run tells its network.
fn worth(measured: &Measurement) -> (u16, bool) {
    let parties = measured.cell.parties;
    let drawn = if parties > MOST_PARTIES { 0 } else { parties };
    (drawn, measured.cell.overlay == "quic")
}
