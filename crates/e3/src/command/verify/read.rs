//! The record of a run, as it stands in its folder.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use e3_program::files::of_file;
use e3_session::audit::{Evidence, OutputFile, ToldRun};
use e3_session::types::{KeptAgreement, KeptOutcome, KeptRoster, PartyIndex};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::fault::Fault;

/// The record that a run's command has printed.
const RESULT: &str = "result.json";

/// Bytes that a file of the record may have; those of 256 parties with certificates have some.
const MOST: u64 = 256 * 1024 * 1024;

/// Reads everything that is audited.
pub(super) fn evidence(folder: &Path) -> Result<Evidence, Fault> {
    let roster: KeptRoster = required(folder, KeptRoster::FILE)?;
    let parties = u16::try_from(roster.roster.parties.len()).unwrap_or(u16::MAX);
    Ok(Evidence {
        agreement: required(folder, KeptAgreement::FILE)?,
        outcome: required(folder, KeptOutcome::FILE)?,
        told: told(folder)?,
        outputs: outputs(folder, parties)?,
        roster,
    })
}

fn required<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<T, Fault> {
    document(folder, name)?.ok_or_else(|| {
        Fault::user(format!("there is no {name} in {}", folder.display())).hint(
            "a run that was refused, or ended before its programs did, has no record that can be verified",
        )
    })
}

fn document<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<Option<T>, Fault> {
    let path = folder.join(name);
    let unreadable =
        |error: std::io::Error| Fault::user(format!("cannot read {}: {error}", path.display()));
    let length = match fs::metadata(&path) {
        Ok(found) => found.len(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    if length > MOST {
        return Err(Fault::user(format!(
            "{} has {length} bytes, which no record has",
            path.display()
        )));
    }
    let text = fs::read(&path).map_err(unreadable)?;
    let read = serde_json::from_slice(&text);
    read.map(Some).map_err(|error| {
        Fault::user(format!("{name} is not what a run leaves: {error}"))
            .hint("it was changed or cut off, or comes from another version of e3")
    })
}

fn told(folder: &Path) -> Result<Option<ToldRun>, Fault> {
    /// The moment beside the rest.
    #[derive(Deserialize)]
    struct Told {
        time: Option<String>,
        #[serde(flatten)]
        run: ToldRun,
    }
    let told: Option<Told> = document(folder, RESULT)?;
    told.map(|Told { time, mut run }| {
        let time = time.map(|time| time.parse::<jiff::Timestamp>());
        let time = time.transpose().map_err(|error| {
            Fault::user(format!("{RESULT} names no time when the run was: {error}"))
        })?;
        run.time = time.and_then(|time| u64::try_from(time.as_second()).ok());
        Ok(run)
    })
    .transpose()
}

fn outputs(folder: &Path, parties: u16) -> Result<BTreeMap<PartyIndex, OutputFile>, Fault> {
    let mut outputs = BTreeMap::new();
    for party in 0..parties {
        let path = folder.join(format!("party-{party}.out"));
        match of_file(&path) {
            Ok((sha256, length)) => {
                outputs.insert(PartyIndex(party), OutputFile { sha256, length });
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                return Err(Fault::user(format!(
                    "cannot read {}: {error}",
                    path.display()
                )));
            }
        }
    }
    Ok(outputs)
}
