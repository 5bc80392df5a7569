//! Attacks on overlays: each a command of its own.

use serde_json::Value;

use crate::support::workshop::Workshop;

fn found(workshop: &Workshop, overlay: &str, identity: &str) -> Value {
    let ran = workshop.e3(&[
        "experiment",
        "attack",
        "--overlay",
        overlay,
        "--identity",
        identity,
        "--attack",
        "bytes-changed",
    ]);
    serde_json::from_str(&ran.succeeded().out).unwrap()
}

#[test]
fn an_attack_tells_what_became_of_it_and_how_to_try_it_again() {
    let workshop = Workshop::alone();
    let direct = found(&workshop, "direct", "pinned");
    assert_eq!(direct["verdict"]["verdict"], "broken", "{direct}");
    assert_eq!(direct["promised"]["promise"], "no", "{direct}");
    let tls = found(&workshop, "tls", "ca");
    assert_eq!(tls["verdict"]["verdict"], "held", "{tls}");
    assert_eq!(tls["promised"]["promise"], "yes", "{tls}");
    let words: Vec<_> = tls["command"].as_array().unwrap().iter().collect();
    assert_eq!(words.last().unwrap().as_str(), Some("bytes-changed"));
    workshop.nothing_left();
}

#[test]
fn what_there_is_not_cannot_be_attacked() {
    let workshop = Workshop::alone();
    let ran = workshop.e3(&[
        "experiment",
        "attack",
        "--overlay",
        "dierct",
        "--attack",
        "bytes-changed",
    ]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("there is no overlay `dierct`"), "{ran:?}");
    let ran = workshop.e3(&[
        "experiment",
        "attack",
        "--overlay",
        "direct",
        "--attack",
        "bites-changed",
    ]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("bytes-changed"), "{ran:?}");
}
