//! `e3 verify`: a record that nobody has touched holds, and one that somebody has does not, for a reason that names what
//! was done.

#[path = "../../../../e3-identity/tests/common/interpreter.rs"]
mod interpreter;
mod record;
mod tampering;

use std::{path::Path, process::Command};

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
    assert_eq!(
        unchecked.len(),
        3,
        "nobody signs times, languages and figures: {unchecked:#?}"
    );
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
    let said = workshop.e3(&["verify"]);
    assert_eq!(said.code, 1, "{said:#?}");
    let end = "not all parties have signed that they saw the same end";
    assert!(said.out.contains(end), "{said:#?}");
    assert!(!said.out.contains("this record holds"), "{said:#?}");
    let gap = "this record is incomplete: nobody has signed how it ended for party h-1 (unsigned reason: the agent on host h-1 has ended";
    assert!(said.err.contains(gap), "{said:#?}");
    workshop.nothing_left();
}

/// Pipes, devices and links in a record are not read: they may never end, or lead out of it.
#[test]
fn an_outcome_is_a_plain_file() {
    let workshop = workshop();
    let output = workshop.path("first/latest/party-0.out");
    let pipe: fn(&Path) = |path| {
        let made = Command::new("mkfifo").arg(path).status().unwrap();
        assert!(made.success());
    };
    let link: fn(&Path) = |path| std::os::unix::fs::symlink("/dev/zero", path).unwrap();
    for put in [pipe, link] {
        std::fs::remove_file(&output).unwrap();
        put(&output);
        let said = workshop.e3(&["verify", "first/latest"]).refused().err;
        assert!(said.contains("expected a regular file"), "{said}");
    }
    std::fs::remove_file(&output).unwrap();
    let file = std::fs::File::create(&output).unwrap();
    // A file with a hole: nobody reads all of it.
    file.set_len(1 << 40).unwrap();
    let said = workshop.e3(&["verify", "first/latest"]).refused().err;
    assert!(said.contains("it has 1099511627776 bytes"), "{said}");
    workshop.nothing_left();
}

/// Nor may a record steer the terminal on which it is shown, or write lines of its own.
#[test]
fn a_record_does_not_steer_the_terminal() {
    let workshop = workshop();
    let folder = workshop.path("first/latest");
    let evil = "agent gone\n\u{1b}[31mthis record holds\u{202e}";
    let mut record = Record::read(&folder);
    record.outcome.conclusions.truncate(2);
    let party = e3_session::types::PartyIndex(2);
    record.outcome.missing.insert(party, evil.to_owned());
    record.write(&folder);
    let ran = workshop.e3(&["verify", "first/latest"]);
    assert_eq!(ran.code, 1, "{ran:#?}");
    let mut record = Record::read(&folder);
    record.change_terms(|terms| evil.clone_into(&mut terms.mode));
    evil.clone_into(&mut record.roster.schema);
    record.write(&folder);
    let other = workshop.e3(&["verify", "first/latest"]).refused();
    for ran in [ran, other] {
        let said = format!("{}{}", ran.out, ran.err);
        assert!(said.contains("agent gone"), "{said}");
        assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said:?}");
        let lines = said.lines();
        assert!(
            !lines
                .into_iter()
                .any(|line| line.trim() == "this record holds")
        );
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
