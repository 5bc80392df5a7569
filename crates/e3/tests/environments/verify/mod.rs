//! `e3 verify`: a record that nobody has touched holds, and one that somebody has does not, for a reason that names what
//! was done.

#[path = "../../../../e3-identity/tests/common/interpreter.rs"]
mod interpreter;
mod record;
mod tampering;

use std::path::Path;

use interpreter::python;
use record::Record;
use tampering::TAMPERINGS;

use crate::{program::put, repository, support::workshop::Workshop};

/// Two runs of three parties that print the same, in one session.
fn workshop() -> Workshop {
    let workshop = Workshop::new();
    put(&workshop, 3, "print('sum', 6)");
    workshop.e3(&["up"]).succeeded();
    for runs in ["first", "second"] {
        workshop.e3(&["run", "--runs", runs]).succeeded();
    }
    workshop.e3(&["down"]).succeeded();
    workshop
}

#[test]
fn a_record_that_nobody_has_touched_holds() {
    let workshop = workshop();
    let record = Record::read(&workshop.path("first/latest"));
    let said = workshop.e3(&["verify", "--runs", "first"]).succeeded().out;
    for (words, times) in [
        ("exited with 0", 3),
        (
            "all parties have signed that they saw the same end, and all printed the same",
            1,
        ),
        ("- who h-1 is: give its DID by --did h-1=DID", 1),
        ("this record holds", 1),
    ] {
        assert_eq!(said.matches(words).count(), times, "{words}: {said}");
    }

    another_implementation(&workshop.path("first/latest"));

    // All that an auditor may know.
    let parties = record.roster.roster.parties.iter();
    let dids = parties.map(|entry| format!("{}={}", entry.name, entry.introduction.did));
    let dids: Vec<String> = dids.collect();
    let mut args = vec!["verify", "first/latest", "--json", "--program", "."];
    for did in &dids {
        args.extend(["--did", did]);
    }
    let report = workshop.e3(&args).succeeded().json();
    assert_eq!(report["holds"], true, "{report:#}");
    assert_eq!(report["same_end"], true);
    assert_eq!(report["same_output"], true);
    let known = report["parties"].as_array().unwrap().iter();
    assert!(
        known.clone().all(|party| party["known"] == true),
        "{report:#}"
    );
    let unchecked = report["unchecked"].as_array().unwrap();
    assert_eq!(unchecked.len(), 1, "nobody signs figures: {unchecked:#?}");
    workshop.nothing_left();
}

/// Python verifies the same record, knowing only docs/formats.md.
fn another_implementation(run: &Path) {
    let Some(mut python) = python("cryptography") else {
        return;
    };
    let script = repository().join("crates/e3-session/tests/formats.py");
    let done = python.arg(script).arg(run).output().unwrap();
    // Three introductions, admissions, statements and conclusions; roster, words and agreement.
    assert_eq!(
        String::from_utf8_lossy(&done.stdout).trim(),
        "15",
        "{done:?}"
    );
}

#[test]
fn an_auditor_who_knows_better_is_told() {
    let workshop = workshop();
    let record = Record::read(&workshop.path("first/latest"));
    let did = |party: usize| {
        record.roster.roster.parties[party]
            .introduction
            .did
            .to_string()
    };
    let refused = |args: &[&str]| {
        let mut all = vec!["verify", "first/latest"];
        all.extend(args);
        workshop.e3(&all).refused().err
    };
    let said = refused(&["--did", &format!("h-0={}", did(1))]);
    assert!(said.contains("party h-0 is did:key:"), "{said}");
    let said = refused(&["--did", &format!("h-7={}", did(0))]);
    assert!(said.contains("you know a party h-7"), "{said}");
    workshop.put("program.py", "print('sum', 7)");
    let said = refused(&["--program", "."]);
    assert!(said.contains("the parties agreed on the program"), "{said}");
    let said = refused(&["--did", "h-0=nobody"]);
    assert!(said.contains("is no DID"), "{said}");
    workshop.nothing_left();
}

/// Every way by itself: refused, with what was done in its words, and with a code of 1 in JSON, too.
#[test]
fn whatever_is_changed_is_found() {
    let workshop = workshop();
    let mut overlooked = Vec::new();
    for (number, (name, says, change)) in TAMPERINGS.iter().enumerate() {
        let copy = workshop.path(&format!("tampered-{number}"));
        record::copy(&workshop.path("first/latest"), &copy);
        let mut record = Record::read(&copy);
        let other = Record::read(&workshop.path("second/latest"));
        change(&mut record, &other);
        record.write(&copy);
        let ran = workshop.e3(&["verify", copy.to_str().unwrap()]);
        if ran.code != 1 || !ran.err.contains(says) {
            overlooked.push(format!("{name}: expected {says:?}: {ran:#?}"));
        }
    }
    assert!(TAMPERINGS.len() >= 20);
    assert!(overlooked.is_empty(), "{}", overlooked.join("\n"));
    workshop.nothing_left();
}

/// Where an agent has died, the others' record holds, and says whose signature is missing and why.
#[test]
fn whose_signature_is_missing_is_said() {
    let workshop = Workshop::new();
    let kill = "if me == 1: os.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(2)";
    put(&workshop, 3, kill);
    let ran = workshop.e3(&["run"]);
    assert_eq!(ran.code, 1, "{ran:#?}");
    let said = workshop.e3(&["verify"]).succeeded().out;
    for words in [
        "not all parties have signed that they saw the same end",
        "party h-1, or whether it saw the same end: it has signed no statement (the agent on host h-1 has ended",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    workshop.nothing_left();
}

#[test]
fn half_a_record_is_none() {
    let workshop = workshop();
    let outcome = workshop.path("first/latest/outcome.json");
    let text = std::fs::read_to_string(&outcome).unwrap();
    std::fs::write(&outcome, &text[..text.len() / 2]).unwrap();
    let said = workshop.e3(&["verify", "first/latest"]).refused().err;
    assert!(
        said.contains("outcome.json is not what a run leaves"),
        "{said}"
    );
    std::fs::remove_file(&outcome).unwrap();
    let said = workshop.e3(&["verify", "first/latest"]).refused().err;
    assert!(said.contains("there is no outcome.json in"), "{said}");
    let said = workshop.e3(&["verify", "nowhere"]).refused().err;
    assert!(said.contains("there is no run `nowhere`"), "{said}");
    workshop.nothing_left();
}
