//! The record of a run, as it stands in its folder.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

use e3_holder::wire::OutcomeRecord;
use e3_program::files::of_reader;
use e3_session::audit::{Evidence, OutputFile, ToldRun};
use e3_session::types::{KeptAgreement, KeptOutcome, KeptRoster, PartyIndex};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::fault::Fault;

/// The record that a run's command has printed.
const RESULT: &str = "result.json";

/// Bytes that a file of the record may have; those of 256 parties with certificates have some.
const MOST: u64 = 256 * 1024 * 1024;

/// Bytes of an outcome that are kept; a longer one is not what a run leaves.
const MOST_OUTPUT: u64 = 64 * 1024 * 1024;

/// Reads everything that is audited.
pub(super) fn evidence(folder: &Path) -> Result<Evidence, Fault> {
    let roster: KeptRoster = required(folder, KeptRoster::FILE)?;
    let parties = u16::try_from(roster.roster.parties.len()).unwrap_or(u16::MAX);
    Ok(Evidence {
        agreement: required(folder, KeptAgreement::FILE)?,
        outcome: required(folder, KeptOutcome::FILE)?,
        told: told(folder)?,
        outputs: outputs(folder, parties)?,
        strays: strays(folder, parties)?,
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
    let (mut file, length) = match regular(&path) {
        Ok(found) => found,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    if length > MOST {
        return Err(Fault::user(format!(
            "{} has {length} bytes, which no record has",
            path.display()
        )));
    }
    let mut text = Vec::new();
    file.by_ref()
        .take(MOST)
        .read_to_end(&mut text)
        .map_err(unreadable)?;
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
        match output(&path) {
            Ok(output) => drop(outputs.insert(PartyIndex(party), output)),
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

/// One outcome, of which no more is read than a run keeps.
fn output(path: &Path) -> io::Result<OutputFile> {
    let (mut file, length) = regular(path)?;
    let mut beginning = Vec::new();
    let most = u64::try_from(OutcomeRecord::MOST).unwrap_or(MOST_OUTPUT);
    file.by_ref().take(most).read_to_end(&mut beginning)?;
    let (sha256, read) = of_reader(beginning.chain(file.take(MOST_OUTPUT)))?;
    Ok(OutputFile {
        sha256,
        length: length.max(read),
        beginning: String::from_utf8_lossy(&beginning).into_owned(),
    })
}

/// Files that are named like outcomes, of no party.
fn strays(folder: &Path, parties: u16) -> Result<Vec<String>, Fault> {
    let unreadable =
        |error: io::Error| Fault::user(format!("cannot read {}: {error}", folder.display()));
    let mut strays = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        let name = name.to_string_lossy();
        let index = name
            .strip_prefix("party-")
            .and_then(|rest| rest.strip_suffix(".out"));
        let of = index.and_then(|index| index.parse::<u16>().ok());
        let its = of.filter(|party| *party < parties);
        let named = its.is_some_and(|party| name == format!("party-{party}.out"));
        if index.is_some() && !named {
            strays.push(name.into_owned());
        }
    }
    strays.sort();
    Ok(strays)
}

/// Opens a file and tells its length; neither a link, which leads out of the record, nor a pipe or a device, which may
/// never end.
pub(super) fn regular(path: &Path) -> io::Result<(File, u64)> {
    let found = fs::symlink_metadata(path)?;
    if !found.is_file() {
        return Err(io::Error::other(
            "it is a link, or no file: expected a regular file",
        ));
    }
    Ok((File::open(path)?, found.len()))
}
