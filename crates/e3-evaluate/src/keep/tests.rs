use std::fs;

use super::*;
use crate::finding::{Attack, Seen, Verdict};
use crate::plan::{Bench, Goal, Next, Trial, Way, Work};
use crate::testing::{measured, observed, plan_of, tried};

const MEASUREMENTS: &str = Measurement::FILE;

fn plan() -> Plan {
    plan_of(vec![Bench {
        work: Work::new("lan", "secret-santa", "small", 3),
        ways: ["direct", "quic"]
            .map(|overlay| Way::new(overlay, "pinned"))
            .to_vec(),
        goal: Goal::default(),
    }])
}

/// Measures so many runs more.
fn measure(folder: &Folder, plan: &Plan, done: &mut Vec<Measurement>, runs: usize) {
    for _ in 0..runs {
        let bench = &plan.benches[0];
        let Next::Run(run) = bench.next(plan.seed, done) else {
            return;
        };
        let one = measured(&bench.work.by(&run.way), &run, Some(1.5));
        folder.keep(&one).unwrap();
        done.push(one);
    }
}

#[test]
fn what_was_cut_off_goes_on() {
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("comparison");
    let mut all = Vec::new();
    let folder = Folder::create(&path, &plan()).unwrap();
    measure(&folder, &plan(), &mut all, 5);
    drop(folder);

    // The fifth line is cut off in its middle.
    let file = path.join(MEASUREMENTS);
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() - 20]).unwrap();
    let (folder, read, found) = Folder::open(&path).unwrap();
    assert_eq!(read, plan());
    let mut done = found.measurements;
    assert_eq!(done, all[..4]);
    measure(&folder, &read, &mut done, 1);
    assert_eq!(done, all, "it is measured again");
    drop(folder);
    assert_eq!(Folder::open(&path).unwrap().2.measurements, all);
}

#[test]
fn one_command_writes_at_a_time() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = Folder::create(temporary.path(), &plan()).unwrap();
    let other = Folder::open(temporary.path()).unwrap_err();
    assert!(matches!(other, KeepError::InUse { .. }), "{other}");
    drop(folder);
    Folder::open(temporary.path()).unwrap();
    let again = Folder::create(temporary.path(), &plan()).unwrap_err();
    assert!(matches!(again, KeepError::Taken { .. }), "{again}");
}

#[test]
fn a_line_that_is_none_is_named() {
    let temporary = tempfile::tempdir().unwrap();
    drop(Folder::create(temporary.path(), &plan()).unwrap());
    let file = temporary.path().join(MEASUREMENTS);
    fs::write(&file, "\n{}\n").unwrap();
    let wrong = Folder::open(temporary.path()).unwrap_err().to_string();
    assert!(wrong.contains("measurements.jsonl:2:"), "{wrong}");
    fs::write(temporary.path().join(PLAN), "{").unwrap();
    let wrong = Folder::open(temporary.path()).unwrap_err().to_string();
    assert!(wrong.contains("plan.json:1:"), "{wrong}");
}

#[test]
fn tables_are_written_three_times() {
    let temporary = tempfile::tempdir().unwrap();
    let mut done = Vec::new();
    let folder = Folder::create(temporary.path(), &plan()).unwrap();
    measure(&folder, &plan(), &mut done, 100);
    folder.write_tables(&Tables::of(&plan(), &done)).unwrap();
    let tables = temporary.path().join(TABLES);
    let mut names: Vec<_> = fs::read_dir(tables)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["performance.csv", "performance.json", "performance.md"]
    );
}

#[test]
fn everything_that_was_found_is_there_again() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = Folder::create(temporary.path(), &plan()).unwrap();
    let trial = Trial {
        way: Way::new("quic", "ca"),
        attack: Attack::Downgrade,
    };
    let held = tried(&trial, Verdict::Held);
    let unknown = tried(&trial, Verdict::Unknown("it did not end".to_owned()));
    let seen = observed("quic", &Seen::Partly("a relay's".to_owned()));
    folder.keep(&unknown).unwrap();
    folder.keep(&held).unwrap();
    folder.keep_all(&seen).unwrap();
    drop(folder);
    let (_, _, done) = Folder::open(temporary.path()).unwrap();
    let expected = Done {
        experiments: vec![unknown, held],
        observations: seen,
        ..Done::default()
    };
    assert_eq!(done, expected);
}
