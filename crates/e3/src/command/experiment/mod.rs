//! `e3 experiment`: what `e3 compare` finds out by trying, each piece as a command of its own.

mod attack;
mod observe;

use std::process::ExitCode;

use crate::cli::{Experiment, ExperimentVerb, Global};
use crate::fault::Fault;

/// Does what was asked for.
///
/// # Errors
/// Each verb's own.
pub fn main(args: &Experiment, _: &Global) -> Result<ExitCode, Fault> {
    match &args.verb {
        ExperimentVerb::Observe(args) => observe::main(args),
        ExperimentVerb::Attack(args) => attack::main(args),
        ExperimentVerb::Agent(subject) => attack::agent(subject),
    }
}
