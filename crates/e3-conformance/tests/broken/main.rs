//! The suite is worth something: for every check there is an overlay that fails it, and says how.
//!
//! Each of them is `direct` with one fault, or with promises that it does not keep. A test here runs one check on one of
//! them, in a process of its own, and expects it to fail for the right reason.

// Tests may unwrap; without Rust's own runner the lint does not know that these are tests.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod fault;
mod forward;
mod gossip;
mod overlay;
mod placed;
mod table;
mod wall;

use std::{
    env,
    process::{Command, Stdio},
};

use e3_lab::testing::run;

use fault::Fault;

/// The variable that makes this binary the suite, with this fault's overlay as its subject.
const FAULT: &str = "E3_FAULT";

fn main() {
    if let Ok(name) = env::var(FAULT) {
        let fault = Fault::named(&name).unwrap_or_else(|| panic!("there is no fault {name}"));
        // A relay among them has its tap already.
        e3_conformance::hold_tapped(fault.name(), overlay::registry, |service| service);
    }
    run(table::TESTS)
}

/// The check fails on an overlay with this fault, and says this.
fn fails(fault: Fault, check: &str, because: &str) {
    let output = held(fault, check);
    assert!(output.contains("1 failed"), "it passes:\n{output}");
    assert!(
        output.contains(because),
        "it fails without saying {because:?}:\n{output}"
    );
}

/// The check passes on an overlay with this fault.
fn passes(fault: Fault, check: &str) {
    let output = held(fault, check);
    assert!(output.contains("1 passed; 0 failed"), "{output}");
}

/// What the suite prints of one check.
fn held(fault: Fault, check: &str) -> String {
    let mut suite = Command::new(env::current_exe().unwrap());
    suite.args(["--exact", check]).env(FAULT, fault.name());
    let output = suite.stdin(Stdio::null()).output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Every check fails somewhere, but for those that are about agents and no overlay can make fail.
fn every_check_can_fail() {
    for check in e3_conformance::names() {
        let tried = table::TRIED.contains(&check);
        assert!(
            tried != table::ABOUT_AGENTS.contains(&check),
            "no overlay is known that fails {check}"
        );
    }
}
