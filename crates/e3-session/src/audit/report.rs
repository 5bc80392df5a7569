//! What an audit has found.

use serde::Serialize;

use super::{Evidence, Findings, Known, documents::knows, told::shown};
use crate::types::{PartyIndex, PlaceKind, Terms};

/// What an audit has found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Whether everything that could be checked holds, and everybody has signed how the run ended.
    pub holds: bool,
    /// The same, with the reason why not.
    pub verdict: Verdict,
    /// What does not, in words; each names the file and the party that it is about.
    pub wrong: Vec<String>,
    /// Who has not signed how the run ended, in words.
    pub incomplete: Vec<String>,
    /// What could not be checked, and what would let it be.
    pub unchecked: Vec<String>,
    /// Who took part, in the order of indices.
    pub parties: Vec<PartyReport>,
    /// The words that the parties were shown.
    pub words: String,
    /// What was agreed: the terms.
    pub terms: Terms,
    /// Hash of the agreement.
    pub agreement: String,
    /// Whether every party has signed that it saw the same end.
    pub same_end: bool,
    /// Whether all parties printed the same, where it is known of all.
    pub same_output: Option<bool>,
}

/// What is to be thought of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Everybody has signed all of it.
    Holds,
    /// What is signed holds, but not everybody has signed how the run ended: whoever kept the record may have left it out.
    Incomplete,
    /// Something in it is not what was signed.
    Wrong,
}

/// One party in an audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartyReport {
    /// Its index.
    pub index: u16,
    /// Its name.
    pub name: String,
    /// Its DID.
    pub did: String,
    /// Whether the auditor knew it, and what may sign for it.
    pub known: bool,
    /// How its program ended, as it has signed it.
    pub ending: Option<String>,
    /// Where it ran, as the party has signed it; none in older records.
    pub place: Option<PlaceKind>,
    /// Whether it has signed that it saw everybody's statement.
    pub concluded: bool,
}

impl Report {
    pub(super) fn of(evidence: &Evidence, known: &Known, findings: Findings) -> Self {
        let Findings {
            wrong,
            incomplete,
            unchecked,
        } = findings;
        let roster = &evidence.roster.roster;
        let places = (0..).map(PartyIndex).zip(&roster.parties);
        let parties: Vec<PartyReport> = places
            .map(|(party, entry)| {
                let mut statements = evidence.outcome.statements.iter();
                let stated = statements.find(|statement| statement.party == party);
                let mut conclusions = evidence.outcome.conclusions.iter();
                PartyReport {
                    index: party.0,
                    name: entry.name.clone(),
                    did: entry.introduction.did.to_string(),
                    known: wrong.is_empty() && knows(known, &entry.name, &entry.introduction),
                    ending: stated.map(|statement| shown(&statement.ending)),
                    place: stated.and_then(|statement| statement.place),
                    concluded: conclusions.any(|conclusion| conclusion.party == party),
                }
            })
            .collect();
        let sound = wrong.is_empty();
        let verdict = match (sound, incomplete.is_empty()) {
            (false, _) => Verdict::Wrong,
            (true, false) => Verdict::Incomplete,
            (true, true) => Verdict::Holds,
        };
        Self {
            holds: verdict == Verdict::Holds,
            verdict,
            same_end: sound && parties.iter().all(|party| party.concluded),
            same_output: same_output(evidence).filter(|_| sound),
            wrong: wrong.iter().map(ToString::to_string).collect(),
            incomplete,
            unchecked,
            parties,
            words: evidence.roster.words.clone(),
            terms: evidence.agreement.agreement.terms.clone(),
            agreement: evidence.agreement.agreement.hash().to_string(),
        }
    }
}

fn same_output(evidence: &Evidence) -> Option<bool> {
    let openings = &evidence.outcome.openings;
    if openings.len() != evidence.roster.roster.parties.len() {
        return None;
    }
    let mut digests = openings.values().map(|opening| opening.sha256);
    let first = digests.next()?;
    Some(digests.all(|digest| digest == first))
}
