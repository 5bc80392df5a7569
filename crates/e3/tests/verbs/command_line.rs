//! The command line itself: help, mistakes, what every verb takes.

use crate::helper::{Desk, Ran};

const VERBS: [&str; 13] = [
    "init",
    "check",
    "plan",
    "up",
    "status",
    "run",
    "logs",
    "exec",
    "ping",
    "down",
    "doctor",
    "completions",
    "man",
];

#[test]
fn help_lists_the_verbs_and_hides_what_e3_runs_for_itself() {
    let ran = Desk::new().e3(&["--help"]).succeeded();
    for verb in VERBS {
        assert!(
            ran.out.contains(&format!("\n  {verb} ")),
            "{verb}: {}",
            ran.out
        );
    }
    assert!(
        ["holder", "agent", "experiment"]
            .iter()
            .all(|verb| !ran.out.contains(&format!("\n  {verb} "))),
        "{}",
        ran.out
    );
    assert_eq!(ran.err, "");
}

#[test]
fn every_verb_that_reads_an_environment_takes_the_same_overrides() {
    let desk = Desk::new();
    for verb in [
        "check", "plan", "up", "status", "run", "exec", "ping", "down",
    ] {
        let help = desk.e3(&[verb, "--help"]).succeeded().out;
        for option in [
            "--parties",
            "--overlay",
            "--identity",
            "--program",
            "--threshold",
            "--region",
            "--seed",
            "--set",
            "--json",
        ] {
            assert!(help.contains(option), "{verb} lacks {option}");
        }
    }
}

#[test]
fn a_mistake_is_the_users_and_nothing_is_data() {
    let ran = Desk::new().e3(&["statsu"]).refused();
    assert!(ran.err.starts_with("error: "), "{}", ran.err);
    assert!(ran.err.contains("'status'"), "no suggestion: {}", ran.err);
}

#[test]
fn a_mistake_with_json_is_one_document() {
    let ran = Desk::new().e3(&["check", "--json", "--bogus"]);
    assert_eq!(ran.code, 1);
    let document = ran.json();
    assert_eq!(document["schema"], "e3/error/1");
    assert_eq!(document["kind"], "user");
    assert!(document["message"].as_str().unwrap().contains("--bogus"));
    assert_eq!(ran.err, "");
}

#[test]
fn set_wants_a_key_and_a_value() {
    let ran = Desk::new().e3(&["check", "--set", "nothing"]).refused();
    assert!(ran.err.contains("KEY=VALUE"), "{}", ran.err);
}

#[test]
fn colour_comes_only_when_it_is_asked_for() {
    let desk = Desk::new();
    let plain = desk.e3(&["check", "nowhere"]).refused();
    assert!(!plain.err.contains('\x1b'), "{}", plain.err);
    let colourful = desk
        .e3(&["--color", "always", "check", "nowhere"])
        .refused();
    assert!(colourful.err.contains('\x1b'), "{}", colourful.err);
}

#[test]
fn logs_never_mix_with_the_document() {
    let desk = Desk::new();
    desk.e3(&["init"]).succeeded();
    let output = desk
        .command(&["check", "--json"])
        .env("RUST_LOG", "trace")
        .output();
    let ran = Ran::of(&output.unwrap()).succeeded();
    assert_eq!(ran.json()["schema"], "e3/check/1");
}

#[test]
fn a_reader_that_goes_away_is_no_fault() {
    let desk = Desk::new();
    let mut child = desk
        .command(&["man"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ran = Ran::of(&child.wait_with_output().unwrap()).succeeded();
    assert_eq!(ran.err, "");
}
