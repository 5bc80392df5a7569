//! What is wrong before a program starts: a clear message, the right exit code, and nothing left.

use std::{
    fs,
    time::{Duration, Instant},
};

use crate::{program::put, support::workshop::Workshop};

/// What is refused within seconds must not wait for a time-out of minutes.
const SECONDS: Duration = Duration::from_secs(15);

#[test]
fn a_broken_environment_points_at_the_line() {
    let workshop = Workshop::new();
    workshop.put(
        "e3.toml",
        "[hosts.a]\nregion = \"ansterdam\"\n\n[hosts.b]\nregio = \"nyc3\"\n",
    );
    for verb in ["run", "up", "status"] {
        let ran = workshop.e3(&[verb]).refused();
        for said in ["e3.toml:2:", "^", "ams3", "regio", "e3.toml has"] {
            assert!(ran.err.contains(said), "{verb}: no `{said}` in {}", ran.err);
        }
    }
    workshop.put("e3.toml", "[hosts.a\n");
    assert!(workshop.e3(&["run"]).refused().err.contains('^'));
    workshop.nothing_left();
}

#[test]
fn what_does_not_exist_is_named() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    let says = |args: &[&str], said: &str| {
        let ran = workshop.e3(args).refused();
        assert!(
            ran.err.contains(said),
            "{args:?}: no `{said}` in {}",
            ran.err
        );
    };
    says(&["run", "no/such/folder"], "no/such/folder does not exist");
    says(&["run", "program.py"], "program.py");
    says(&["run", "--program", "no.py"], "no.py");
    says(
        &["run", "--set", "program.python=/no/such/python"],
        "/no/such/python",
    );
    says(
        &["run", "--set", "hosts.h.input=in/{index}.csv"],
        "in/0.csv",
    );
    let document = workshop.e3(&["run", "no/such/folder", "--json"]);
    assert_eq!(document.code, 1);
    assert_eq!(document.json()["schema"], "e3/error/1");
    workshop.nothing_left();
    assert!(!workshop.state().join("e3").exists());
}

#[test]
fn results_that_cannot_be_kept_are_refused_before_anything_is_made() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    workshop.put("runs", "a file where the folder should be");
    let ran = workshop.e3(&["run"]).refused();
    assert!(
        ran.err.contains("cannot keep results in runs"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("--runs"), "{}", ran.err);
    workshop.e3(&["run", "--runs", "elsewhere"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn state_that_cannot_be_kept_is_refused() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    fs::create_dir_all(workshop.state().parent().unwrap()).unwrap();
    fs::write(workshop.state(), "a file where the folder should be").unwrap();
    for verb in ["run", "up"] {
        let ran = workshop.e3(&[verb]).refused();
        assert!(ran.err.contains("home/state"), "{}", ran.err);
    }
    fs::remove_file(workshop.state()).unwrap();
    workshop.nothing_left();
}

#[test]
fn two_parties_that_nobody_can_call_are_named_within_seconds() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    workshop.put(
        "e3.toml",
        "overlay = \"direct\"\n[hosts.open]\nregion = \"ams3\"\n[hosts.anna]\nregion = \"fra1\"\nnat = \"home\"\n\
         [hosts.bert]\nregion = \"lon1\"\nnat = \"home\"\n[program]\npath = \"program.py\"\n",
    );
    refused_in_seconds(&workshop, &["anna", "bert", "NAT"]);
}

#[test]
fn an_order_that_cannot_work_is_refused_within_seconds() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    workshop.put(
        "e3.toml",
        "overlay = \"direct\"\norder = [\"open\", \"anna\"]\n[hosts.open]\nregion = \"ams3\"\n\
         [hosts.anna]\nregion = \"fra1\"\nnat = \"home\"\n[program]\npath = \"program.py\"\n",
    );
    refused_in_seconds(&workshop, &["anna", "open", "NAT"]);
    workshop.put(
        "e3.toml",
        &workshop
            .read("e3.toml")
            .replace("[\"open\", \"anna\"]", "[\"anna\", \"open\"]"),
    );
    workshop.e3(&["run"]).succeeded();
    workshop.nothing_left();
}

#[track_caller]
fn refused_in_seconds(workshop: &Workshop, said: &[&str]) {
    for verb in ["run", "up"] {
        let begin = Instant::now();
        let ran = workshop.e3(&[verb]).refused();
        assert!(begin.elapsed() < SECONDS, "{:?}", begin.elapsed());
        for word in said {
            assert!(ran.err.contains(word), "{verb}: no `{word}` in {}", ran.err);
        }
        workshop.nothing_left();
    }
}
