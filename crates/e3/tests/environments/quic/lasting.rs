//! What ends every computation over plain TCP is a pause over `quic`.

use std::{collections::BTreeSet, time::Duration};

use serde_json::Value;

use super::{all_begun, right, workshop};

/// Longer than any outage here with the program around it.
const PATIENCE: Duration = Duration::from_secs(200);

/// Runs the program while this happens to the network.
fn run_through(scenario: &str) -> Value {
    let workshop = workshop();
    workshop.put("what.scenario", scenario);
    let run = workshop.begin(&["run", "--scenario", "what.scenario", "--json"]);
    let record = run.patiently(PATIENCE).ended().succeeded().json();
    let done = record["scenario"].as_array().unwrap();
    assert!(
        !done.is_empty() && done.iter().all(|done| done["failed"].is_null()),
        "{done:#?}"
    );
    right(&record);
    workshop.nothing_left();
    record
}

#[test]
fn an_outage_of_a_minute_is_a_pause() {
    let record = run_through("at 2s: *–* down for 60s\n");
    let elapsed = record["elapsed_s"].as_f64().unwrap();
    println!("{elapsed:.1} s with an outage of 60 s");
    assert!(elapsed > 60.0, "nothing was out: {elapsed} s");
    // The program itself takes some 8 seconds.
    assert!(
        elapsed < 85.0,
        "{elapsed} s: the links did not come back soon"
    );
}

#[test]
fn hosts_that_move_and_routers_that_redial_are_found_again() {
    run_through("at 2s: ams moves\nat 4s: home redials\nat 5s: home moves\n");
}

#[test]
fn nats_that_forget_are_passed_again() {
    run_through("at 2s: home forgets\nat 3s: phone forgets\nat 4s: home forgets\n");
}

#[test]
fn a_relay_that_is_killed_comes_back_and_the_run_goes_on() {
    let workshop = workshop();
    workshop.e3(&["up"]).succeeded();
    let mut run = workshop.begin(&["run"]);
    all_begun(&mut run);
    // The parent of a command on a host is the agent there, and the relay is in it.
    let there = |script| workshop.e3(&["exec", "relay", "--", "sh", "-c", script]);
    let mut relays = BTreeSet::new();
    for _ in 0..3 {
        relays.insert(there("echo $PPID").succeeded().out);
        let killed = there("kill -9 $PPID");
        assert_ne!(killed.code, 0, "{killed:#?}");
    }
    assert_eq!(relays.len(), 3, "one after the other: {relays:?}");
    assert!(!run.has_ended(), "the relay was killed too late");
    run.patiently(PATIENCE).ended().succeeded();
    right(&workshop.record());

    let status = workshop.e3(&["status", "--json"]).succeeded().json();
    assert_eq!(status["services"][0]["health"], "up", "{status:#}");
    let links = status["links"].as_array().unwrap();
    let between = |from: u64, to: u64| {
        let mut links = links.iter();
        let link = links.find(|link| link["from"] == from && link["to"] == to);
        link.unwrap_or_else(|| panic!("no link {from}–{to} in {links:#?}"))
    };
    let relayed = between(1, 2);
    assert!(relayed["path"]["relayed"].is_object(), "{relayed:#}");
    assert!(relayed["received"].as_u64().unwrap() > 0, "{relayed:#}");
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}
