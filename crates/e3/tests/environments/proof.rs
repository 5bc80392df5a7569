//! The proof that nothing is left can fail: it finds a process, an orphan inside a lab, and a file.

use std::{fs, panic, process::Command, thread};

use rustix::process::Signal;

use crate::{
    program::{FOREVER, all_begun, put},
    support::{going::kill, seen::Role, workshop::Workshop},
};

#[test]
fn it_finds_a_process() {
    let workshop = Workshop::new();
    let mut process = Command::new("sleep");
    process.arg("100").env("XDG_STATE_HOME", workshop.state());
    let mut process = process.spawn().unwrap();
    await_environment(process.id());
    assert_fails(&workshop);
    process.kill().unwrap();
    process.wait().unwrap();
    workshop.nothing_left();
}

#[test]
fn it_finds_what_has_dropped_its_environment_inside_a_lab() {
    let workshop = Workshop::new();
    put(&workshop, 1, FOREVER);
    let mut run = workshop.begin(&["run"]);
    all_begun(&mut run, 1);
    let program = workshop.process(Role::Program).unwrap();
    assert!(program.line.contains("program.py"), "{program:?}");
    for role in [
        Role::Command,
        Role::Guardian,
        Role::Init,
        Role::Inside,
        Role::Agent,
    ] {
        assert!(workshop.process(role).is_some(), "no {role:?}");
    }
    kill(run.pid(), Signal::INT);
    assert_eq!(run.ended().code, 130);
    workshop.nothing_left();
}

#[test]
fn it_finds_a_file() {
    let workshop = Workshop::new();
    let folder = workshop.state().join("e3/environments/left-over");
    fs::create_dir_all(&folder).unwrap();
    assert_fails(&workshop);
    fs::remove_dir(folder).unwrap();
    workshop.nothing_left();
}

/// A process that has just begun has no environment for a moment.
fn await_environment(process: u32) {
    let environment = format!("/proc/{process}/environ");
    while fs::read(&environment).unwrap().is_empty() {
        thread::yield_now();
    }
}

#[track_caller]
fn assert_fails(workshop: &Workshop) {
    let proof = panic::AssertUnwindSafe(|| workshop.nothing_left());
    assert!(panic::catch_unwind(proof).is_err(), "it found nothing");
}
