//! What `result.json` tells, as far as it is compared.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::types::{Ending, PlaceKind};

/// What `result.json` tells of a run, as far as the parties have signed it too. Figures are not: nobody signs them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ToldRun {
    /// When the command began, in Unix seconds; told by whoever reads the file.
    #[serde(skip)]
    pub time: Option<u64>,
    /// The run's number in its session.
    pub run: u32,
    /// The session, in hexadecimal.
    pub session: String,
    /// The overlay.
    pub overlay: String,
    /// Its mode.
    pub mode: String,
    /// The identity policy.
    pub identity: String,
    /// The program's kind.
    pub kind: String,
    /// What people call it.
    pub program: String,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// The threshold.
    pub threshold: Option<u16>,
    /// The parties, in the order of indices.
    pub parties: Vec<ToldParty>,
    /// What came out.
    pub outcome: ToldOutcome,
    /// What was agreed.
    pub agreement: Option<ToldAgreement>,
}

/// What is told of the parties' outcomes: the beginnings of what they printed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ToldOutcome {
    /// All printed the same.
    Same(String),
    /// They printed different things; by host.
    Differs(BTreeMap<String, String>),
    /// Nothing was collected.
    None,
}

/// What is told of one party.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ToldParty {
    /// Its index.
    pub index: u16,
    /// Its host, which is its name.
    pub host: String,
    /// Its DID.
    pub did: String,
    /// The exit code, where its program exited by itself.
    pub exit: Option<i32>,
    /// How it ended.
    pub ending: Option<Ending>,
    /// Where it ran; older records do not tell.
    #[serde(default)]
    pub place: Option<PlaceKind>,
}

/// What is told of the agreement.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ToldAgreement {
    /// Its hash.
    pub hash: String,
    /// The roster's.
    pub roster: String,
    /// The roster's epoch.
    pub epoch: u32,
    /// The digest of the program's files.
    pub program: String,
    /// What runs it.
    pub runtime: String,
    /// The words that the parties were shown.
    pub words: String,
}
