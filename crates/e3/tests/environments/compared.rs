//! `e3 compare` beyond measuring: attacks, observers, counts; its time; and what a broken promise does.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use crate::support::workshop::Workshop;

fn lines(workshop: &Workshop, file: &str) -> Vec<Value> {
    let text = fs::read_to_string(workshop.path("comparison").join(file)).unwrap_or_default();
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn compare<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["compare"], more, &["--out", "comparison"]].concat()
}

#[test]
fn attacks_are_kept_one_by_one_and_go_on_where_they_stopped() {
    let workshop = Workshop::alone();
    let security = compare(&["--way", "tls", "--only", "security", "--for", "20 s"]);
    let ran = workshop.e3(&security).succeeded();
    let first = lines(&workshop, "security.jsonl");
    let some = format!("There was time for {} of 12 attacks", first.len());
    assert!(ran.err.contains(&some), "{}", ran.err);
    assert!(!first.is_empty() && first.len() < 12, "{first:?}");
    assert!(ran.out.contains("## Security"), "{}", ran.out);
    assert_eq!(first[0]["attack"], "outsider-connects");
    for one in &first {
        assert_eq!(one["overlay"], "tls");
        assert_eq!(one["identity"], "ca");
        let command = one["command"].as_array().unwrap();
        assert_eq!(command.last(), Some(&one["attack"]));
    }
    let report = workshop.read("comparison/report.md");
    assert!(
        report.contains("outsider-connects") || report.contains("outsider"),
        "{report}"
    );

    let resume = ["compare", "--resume", "comparison", "--for", "20 s"];
    workshop.e3(&resume).succeeded();
    let then = lines(&workshop, "security.jsonl");
    assert_eq!(then[..first.len()], first);
    let attacks: Vec<&Value> = then.iter().map(|one| &one["attack"]).collect();
    let mut once = attacks.clone();
    once.dedup();
    assert_eq!(once, attacks, "none is tried twice");
    assert_eq!(lines(&workshop, "sittings.jsonl").len(), 2);
    workshop.nothing_left();
}

#[test]
fn a_broken_promise_fails_the_command_and_says_how_to_see_it_again() {
    let workshop = Workshop::new();
    // There is no time for anything, but all is laid out.
    let nothing = compare(&["--way", "tls", "--only", "security", "--for", "1 ms"]);
    workshop.e3(&nothing).succeeded();
    let plan: Value = serde_json::from_str(&workshop.read("comparison/plan.json")).unwrap();
    let trials = plan["trials"].as_array().unwrap();
    assert_eq!(trials.len(), 12);
    let found = |broken: &str| -> String {
        let line = |trial: &Value| {
            let verdict = if trial["attack"] == broken {
                "broken"
            } else {
                "held"
            };
            serde_json::json!({
                "schema": "e3/compare/1",
                "attack": trial["attack"],
                "overlay": trial["overlay"],
                "identity": trial["identity"],
                "promised": { "promise": "yes" },
                "verdict": { "verdict": verdict },
                "evidence": [],
                "time": "2026-11-23T12:00:00Z",
                "command": ["e3", "experiment", "attack", "--attack", trial["attack"]],
            })
            .to_string()
                + "\n"
        };
        trials.iter().map(line).collect()
    };
    let resume = ["compare", "--resume", "comparison"];
    workshop.put("comparison/security.jsonl", &found("none"));
    workshop.e3(&resume).succeeded();

    workshop.put("comparison/security.jsonl", &found("bytes-changed"));
    let ran = workshop.e3(&resume);
    assert_eq!(ran.code, 1, "{ran:#?}");
    for word in [
        "tls.ca breaks a promise",
        "bytes-changed",
        "`e3 experiment attack --attack bytes-changed`",
    ] {
        assert!(ran.err.contains(word), "{}", ran.err);
    }
    let ran = workshop.e3(&[&resume[..], &["--json"]].concat());
    assert_eq!(ran.code, 1, "{ran:#?}");
    let document: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["wrong"].as_array().unwrap().len(), 1);
    workshop.nothing_left();
}

#[test]
fn observers_answer_and_leave_nothing_when_they_are_stopped() {
    let workshop = Workshop::alone();
    let privacy = compare(&["--way", "direct", "--only", "privacy"]);
    let going = workshop.begin(&privacy);
    let captures = workshop.path("comparison/captures/direct");
    let begun = Instant::now();
    let is_there = || fs::read_dir(&captures).is_ok_and(|mut files| files.next().is_some());
    while !is_there() {
        assert!(
            begun.elapsed() < Duration::from_mins(1),
            "it captures nothing"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    going.signal(Signal::INT);
    let ran = going.ended();
    assert_eq!(ran.code, 130, "{ran:#?}");
    assert!(lines(&workshop, "privacy.jsonl").is_empty());
    workshop.nothing_left();

    let ran = workshop
        .e3(&["compare", "--resume", "comparison"])
        .succeeded();
    assert!(ran.out.contains("## Privacy"), "{}", ran.out);
    let answers = lines(&workshop, "privacy.jsonl");
    assert_eq!(answers.len(), 60, "six observers, ten questions");
    for path in answers[0]["searched"].as_array().unwrap() {
        let path = path.as_str().unwrap();
        assert!(!path.starts_with("captures/") || workshop.path("comparison").join(path).is_file());
    }
    workshop.nothing_left();
}

#[test]
fn what_was_counted_comes_with_the_program() {
    let workshop = Workshop::new();
    let effort = compare(&["--way", "quic", "--way", "tls", "--only", "effort"]);
    let ran = workshop.e3(&effort).succeeded();
    assert!(ran.out.contains("## Effort"), "{}", ran.out);
    let counted = lines(&workshop, "effort.jsonl");
    assert_eq!(counted.len(), 24);
    assert!(
        counted[0]["counted"]
            .as_str()
            .unwrap()
            .starts_with("scripts/effort")
    );
    // They are not told twice.
    workshop
        .e3(&["compare", "--resume", "comparison"])
        .succeeded();
    assert_eq!(lines(&workshop, "effort.jsonl").len(), 24);
    assert!(workshop.path("comparison/report.html").is_file());
}

/// Killed at once, the command leaves what it had begun to those that clean up after it.
#[test]
fn a_killed_comparison_leaves_nothing_and_goes_on() {
    let workshop = Workshop::alone();
    let short = compare(&["--way", "quic", "--program", "round-trip", "--rounds", "1"]);
    let mut going = workshop.begin(&short);
    going.until("warming up");
    going.signal(Signal::KILL);
    assert!(!going.status().success());
    workshop.nothing_left();
    let before = lines(&workshop, "measurements.jsonl");
    workshop
        .e3(&["compare", "--resume", "comparison"])
        .succeeded();
    let after = lines(&workshop, "measurements.jsonl");
    assert_eq!(after[..before.len()], before);
    assert_eq!(after.len(), 6, "three ways, a round and one that warms up");
    workshop.nothing_left();
}
