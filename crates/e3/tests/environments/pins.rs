//! Who parties are, from one environment to the next: whole commands.

use std::fs;

use serde_json::Value;

use crate::{
    death::agent_of,
    program::{FOREVER, all_begun, program, put},
    support::{desk::Ran, going::kill, workshop::Workshop},
};
use rustix::process::Signal;

/// An environment of two hosts, of which `mine` has an identity of its own, with more of e3.toml behind it.
fn environment(workshop: &Workshop, bottom: &str) {
    let folder = workshop.path("id");
    let text = format!(
        "[hosts.mine]\nregion = \"ams3\"\nidentity = {:?}\n\n[hosts.other]\nregion = \"ams3\"\n\n{bottom}\n",
        folder.display().to_string()
    );
    workshop.put("e3.toml", &text);
}

/// A new identity in the folder of `mine`; gives its DID.
fn new_identity(workshop: &Workshop) -> String {
    let folder = workshop.path("id");
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    let folder = folder.display().to_string();
    workshop.e3(&["id", "new", "--out", &folder]).succeeded();
    did(workshop)
}

fn did(workshop: &Workshop) -> String {
    let line = fs::read_to_string(workshop.path("id/did")).unwrap();
    line.trim().to_owned()
}

fn up(workshop: &Workshop) -> Ran {
    let up = workshop.e3(&["up"]);
    workshop.e3(&["down"]).succeeded();
    up
}

#[test]
fn an_identity_is_remembered_and_a_change_refused_until_it_is_accepted() {
    let workshop = Workshop::new();
    environment(&workshop, "");
    let first = new_identity(&workshop);
    let told = up(&workshop).succeeded();
    assert!(
        told.err
            .contains(&format!("mine is {first}, accepted at first sight")),
        "{}",
        told.err
    );
    let again = up(&workshop).succeeded();
    assert!(!again.err.contains("first sight"), "{}", again.err);

    let second = new_identity(&workshop);
    let refused = up(&workshop).refused();
    for part in [
        "\"mine\" IS NOT WHO IT WAS",
        &first,
        &second,
        "--accept mine",
    ] {
        assert!(refused.err.contains(part), "{part}: {}", refused.err);
    }
    // Also once more: what was refused is not remembered.
    up(&workshop).refused();
    workshop.e3(&["up", "--accept", "mine"]).succeeded();
    workshop.e3(&["down"]).succeeded();
    up(&workshop).succeeded();
    workshop.e3(&["up", "--accept", "nobody"]).refused();
    workshop.nothing_left();
}

#[test]
fn an_identity_that_hands_over_is_followed_and_told() {
    let workshop = Workshop::new();
    environment(&workshop, "");
    let first = new_identity(&workshop);
    up(&workshop).succeeded();
    let folder = workshop.path("id").display().to_string();
    workshop.e3(&["id", "rotate", &folder]).succeeded();
    let second = did(&workshop);
    assert_ne!(first, second);
    let told = up(&workshop).succeeded();
    let says = format!("mine has handed over from {first} to {second}");
    assert!(told.err.contains(&says), "{}", told.err);
    let again = up(&workshop).succeeded();
    assert!(!again.err.contains("handed over"), "{}", again.err);
    workshop.nothing_left();
}

#[test]
fn a_pin_that_is_declared_is_held_to() {
    let workshop = Workshop::new();
    let mine = new_identity(&workshop);
    environment(&workshop, &format!("[pins]\nmine = {mine:?}"));
    up(&workshop).succeeded();
    let other = new_identity(&workshop);
    let refused = up(&workshop).refused();
    for part in ["\"mine\" IS NOT WHO IT WAS", &mine, &other] {
        assert!(refused.err.contains(part), "{part}: {}", refused.err);
    }
    let refused = workshop.e3(&["up", "--accept", "mine"]).refused();
    assert!(refused.err.contains("e3.toml declares"), "{}", refused.err);
    workshop.nothing_left();
}

#[test]
fn whoever_is_not_listed_is_refused_by_name() {
    let workshop = Workshop::new();
    let listed = new_identity(&workshop);
    let text = format!(
        "identity = \"did\"\n[hosts.mine]\nregion = \"ams3\"\nidentity = {:?}\n\n[identities]\nmine = {listed:?}\n",
        workshop.path("id").display().to_string()
    );
    workshop.put("e3.toml", &text);
    up(&workshop).succeeded();
    let stranger = new_identity(&workshop);
    let refused = up(&workshop).refused();
    let says = format!("\"mine\" says that it is {stranger}, but {listed} is listed for it");
    assert!(refused.err.contains(&says), "{}", refused.err);
    workshop.nothing_left();
}

#[test]
fn words_and_what_was_signed_are_kept_with_a_run() {
    let workshop = Workshop::new();
    put(&workshop, 3, "print('sum: 3')");
    workshop.e3(&["up"]).succeeded();
    let status = workshop.e3(&["status"]).succeeded().out;
    let run = workshop.e3(&["run"]).succeeded();
    assert!(run.out.contains("sum: 3"), "{}", run.out);
    let kept = |name: &str| -> Value {
        serde_json::from_str(&workshop.read(&format!("runs/latest/{name}"))).unwrap()
    };
    let (roster, outcome) = (kept("roster.json"), kept("outcome.json"));
    let words = roster["words"].as_str().unwrap();
    assert_eq!(words.split(' ').count(), 4);
    // Of all, and of each party's own agent.
    assert_eq!(status.matches(words).count(), 1 + 3, "{status}");
    let log = workshop.read("runs/latest/holder.log");
    assert_eq!(log.matches(words).count(), 3, "{log}");
    let count = |document: &Value, pointer: &str| {
        let found = document.pointer(pointer).unwrap();
        let listed = found.as_array().map(Vec::len);
        listed
            .or_else(|| found.as_object().map(serde_json::Map::len))
            .unwrap()
    };
    assert_eq!(count(&roster, "/admissions"), 3);
    assert_eq!(count(&kept("agreement.json"), "/agreement/signatures"), 3);
    assert_eq!(count(&outcome, "/statements"), 3);
    assert_eq!(count(&outcome, "/openings"), 3);
    assert_eq!(count(&outcome, "/conclusions"), 3);
    assert_eq!(count(&outcome, "/missing"), 0);
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn a_party_whose_agent_dies_is_missing_and_the_others_conclude() {
    let workshop = Workshop::new();
    put(&workshop, 3, "");
    workshop.put("program.py", &program(FOREVER));
    workshop.e3(&["up"]).succeeded();
    let mut run = workshop.begin(&["run"]);
    all_begun(&mut run, 3);
    kill(agent_of(&workshop, "h-1"), Signal::KILL);
    assert_ne!(run.ended().code, 0);
    let outcome: Value = serde_json::from_str(&workshop.read("runs/latest/outcome.json")).unwrap();
    let parties = |list: &str| -> Vec<u64> {
        let list = outcome[list].as_array().unwrap();
        list.iter()
            .map(|one| one["party"].as_u64().unwrap())
            .collect()
    };
    assert_eq!(parties("statements"), [0, 2]);
    assert_eq!(parties("conclusions"), [0, 2]);
    let missing = outcome["missing"]["1"].as_str().unwrap();
    assert!(missing.contains("agent on host h-1"), "{missing}");
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}
