//! Ctrl-C: once ends what goes on and cleans up, twice ends at once and `e3 down` cleans up.

use std::{
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::{
    program::{FOREVER, all_begun, put},
    support::{
        going::{Going, PAUSE},
        workshop::Workshop,
    },
};

/// A program that does not listen when it is asked to end.
const STUBBORN: &str = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('begun', me, flush=True)\ntime.sleep(1000)";

/// Hosts far apart, so that there is something to interrupt while they connect.
fn put_far_apart(workshop: &Workshop) {
    put(workshop, 2, FOREVER);
    workshop.put(
        "e3.toml",
        "[hosts.a]\nregion = \"ams3\"\n[hosts.b]\nregion = \"syd1\"\n[program]\npath = \"program.py\"\n\
         [[network.pairs]]\nbetween = [\"ams3\", \"syd1\"]\nrtt = \"800 ms\"\n",
    );
}

#[test]
fn once_during_the_set_up_ends_it() {
    for verb in ["run", "up"] {
        let workshop = Workshop::new();
        put_far_apart(&workshop);
        let mut going = workshop.begin(&[verb]);
        going.until("party 1");
        going.signal(Signal::INT);
        let ran = going.ended();
        assert_eq!(ran.code, 130, "{verb}: {ran:#?}");
        workshop.nothing_left();
    }
}

#[test]
fn at_any_moment_of_a_run_it_ends_with_130_and_leaves_nothing() {
    for delay in [0, 3, 10, 30, 60, 100, 200, 400] {
        let workshop = Workshop::new();
        put(&workshop, 2, FOREVER);
        let going = workshop.begin(&["run"]);
        thread::sleep(Duration::from_millis(delay));
        going.signal(Signal::INT);
        let mut going = going;
        let status = going.status();
        // In its first milliseconds it does not listen yet, and nothing is made yet.
        let code = status.code().unwrap_or(130);
        assert_eq!(code, 130, "after {delay} ms: {:#?}", going.printed());
        workshop.nothing_left();
    }
}

#[test]
fn once_during_a_run_ends_it_and_keeps_what_was_printed() {
    for signal in [Signal::INT, Signal::TERM] {
        let workshop = Workshop::new();
        put(&workshop, 2, FOREVER);
        let mut run = workshop.begin(&["run"]);
        all_begun(&mut run, 2);
        run.signal(signal);
        let ran = run.ended();
        assert_eq!(ran.code, 130, "{ran:#?}");
        assert!(ran.err.contains("cancelled"), "{}", ran.err);
        assert_eq!(workshop.record()["failure"]["exit"], 130);
        assert!(workshop.read("runs/latest/party-1.log").contains("begun 1"));
        workshop.nothing_left();
    }
}

#[test]
fn a_program_that_does_not_listen_is_ended_too() {
    let workshop = Workshop::new();
    put(&workshop, 2, STUBBORN);
    let mut run = workshop.begin(&["run"]);
    all_begun(&mut run, 2);
    let begin = Instant::now();
    run.signal(Signal::INT);
    assert_eq!(run.ended().code, 130);
    assert!(
        begin.elapsed() < Duration::from_secs(10),
        "{:?}",
        begin.elapsed()
    );
    workshop.nothing_left();
}

#[test]
fn what_is_up_survives_an_interrupted_run() {
    let workshop = Workshop::new();
    put(&workshop, 2, FOREVER);
    workshop.e3(&["up"]).succeeded();
    let mut run = workshop.begin(&["run"]);
    all_begun(&mut run, 2);
    run.signal(Signal::INT);
    assert_eq!(run.ended().code, 130);
    put(&workshop, 2, "print('again')");
    let record = workshop.e3(&["run", "--json"]).succeeded().json();
    assert_eq!(record["outcome"]["same"], "again\n");
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn twice_ends_at_once_and_down_cleans_up() {
    let workshop = Workshop::new();
    put(&workshop, 2, STUBBORN);
    let mut run = workshop.begin(&["run"]);
    all_begun(&mut run, 2);
    run.signal(Signal::INT);
    run.until("once more ends at once");
    let begin = Instant::now();
    run.signal(Signal::INT);
    let ran = run.ended();
    assert_eq!(ran.code, 130, "{ran:#?}");
    assert!(
        begin.elapsed() < Duration::from_millis(500),
        "{:?}",
        begin.elapsed()
    );
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[test]
fn a_command_that_runs_by_exec_ends_with_the_one_who_asked() {
    let workshop = Workshop::new();
    put(&workshop, 2, "");
    workshop.e3(&["up"]).succeeded();
    let mut exec: Going = workshop.begin(&["exec", "0", "--", "sleep", "996"]);
    let runs = || {
        workshop
            .processes()
            .iter()
            .any(|process| process.line == "sleep 996")
    };
    wait(runs, "the command to start");
    exec.signal(Signal::INT);
    exec.status();
    wait(|| !runs(), "the command to end");
    workshop.e3(&["down"]).succeeded();
    workshop.nothing_left();
}

#[track_caller]
fn wait(mut done: impl FnMut() -> bool, what: &str) {
    let end = Instant::now() + Duration::from_secs(10);
    while !done() {
        assert!(Instant::now() < end, "waited for {what}");
        thread::sleep(PAUSE);
    }
}
