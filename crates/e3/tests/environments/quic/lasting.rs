//! What ends every computation over plain TCP is a pause over `quic`.

use std::{collections::BTreeSet, time::Duration};

use serde_json::Value;

use super::{all_begun, right, workshop};

/// Longer than any outage here with the program around it.
const PATIENCE: Duration = Duration::from_secs(200);

/// Runs the program while this happens to the network. Gives the longest pause of any party's, in seconds.
fn longest_pause(scenario: &str) -> f64 {
    run_through(scenario).0
}

/// The same; gives the run's record, too.
fn run_through(scenario: &str) -> (f64, Value) {
    let workshop = workshop();
    workshop.put("what.scenario", scenario);
    let run = workshop.begin(&["run", "--scenario", "what.scenario", "--json"]);
    let record = run.patiently(PATIENCE).ended().succeeded().json();
    let done = record["scenario"].as_array().unwrap();
    let all_done = done.iter().all(|done| done["failed"].is_null());
    assert!(!done.is_empty() && all_done, "{done:#?}");
    right(&record);
    let pauses = (0..3).map(|party| {
        let log = workshop.read(&format!("runs/latest/party-{party}.log"));
        let mut lines = log.lines();
        let told = lines.find_map(|line| line.strip_prefix("longest pause "));
        told.unwrap_or_else(|| panic!("{log}")).parse().unwrap()
    });
    let pause = pauses.fold(0.0, f64::max);
    println!("a pause of {pause:.1} s through {scenario:?}");
    workshop.nothing_left();
    (pause, record)
}

/// The links between these hosts have gone on over other connections than before: what happened did reach them.
#[track_caller]
fn resumed(record: &Value, pairs: [[&str; 2]; 2]) {
    let links = record["links"].as_array().unwrap();
    for [a, b] in pairs {
        let mut links = links.iter();
        let link = links.find(|link| link["a"] == a && link["b"] == b);
        let link = link.unwrap_or_else(|| panic!("no link {a}–{b}: {record:#}"));
        assert!(
            link["resumptions"].as_u64().unwrap() > 0,
            "nothing has happened: {link:#}"
        );
    }
}

#[test]
fn an_outage_of_a_minute_is_a_pause() {
    let pause = longest_pause("at 2s: *–* down for 60s\n");
    assert!(pause > 60.0, "nothing was out: {pause} s");
    // The agents look for the relay every second, and have it a few seconds later.
    assert!(pause < 80.0, "the links came back late: {pause} s");
}

#[test]
fn a_path_that_is_out_is_gone_around() {
    let pause = longest_pause("at 2s: ams–home down for 2min\n");
    assert!(pause > 1.0, "nothing was out: {pause} s");
    assert!(pause < 60.0, "nobody took the relay: {pause} s");
}

#[test]
fn hosts_that_move_and_routers_that_redial_are_found_again() {
    let (_, record) = run_through("at 2s: ams moves\nat 4s: home redials\nat 5s: home moves\n");
    resumed(&record, [["ams", "phone"], ["ams", "home"]]);
}

#[test]
fn nats_that_forget_are_passed_again() {
    let (_, record) =
        run_through("at 2s: home forgets\nat 3s: phone forgets\nat 4s: home forgets\n");
    resumed(&record, [["ams", "phone"], ["ams", "home"]]);
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
    let mut links = links.iter();
    let relayed = links.find(|link| link["from"] == 1 && link["to"] == 2);
    let relayed = relayed.unwrap_or_else(|| panic!("no link in {status:#}"));
    assert!(relayed["path"]["relayed"].is_object(), "{relayed:#}");
    assert!(relayed["received"].as_u64().unwrap() > 0, "{relayed:#}");
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}
