//! The benchmark: what it prints, and that it leaves nothing.

use std::{
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::support::{going::PAUSE, seen::Role, workshop::Workshop};

#[test]
fn figures_have_their_floors_and_their_samples() {
    let workshop = Workshop::alone();
    let args = [
        "lab",
        "bench",
        "--only",
        "stream_80ms",
        "--only",
        "hosts_100",
        "--only",
        "memory",
    ];
    let bench = workshop
        .e3(&[&args[..], &["--rounds", "1", "--json"]].concat())
        .succeeded();
    let document = bench.json();
    assert_eq!(document["schema"], "e3/lab-bench/1");
    let names = [
        "stream_80ms_gbit_s",
        "hosts_100_up_s",
        "hosts_100_down_s",
        "memory_per_host_mb",
    ];
    let figures = document["figures"].as_array().unwrap();
    assert_eq!(figures.len(), names.len(), "{document:#}");
    for (name, figure) in names.iter().zip(figures) {
        assert_eq!(figure["name"], *name);
        assert!(document[name].as_f64().unwrap() > 0.0, "{document:#}");
        assert_eq!(figure["value"], document[name]);
        assert!(!figure["samples"].as_array().unwrap().is_empty());
        assert!(
            figure["floor"].is_object() && figure["met"].is_boolean(),
            "{figure:#}"
        );
    }
    assert_eq!(document["beside"]["hosts_100_pairs_answered"], 450.0);
    assert!(document["machine"]["processors"].as_u64().unwrap() > 0);
    workshop.nothing_left();
    let refused = workshop.e3(&["lab", "bench", "--only", "beauty"]).refused();
    assert!(refused.err.contains("rtt_idle_error_ms"), "{}", refused.err);
}

#[test]
fn ctrl_c_leaves_nothing() {
    let workshop = Workshop::new();
    for (figure, role) in [
        ("hosts_100_up", Role::Agent),
        ("stream_80ms", Role::Program),
    ] {
        let mut bench = workshop.begin(&["lab", "bench", "--only", figure]);
        let end = Instant::now() + Duration::from_mins(1);
        while workshop.process(role).is_none() {
            assert!(
                Instant::now() < end && !bench.has_ended(),
                "no {role:?}: {:#?}",
                bench.printed()
            );
            thread::sleep(PAUSE);
        }
        bench.signal(Signal::INT);
        let ended = bench.ended();
        assert_eq!(ended.code, 130, "{figure}: {ended:#?}");
        workshop.nothing_left();
    }
}
