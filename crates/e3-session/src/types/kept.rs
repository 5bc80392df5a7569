//! What is kept with a run, so that anybody who has the parties' DIDs can check it later: `roster.json`,
//! `agreement.json` and `outcome.json` in the run's folder.

use std::collections::BTreeMap;

use e3_identity::Documents;
use serde::{Deserialize, Serialize};

use super::{
    Admission, Agreement, Conclusion, Digest, Nonce, Offer, Opening, PartyIndex, Roster, Statement,
};

/// `roster.json`: who took part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptRoster {
    /// [`KeptRoster::SCHEMA`]
    pub schema: String,
    /// The roster.
    pub roster: Roster,
    /// Its hash.
    pub hash: Digest,
    /// Documents of those DIDs from which no key can be derived, as they were resolved when the roster was admitted.
    pub documents: Documents,
    /// Every party's admission, in the order of indices.
    pub admissions: Vec<Admission>,
    /// Every party's nonce, in the order of indices.
    pub nonces: Vec<Nonce>,
    /// The words that all parties were shown.
    pub words: String,
}

/// `agreement.json`: what was run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptAgreement {
    /// [`KeptAgreement::SCHEMA`]
    pub schema: String,
    /// The agreement with every party's signature.
    pub agreement: Agreement,
    /// Its hash.
    pub hash: Digest,
    /// Every party's offer, in the order of indices.
    pub offers: Vec<Offer>,
}

/// `outcome.json`: how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptOutcome {
    /// [`KeptOutcome::SCHEMA`]
    pub schema: String,
    /// Hash of the agreement that was run.
    pub agreement: Digest,
    /// The statements of all parties that have made one, in the order of indices.
    pub statements: Vec<Statement>,
    /// What opens the statements' commitments, of the parties whose output was collected.
    pub openings: BTreeMap<PartyIndex, Opening>,
    /// The conclusions of all parties that have seen these statements, in the order of indices.
    pub conclusions: Vec<Conclusion>,
    /// Parties whose agents have ended before they could sign, with the reason.
    pub missing: BTreeMap<PartyIndex, String>,
}

impl KeptRoster {
    /// The form's name and version.
    pub const SCHEMA: &str = "e3/kept-roster/2";
    /// The file's name in a run's folder.
    pub const FILE: &str = "roster.json";
}

impl KeptAgreement {
    /// The form's name and version.
    pub const SCHEMA: &str = "e3/kept-agreement/1";
    /// The file's name in a run's folder.
    pub const FILE: &str = "agreement.json";
}

impl KeptOutcome {
    /// The form's name and version.
    pub const SCHEMA: &str = "e3/kept-outcome/2";
    /// That of older records, in which nobody states where programs ran; it is read, too.
    pub const EARLIER: &str = "e3/kept-outcome/1";
    /// The file's name in a run's folder.
    pub const FILE: &str = "outcome.json";
}
