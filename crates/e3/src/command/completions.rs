//! `e3 completions`: for a shell, generated from the parser.

use std::process::ExitCode;

use clap::CommandFactory;

use crate::cli::{Cli, Completions};
use crate::fault::Fault;
use crate::out;

/// Prints the script.
///
/// # Errors
/// When standard output cannot be written.
pub fn main(args: &Completions) -> Result<ExitCode, Fault> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "e3", &mut script);
    out::write(&script)?;
    Ok(ExitCode::SUCCESS)
}
