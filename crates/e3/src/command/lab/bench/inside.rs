//! Figures that the lab measures itself, each in a process and a lab of its own.

use std::env;
use std::io;
use std::process::{Command, ExitCode, Stdio};

use e3_lab::{EnterOptions, Role};
use e3_sys::process::tie_to_thread;

use super::figure::{Figure, Measured};
use crate::fault::Fault;
use crate::out;

/// Measures in a process of its own, which ends with this one.
///
/// # Errors
/// What this machine lacks.
pub(super) fn measure(figure: Figure) -> Result<Measured, Fault> {
    let name = figure.name();
    let failed = |error: &dyn std::fmt::Display| {
        Fault::user(format!("{name} could not be measured: {error}"))
            .hint("`e3 lab doctor` says what this machine lacks")
    };
    let program = env::current_exe().map_err(|error| failed(&error))?;
    let mut command = Command::new(program);
    command
        .args(["lab", "bench", "--inside", name])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    tie_to_thread(&mut command);
    let done = command.output().map_err(|error| failed(&error))?;
    if !done.status.success() {
        return Err(failed(&done.status));
    }
    serde_json::from_slice(&done.stdout).map_err(|error| failed(&error))
}

/// Measures in this process, which must not have started any thread, and prints the figure.
///
/// # Errors
/// What this machine lacks.
pub(super) fn main(name: &str) -> Result<ExitCode, Fault> {
    let none = || {
        Fault::user(format!(
            "there is no figure `{name}` that is measured inside"
        ))
    };
    let measure = Figure::named(name)
        .and_then(Figure::inside)
        .ok_or_else(none)?;
    let refused = |error: &dyn std::fmt::Display| Fault::user(error.to_string());
    match e3_lab::enter(EnterOptions::default()).map_err(|error| refused(&error))? {
        Role::Guardian(guardian) => {
            let code = guardian.wait().map_err(|error| refused(&error))?;
            Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
        }
        Role::Inside => {
            let figure = measure().map_err(|error| refused(&error))?;
            let text = serde_json::to_string(&figure).map_err(io::Error::from);
            out::line(&text.map_err(|error| refused(&error))?)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
