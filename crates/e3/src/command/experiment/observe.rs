//! `e3 experiment observe`: what observers can tell of a run over an overlay, one JSON document a line.

use std::process::ExitCode;

use crate::cli::Observe;
use crate::fault::Fault;
use crate::observe::{Subject, observe};
use crate::out;

/// Observes, and prints each answer.
///
/// # Errors
/// As [`observe`].
pub fn main(args: &Observe) -> Result<ExitCode, Fault> {
    let subject = Subject {
        way: args.name.as_deref().unwrap_or(&args.overlay),
        overlay: &args.overlay,
        seconds: args.seconds,
        plant: args.plant,
    };
    for observation in observe(subject, &args.out)? {
        let line = serde_json::to_string(&observation)
            .map_err(|error| Fault::ours(format!("an answer cannot be written: {error}")))?;
        out::line(&line)?;
    }
    Ok(ExitCode::SUCCESS)
}
