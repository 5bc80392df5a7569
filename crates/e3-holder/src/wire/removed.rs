//! What came of putting parties out.

use serde::{Deserialize, Serialize};

use super::PartyStatus;

/// Parties were put out, and the others go on without them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemovedRecord {
    /// The environment's name.
    pub environment: String,
    /// Who was put out.
    pub removed: Vec<Parted>,
    /// The program whose run was ended by it, if one went on.
    pub ended: Option<String>,
    /// The epoch of the roster that leaves them out.
    pub epoch: u32,
    /// That roster's hash, in hexadecimal.
    pub roster: String,
    /// The words that people may compare by voice.
    pub words: String,
    /// Who takes part from now on, in the order of indices.
    pub parties: Vec<PartyStatus>,
    /// From the question until the others had forgotten them.
    pub seconds: f64,
}

/// A party that was put out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parted {
    /// Its host's name.
    pub host: String,
    /// Its DID.
    pub did: String,
    /// Why its agent did not leave when it was told to, if it did not. The others have forgotten it all the same.
    pub stayed: Option<String>,
}
