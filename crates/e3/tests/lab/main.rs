//! Whole commands of `e3 lab`: what they print, how they end, and what they leave: nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests may unwrap as tests do"
)]

#[allow(dead_code, reason = "each test program uses a part of it")]
#[path = "../support/mod.rs"]
mod support;

mod bench;
mod capture;
mod changes;
mod graph;
mod network;
mod parties;
mod scenario;

use serde_json::Value;
use support::workshop::Workshop;

/// Brings up Amsterdam, two hosts behind a home router in New York, and Singapore.
#[track_caller]
fn three_sites(workshop: &Workshop) {
    let sites = [
        "--site",
        "ams3",
        "--site",
        "home=nyc3:home*2",
        "--site",
        "sgp1",
    ];
    workshop
        .e3(&[&["lab", "up"], &sites[..]].concat())
        .succeeded();
}

/// Takes the lab down, and looks for what is left.
#[track_caller]
fn down(workshop: &Workshop) {
    workshop.e3(&["lab", "down"]).succeeded();
    workshop.nothing_left();
}

/// What `e3 lab …` prints with `--json`.
#[track_caller]
fn json(workshop: &Workshop, args: &[&str]) -> Value {
    workshop
        .e3(&[&["lab", "--json"], args].concat())
        .succeeded()
        .json()
}

/// Pings between two hosts of the lab, and tells how many of them came back.
#[track_caller]
fn answered(workshop: &Workshop, a: &str, b: &str) -> usize {
    let ran = workshop.e3(&["lab", "ping", a, b, "--count", "5", "--json"]);
    let answered = ran.json()["rtt_ms"].as_array().unwrap().len();
    assert_eq!(ran.code, i32::from(answered == 0), "{ran:#?}");
    answered
}

/// Puts a program there that needs no `MPyC`: its path.
fn program(workshop: &Workshop) -> String {
    workshop.put(
        "program.py",
        "import time\ntime.sleep(1.5)\nprint('done')\n",
    );
    "program.py".to_owned()
}
