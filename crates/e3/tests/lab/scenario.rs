//! Scenario files: played by themselves, and while a program runs.

use std::{thread, time::Duration};

use rustix::process::Signal;

use crate::{answered, down, json, support::workshop::Workshop, three_sites};

const OUTAGE: &str =
    "seed 7\n# first well, then not\nat 200ms: ams3–sgp1 down for 1s\nat 2s: ams3–sgp1 restore\n";

#[test]
fn a_scenario_is_played_and_told() {
    let workshop = Workshop::new();
    three_sites(&workshop);
    workshop.put("outage.scenario", OUTAGE);
    let play = workshop.begin(&["lab", "play", "outage.scenario", "--json"]);
    thread::sleep(Duration::from_millis(600));
    assert_eq!(answered(&workshop, "ams3", "sgp1"), 0);
    let played = play.ended().succeeded().json();
    let done = played["done"].as_array().unwrap();
    assert_eq!(done.len(), 2, "{played:#}");
    assert_eq!(done[0]["at_ms"], 200.0);
    assert_eq!(done[0]["text"], "ams3–sgp1 down for 1s");
    assert!(done.iter().all(|done| done["failed"].is_null()));
    assert_eq!(answered(&workshop, "ams3", "sgp1"), 5);
    let told = workshop.e3(&["lab", "play", "outage.scenario"]).succeeded();
    assert_eq!(
        told.out,
        "0.200 s  ams3–sgp1 down for 1s\n2.000 s  ams3–sgp1 restore\n"
    );
    down(&workshop);
}

#[test]
fn ctrl_c_ends_a_scenario_where_it_is() {
    let workshop = Workshop::new();
    three_sites(&workshop);
    workshop.put(
        "long.scenario",
        "at 0s: ams3–sgp1 delay 1ms\nat 1h: ams3–sgp1 down\n",
    );
    let play = workshop.begin(&["lab", "play", "long.scenario"]);
    let changed = || json(&workshop, &["link", "ams3", "sgp1"])["paths"][0]["delay_ms"] == 1.0;
    while !changed() {
        thread::sleep(Duration::from_millis(10));
    }
    play.signal(Signal::INT);
    let ended = play.ended();
    assert_eq!(ended.code, 130, "{ended:#?}");
    assert!(ended.out.contains("delay 1ms"), "{ended:#?}");
    assert!(changed(), "what has been done stays");
    down(&workshop);
}

#[test]
fn all_that_is_wrong_is_said_at_once_and_nothing_is_done() {
    let workshop = Workshop::new();
    three_sites(&workshop);
    workshop.put(
        "broken.scenario",
        "at 1s: ams3–spg1 down\nat 500ms: ams3–sgp1 loss 200%\nat 2s: home explodes\n",
    );
    let refused = workshop.e3(&["lab", "play", "broken.scenario"]).refused();
    for says in [
        "broken.scenario:1:",
        "did you mean `sgp1`?",
        ":2:",
        ":3:",
        "explodes",
    ] {
        assert!(refused.err.contains(says), "{says}: {}", refused.err);
    }
    let refused = workshop.e3(&["lab", "play", "none.scenario"]).refused();
    assert!(
        refused.err.contains("cannot read none.scenario"),
        "{}",
        refused.err
    );
    down(&workshop);
}

const TWO: &str = "\
[hosts.a]
region = \"ams3\"

[hosts.b]
region = \"lon1\"

[program]
path = \"program.py\"
";

#[test]
fn a_run_keeps_what_its_scenario_did_and_whether_its_times_can_be_believed() {
    let workshop = Workshop::new();
    workshop.put("e3.toml", TWO);
    crate::program(&workshop);
    workshop.put(
        "loss.scenario",
        "at 100ms: a -> b loss 10%\nat 1h: a–b down\n",
    );
    let record = workshop
        .e3(&["run", "--scenario", "loss.scenario", "--json"])
        .succeeded()
        .json();
    let done = record["scenario"].as_array().unwrap();
    assert_eq!(
        done.len(),
        1,
        "the program had ended before the rest: {done:#?}"
    );
    assert_eq!(done[0]["text"], "a -> b loss 10%");
    let watched = &record["watched"];
    assert!(watched["duration_s"].as_f64().unwrap() > 1.0, "{watched:#}");
    assert!(
        watched["wakes"]["packets"].as_u64().unwrap() > 10,
        "{watched:#}"
    );
    assert!(watched["machine"]["processors"].as_u64().unwrap() > 0);
    let distrust = record["distrust"].as_array().unwrap();
    assert_eq!(record["trusted"], distrust.is_empty());
    // Those with the relay are two of them.
    assert_eq!(record["check"]["pairs_in_all"], 3);
    workshop.nothing_left();

    workshop.put("broken.scenario", "at 1s: a–c down\n");
    let refused = workshop
        .e3(&["run", "--scenario", "broken.scenario"])
        .refused();
    assert!(
        refused.err.contains("broken.scenario:1:10"),
        "{}",
        refused.err
    );
}
