//! What is audited, and what the auditor knows beside it.

use std::collections::BTreeMap;

use e3_identity::{Did, Documents, PublicKey};

use super::ToldRun;
use crate::types::{Digest, KeptAgreement, KeptOutcome, KeptRoster, PartyIndex};

/// The record of a run, as it was read from the run's folder.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// `roster.json`
    pub roster: KeptRoster,
    /// `agreement.json`
    pub agreement: KeptAgreement,
    /// `outcome.json`
    pub outcome: KeptOutcome,
    /// What `result.json` tells of the run, if there is one.
    pub told: Option<ToldRun>,
    /// The parties' outcomes that are kept, `party-N.out`.
    pub outputs: BTreeMap<PartyIndex, OutputFile>,
    /// Names of files beside them that look like outcomes, and are of no party.
    pub strays: Vec<String>,
}

/// A file that holds a party's outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputFile {
    /// SHA-256 of it.
    pub sha256: Digest,
    /// Its length in bytes.
    pub length: u64,
    /// Its beginning as text, of as many bytes as `result.json` repeats.
    pub beginning: String,
}

/// What an auditor knows by other ways than from the record.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The parties' DIDs, by their names.
    pub dids: BTreeMap<String, Did>,
    /// The only keys that may sign for these DIDs: each an Ed25519 key.
    pub keys: BTreeMap<Did, PublicKey>,
    /// What the domains of DIDs have published.
    pub documents: Documents,
    /// The authority's DID.
    pub authority: Option<Did>,
    /// The digest of the program's files.
    pub program: Option<Digest>,
}
