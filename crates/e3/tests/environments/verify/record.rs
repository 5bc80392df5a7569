//! The record of a run, to be read, changed and written again.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use e3_session::types::{KeptAgreement, KeptOutcome, KeptRoster, RosterEntry, Terms};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// Everything in a run's folder that is verified.
pub(super) struct Record {
    pub(super) roster: KeptRoster,
    pub(super) agreement: KeptAgreement,
    pub(super) outcome: KeptOutcome,
    pub(super) result: Value,
    /// `party-N.out`; a party without one has none.
    pub(super) outputs: BTreeMap<usize, Vec<u8>>,
}

impl Record {
    pub(super) fn read(folder: &Path) -> Self {
        let outputs = (0..3).map(|party| (party, fs::read(output(folder, party)).unwrap()));
        Self {
            roster: read(&folder.join(KeptRoster::FILE)),
            agreement: read(&folder.join(KeptAgreement::FILE)),
            outcome: read(&folder.join(KeptOutcome::FILE)),
            result: read(&folder.join("result.json")),
            outputs: outputs.collect(),
        }
    }

    pub(super) fn write(&self, folder: &Path) {
        write(&folder.join(KeptRoster::FILE), &self.roster);
        write(&folder.join(KeptAgreement::FILE), &self.agreement);
        write(&folder.join(KeptOutcome::FILE), &self.outcome);
        write(&folder.join("result.json"), &self.result);
        for party in 0..4 {
            let path = output(folder, party);
            match self.outputs.get(&party) {
                Some(bytes) => fs::write(path, bytes).unwrap(),
                None => drop(fs::remove_file(path)),
            }
        }
    }

    /// A party of the roster; the hash that stands beside the roster is that of the changed one afterwards.
    pub(super) fn change_party(&mut self, party: usize, change: impl FnOnce(&mut RosterEntry)) {
        change(&mut self.roster.roster.parties[party]);
        self.roster.hash = self.roster.roster.hash();
    }

    /// The terms, in the agreement and in every offer; the hash that stands beside the agreement follows.
    pub(super) fn change_terms(&mut self, change: impl Fn(&mut Terms)) {
        change(&mut self.agreement.agreement.terms);
        for offer in &mut self.agreement.offers {
            change(&mut offer.terms);
        }
        self.agreement.hash = self.agreement.agreement.hash();
    }
}

/// Copies a run's folder.
pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

fn output(folder: &Path, party: usize) -> PathBuf {
    folder.join(format!("party-{party}.out"))
}

fn read<T: DeserializeOwned>(path: &Path) -> T {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn write(path: &Path, document: &impl Serialize) {
    fs::write(path, serde_json::to_vec_pretty(document).unwrap()).unwrap();
}
