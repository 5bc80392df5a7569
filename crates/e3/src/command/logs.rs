//! `e3 logs`: what the parties of a run wrote.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use serde::Serialize;

use crate::cli::{Global, Logs};
use crate::fault::Fault;
use crate::{json, out};

/// Between two looks at logs that are followed.
const PAUSE: Duration = Duration::from_millis(200);

/// The logs of a run.
#[derive(Serialize)]
struct Document {
    run: PathBuf,
    parties: Vec<Log>,
}

/// One party's.
#[derive(Serialize)]
struct Log {
    party: u16,
    text: String,
}

/// Shows them.
///
/// # Errors
/// The user's: there is no such run.
pub fn main(args: &Logs, global: &Global) -> Result<ExitCode, Fault> {
    let folder = find(&args.runs, &args.run)?;
    let parties = parties(&folder, args.party)?;
    if global.json {
        let read = |party: u16| {
            let bytes =
                fs::read(log(&folder, party)).map_err(|error| unreadable(&folder, &error))?;
            Ok(Log {
                party,
                text: String::from_utf8_lossy(&bytes).into_owned(),
            })
        };
        let parties = parties
            .into_iter()
            .map(read)
            .collect::<Result<_, Fault>>()?;
        json::print(
            "logs",
            &Document {
                run: folder,
                parties,
            },
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut readers = parties
        .into_iter()
        .map(|party| Ok((party, File::open(log(&folder, party))?)))
        .collect::<io::Result<Vec<_>>>()
        .map_err(|error| unreadable(&folder, &error))?;
    let alone = readers.len() == 1;
    let mut unkept_before = false;
    loop {
        // Looked at before reading, so that what was written last is not missed; and once more where nobody seems to keep
        // the run, which may only just begin.
        let unkept = is_unkept(&folder);
        let ended = folder.join("result.json").exists() || (unkept && unkept_before);
        for (party, file) in &mut readers {
            show(*party, file, alone).map_err(|error| unreadable(&folder, &error))?;
        }
        if ended || !args.follow {
            return Ok(ExitCode::SUCCESS);
        }
        unkept_before = unkept;
        thread::sleep(PAUSE);
    }
}

/// Whether the holder has ended, or no longer keeps this run: it locks the events as long as it writes them.
fn is_unkept(folder: &Path) -> bool {
    File::open(folder.join("events.jsonl")).is_ok_and(|events| events.try_lock_shared().is_ok())
}

/// A run's folder: by its path, or by its name below the folder of all runs.
///
/// # Errors
/// The user's: there is no such run.
pub(super) fn find(runs: &Path, run: &str) -> Result<PathBuf, Fault> {
    let found = [runs.join(run), PathBuf::from(run)]
        .into_iter()
        .find(|path| path.join("events.jsonl").exists());
    found.ok_or_else(|| {
        Fault::user(format!("there is no run `{run}` in {}", runs.display()))
            .hint("name a run's folder, or where runs are kept by `--runs DIR`; `e3 run` makes one")
    })
}

fn parties(folder: &Path, only: Option<u16>) -> Result<Vec<u16>, Fault> {
    let all: Vec<u16> = (0..256)
        .filter(|party| log(folder, *party).exists())
        .collect();
    match only {
        None => Ok(all),
        Some(party) if all.contains(&party) => Ok(vec![party]),
        Some(party) => Err(
            Fault::user(format!("this run has no party {party}")).hint(format!(
                "its parties are 0 to {}",
                all.len().saturating_sub(1)
            )),
        ),
    }
}

fn log(folder: &Path, party: u16) -> PathBuf {
    folder.join(format!("party-{party}.log"))
}

fn unreadable(folder: &Path, error: &io::Error) -> Fault {
    Fault::user(format!(
        "cannot read the logs in {}: {error}",
        folder.display()
    ))
}

/// Everything that is new in a log.
fn show(party: u16, file: &mut File, alone: bool) -> io::Result<()> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    if alone {
        return match io::stdout().write_all(&bytes) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        };
    }
    for line in String::from_utf8_lossy(&bytes).lines() {
        out::line(&format!("{party} | {line}")).map_err(|fault| io::Error::other(fault.message))?;
    }
    Ok(())
}
