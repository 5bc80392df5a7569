//! What can be read of runs, however they ended.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::support::workshop::Workshop;

/// Fails unless all that is told of this desk's runs can be read: events, logs, the outcomes of parties that ended, and
/// the result where there is one. Gives how many parties have ended well, in all runs.
#[track_caller]
pub(crate) fn readable(workshop: &Workshop) -> usize {
    let runs = runs(&workshop.path("runs"));
    runs.iter().map(|run| one(workshop, run)).sum()
}

#[track_caller]
fn one(workshop: &Workshop, run: &Path) -> usize {
    let Ok(events) = fs::read_to_string(run.join("events.jsonl")) else {
        // It was refused or ended before anything happened.
        return 0;
    };
    let events = parsed(&events);
    let ended: BTreeSet<u64> = events.iter().filter_map(ended_well).collect();
    let name = run.file_name().unwrap().to_str().unwrap();
    let logs = workshop.e3(&["logs", name]).succeeded().out;
    for party in &ended {
        let outcome = fs::read_to_string(run.join(format!("party-{party}.out"))).unwrap();
        let last = format!("done {party}");
        assert!(outcome.ends_with(&last), "{name}: {outcome}");
        assert!(logs.contains(&last), "{name}: {logs}");
    }
    if let Ok(result) = fs::read(run.join("result.json")) {
        serde_json::from_slice::<Value>(&result).unwrap();
    }
    ended.len()
}

fn runs(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().unwrap().is_dir());
    folders.map(|entry| entry.path()).collect()
}

/// One event a line; only the last may have been cut off.
fn parsed(lines: &str) -> Vec<Value> {
    let whole = lines
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'));
    whole
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The party whose program has ended with code 0, if that is what the event tells.
fn ended_well(event: &Value) -> Option<u64> {
    let well = event["event"] == "ended" && event["outcome"]["ending"]["exited"] == 0;
    well.then(|| event["party"].as_u64()).flatten()
}
