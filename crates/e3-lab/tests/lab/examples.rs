//! The crate's examples, run as anybody would.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Output};

use e3_lab::testing::Test;

/// The tests of this file.
pub(crate) const TESTS: &[Test] = &[
    Test::outside("their_program_is_tested", their_program_is_tested),
    Test::outside("every_host_has_a_runtime", every_host_has_a_runtime),
];

/// Runs an example, which Cargo builds beside the tests.
fn example(name: &str) -> Output {
    let tests = env::current_exe().unwrap();
    let built: PathBuf = tests.parent().unwrap().join("../examples").join(name);
    let output = Command::new(built).output().unwrap();
    println!("{output:?}");
    assert!(output.status.success());
    output
}

fn their_program_is_tested() {
    if Command::new("python3").arg("--version").output().is_err() {
        println!("skipped: there is no python3 here");
        return;
    }
    let output = example("their_program");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("Traffic { packets: "), "{said}");
    let served = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(served.contains("GET / HTTP"), "{served}");
}

fn every_host_has_a_runtime() {
    let output = example("runtime_per_host");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    // The example itself sees that it takes no less than declared; more, a busy machine may add.
    assert!(said.starts_with("there and back in "), "{said}");
}
