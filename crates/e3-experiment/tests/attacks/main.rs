//! Attacks on all overlays: none breaks what it promises, and each succeeds where it was made to.

// Tests may unwrap; without Rust's own runner the lint does not know that these are tests.
#![allow(clippy::unwrap_used)]

mod confiding;
mod controls;
mod forwarding;
mod plan;
mod repeating;
mod sealing;
mod table;
mod yielding;

use std::{
    env,
    process::{Command, Stdio, exit},
};

use e3_evaluate::finding::{Experiment, Verdict};
use e3_lab::{EnterOptions, Role, enter, testing::run};

use plan::Plan;

/// The argument that makes this binary conduct an experiment, and print what was found.
const CONDUCT: &str = "conduct";

fn main() {
    if let Some(plan) = Plan::of_environment() {
        e3_conformance::subject::begin(plan.about()).unwrap();
        if env::args().nth(1).as_deref() == Some(CONDUCT) {
            exit(conduct(&plan));
        }
        run(&[e3_conformance::subject::helper()]);
    }
    run(&table::tests());
}

fn conduct(plan: &Plan) -> i32 {
    if let Role::Guardian(guardian) = enter(EnterOptions::default()).unwrap() {
        return guardian.wait().unwrap();
    }
    let found = e3_experiment::conduct(&plan.order()).unwrap();
    println!("{}", serde_json::to_string(&found).unwrap());
    0
}

/// Conducts an experiment in a process of its own.
fn found(plan: &Plan) -> Experiment {
    let mut command = Command::new(env::current_exe().unwrap());
    command.arg(CONDUCT).stdin(Stdio::null());
    plan.put_into(&mut command);
    let output = command.stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "{}", output.status);
    let found: Experiment = serde_json::from_slice(&output.stdout).unwrap();
    println!(
        "{} over {} with {}: {:?}, promised {:?}",
        plan.word(),
        plan.overlay,
        found.identity,
        found.verdict,
        found.promised
    );
    for evidence in &found.evidence {
        println!("- {evidence}");
    }
    found
}

/// The attack succeeds on what was weakened on purpose, and by what was weakened.
fn succeeds(plan: &Plan, shown: &str) {
    let found = found(plan);
    assert_eq!(found.verdict, Verdict::Broken);
    let mut evidence = found.evidence.iter();
    // What was in vain says so in one of these.
    let in_vain = [" none of ", "nothing could be read", "nothing of "];
    let succeeded = |text: &str| !in_vain.iter().any(|words| text.contains(words));
    assert!(
        evidence.any(|text| text.contains(shown) && succeeded(text)),
        "it succeeded otherwise than by {shown:?}"
    );
}

/// Nothing that is promised breaks, and something was tried.
fn keeps_its_promise(plan: &Plan) {
    if plan.lacks() {
        return;
    }
    let found = found(plan);
    assert!(!found.breaks_promise(), "a promise is broken");
    assert!(
        !matches!(found.verdict, Verdict::Unknown(_)),
        "nothing is known"
    );
}
