//! Guardian, init and inside.

use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use e3_lab::testing::{Test, helper};
use e3_lab::{EnterError, EnterOptions, Role, enter, probe};
use rustix::process::Signal;

use crate::common::signal;

/// The tests of this file, and what they start.
pub(crate) const TESTS: &[Test] = &[
    Test::outside("exit_codes_and_signals_pass", exit_codes_and_signals_pass),
    Test::outside("threads_are_refused", threads_are_refused),
    Test::outside(
        "probing_tells_and_leaves_nothing",
        probing_tells_and_leaves_nothing,
    ),
    Test::helper("exit_with_seven", exit_with_seven),
    Test::helper("wait_to_be_ended", wait_to_be_ended),
];

fn enter_or_wait() {
    match enter(EnterOptions::default()) {
        Ok(Role::Guardian(guardian)) => std::process::exit(guardian.wait().unwrap()),
        Ok(Role::Inside) => {}
        Err(error) => panic!("{error}"),
    }
}

pub(crate) fn exit_with_seven() {
    enter_or_wait();
    std::process::exit(7);
}

/// Ends with code 42 when it is told to end.
pub(crate) fn wait_to_be_ended() {
    enter_or_wait();
    let mut shell = Command::new("sh");
    // The shell takes this process's place, so that signals reach its trap.
    shell.args([
        "-c",
        "trap 'exit 42' TERM; echo ready; while :; do sleep 0.01; done",
    ]);
    let error = std::os::unix::process::CommandExt::exec(&mut shell);
    panic!("{error}");
}

pub(crate) fn exit_codes_and_signals_pass() {
    assert_eq!(helper("exit_with_seven").status().unwrap().code(), Some(7));

    let mut guardian = helper("wait_to_be_ended")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut ready = [0; 6];
    guardian
        .stdout
        .take()
        .unwrap()
        .read_exact(&mut ready)
        .unwrap();
    signal(guardian.id(), Signal::TERM);
    assert_eq!(guardian.wait().unwrap().code(), Some(42));
}

pub(crate) fn threads_are_refused() {
    let (end, wait) = std::sync::mpsc::channel::<()>();
    let other = thread::spawn(move || wait.recv());
    let error = enter(EnterOptions::default()).unwrap_err();
    assert!(
        matches!(error, EnterError::Threads { threads: 2 }),
        "{error}"
    );
    drop(end);
    assert!(other.join().unwrap().is_err());
}

pub(crate) fn probing_tells_and_leaves_nothing() {
    let findings = probe();
    for finding in &findings {
        println!("{finding:?}");
    }
    assert!(findings.iter().all(|finding| finding.ok));
    thread::sleep(Duration::from_millis(50));
    let children = std::fs::read_to_string("/proc/thread-self/children").unwrap_or_default();
    assert_eq!(children, "");
}
