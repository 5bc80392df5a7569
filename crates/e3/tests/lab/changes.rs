//! Paths, NATs and hosts that change while the lab is up.

use std::{thread, time::Duration};

use crate::{answered, down, json, support::workshop::Workshop, three_sites};

#[test]
fn a_path_changes_as_it_is_told_and_back() {
    let workshop = Workshop::new();
    three_sites(&workshop);
    let before = json(&workshop, &["link", "ams3", "sgp1"]);
    assert_eq!(before["paths"][0]["delay_ms"], 85.655);
    assert_eq!(before["changed"].as_array().unwrap().len(), 0);
    let change = [
        "--one-way",
        "--delay",
        "20ms",
        "--jitter",
        "1 ms",
        "--loss",
        "1%",
        "--rate",
        "10Mbit/s",
        "--reorder",
        "5% by 20ms",
        "--duplicate",
        "0.1%",
    ];
    let changed = json(
        &workshop,
        &[&["link", "ams3", "sgp1"], &change[..]].concat(),
    );
    let path = &changed["paths"][0];
    for (field, value) in [
        ("delay_ms", 20.0),
        ("jitter_ms", 1.0),
        ("loss", 0.01),
        ("rate_bit_s", 10e6),
        ("reorder", 0.05),
        ("reorder_by_ms", 20.0),
        ("duplicate", 0.001),
    ] {
        assert_eq!(path[field].as_f64(), Some(value), "{field}: {path:#}");
    }
    assert_eq!(
        changed["paths"][1]["delay_ms"], 85.655,
        "the way back stays"
    );
    let table = workshop
        .e3(&["lab", "link", "ams3", "sgp1"])
        .succeeded()
        .out;
    assert!(
        table.contains("loss 1 %, 10 Mbit/s, reorder 5 % by 20 ms"),
        "{table}"
    );
    let restored = json(&workshop, &["link", "ams3", "sgp1", "--restore"]);
    assert_eq!(restored["paths"][0]["delay_ms"], 85.655);
    assert_eq!(restored["paths"][0]["loss"], 0.0);
    down(&workshop);
}

#[test]
fn an_outage_ends_by_itself() {
    let workshop = Workshop::new();
    three_sites(&workshop);
    json(&workshop, &["link", "ams3", "sgp1", "--down", "1500ms"]);
    assert_eq!(answered(&workshop, "ams3", "sgp1"), 0);
    thread::sleep(Duration::from_millis(1500));
    assert_eq!(answered(&workshop, "ams3", "sgp1"), 5);
    let dropped = json(&workshop, &["link", "ams3", "sgp1"]);
    assert_eq!(dropped["paths"][0]["drops"]["down"], 5, "{dropped:#}");
    down(&workshop);
}

#[test]
fn what_cannot_change_is_pointed_at() {
    let workshop = Workshop::new();
    three_sites(&workshop);
    for (args, says) in [
        (
            &["link", "ams3", "spg1", "--down"][..],
            "did you mean `sgp1`?",
        ),
        (&["link", "ams3", "spg1"], "did you mean `sgp1`?"),
        (&["link", "ams3", "sgp1", "--loss", "much"], "probability"),
        (&["link", "ams3", "sgp1", "--delay", "5"], "unit"),
        (
            &["link", "ams3", "sgp1", "--up", "--down"],
            "cannot be used with",
        ),
        (&["link", "home-0", "home-1", "--down"], "same site"),
        (&["link", "home-0", "home-1"], "same site"),
        (&["nat", "ams3", "--forget"], "no NAT"),
        (&["nat", "mars"], "mars"),
        (&["host", "nobody", "--pause"], "nobody"),
        (&["host", "sgp1"], "--pause"),
    ] {
        let refused = workshop.e3(&[&["lab"], args].concat()).refused();
        assert!(refused.err.contains(says), "{args:?}: {}", refused.err);
    }
    down(&workshop);
}

#[test]
fn a_nat_forgets_and_gets_another_address() {
    let workshop = Workshop::new();
    three_sites(&workshop);
    assert_eq!(answered(&workshop, "home-0", "ams3"), 5);
    let mappings = json(&workshop, &["nat", "home"]);
    let echo = &mappings["mappings"][0];
    assert_eq!(echo["protocol"], "echo", "{mappings:#}");
    assert!(
        echo["inside"].as_str().unwrap().starts_with("192.168."),
        "{mappings:#}"
    );
    json(&workshop, &["nat", "home", "--forget"]);
    let mappings = json(&workshop, &["nat", "home"]);
    assert_eq!(mappings["mappings"].as_array().unwrap().len(), 0);
    let seen_as = || json(&workshop, &["status"])["sites"][1]["hosts"][0]["seen_as"].clone();
    let before = seen_as();
    json(&workshop, &["nat", "home", "--redial"]);
    assert_ne!(seen_as(), before);
    assert_eq!(answered(&workshop, "home-0", "ams3"), 5);
    down(&workshop);
}

#[test]
fn a_host_pauses_and_moves() {
    let workshop = Workshop::new();
    three_sites(&workshop);
    json(&workshop, &["host", "sgp1", "--pause"]);
    assert_eq!(answered(&workshop, "ams3", "sgp1"), 0);
    let host = || json(&workshop, &["status"])["sites"][2]["hosts"][0].clone();
    assert_eq!(host()["paused"], true);
    let asleep = workshop.e3(&["lab", "exec", "sgp1", "--", "true"]);
    let said = asleep.refused().err;
    assert!(said.contains("host sgp1 pauses"), "{said}");
    assert!(said.contains("e3 lab host sgp1 --resume"), "{said}");
    json(&workshop, &["host", "sgp1", "--resume"]);
    assert_eq!(answered(&workshop, "ams3", "sgp1"), 5);
    workshop
        .e3(&["lab", "exec", "sgp1", "--", "true"])
        .succeeded();
    json(&workshop, &["host", "sgp1", "--pause", "500ms"]);
    thread::sleep(Duration::from_secs(1));
    assert_eq!(host()["paused"], false);
    // The end of a pause that was over before does not end the next one.
    json(&workshop, &["host", "sgp1", "--pause", "1s"]);
    json(&workshop, &["host", "sgp1", "--resume"]);
    json(&workshop, &["host", "sgp1", "--pause"]);
    thread::sleep(Duration::from_millis(1500));
    assert_eq!(host()["paused"], true);
    json(&workshop, &["host", "sgp1", "--resume"]);
    let before = host();
    json(&workshop, &["host", "sgp1", "--move"]);
    assert_ne!(host()["addresses"], before["addresses"]);
    assert_eq!(answered(&workshop, "ams3", "sgp1"), 5);
    // A host that pauses when everything ends is no obstacle.
    json(&workshop, &["host", "sgp1", "--pause"]);
    down(&workshop);
}
