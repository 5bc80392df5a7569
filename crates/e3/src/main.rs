//! `e3`: runs a multiparty computation over a chosen network overlay, and measures the choice.
//!
//! From the top down:
//! - [`cli`]: what can be asked for;
//! - [`command`]: one file per verb;
//! - [`load`]: from a path and overrides to a valid environment;
//! - [`scenario`]: what is to happen to the network, and when;
//! - [`travel`]: what would leave this machine; [`prepare`]: everything that a run needs of it;
//! - [`environment`]: environments that are up, or are to be; [`record`]: the folder that keeps a run;
//! - [`view`]: what a person sees;
//! - [`fault`]: why a verb could not do what it was asked, and the exit code for it; [`remedy`]: what helps against errors
//!   of the system's; [`stop`]: whether somebody has asked for the end;
//! - [`observe`]: what observers can tell of a run;
//! - [`json`]: the one document of `--json`; [`out`]: everything else on standard output and standard error.
//!
//! Data goes to standard output, everything else to standard error.

// Nothing of a program can be reached from outside: here `pub` means "for other modules".
#![allow(unreachable_pub)]

mod cli;
mod command;
mod environment;
mod fault;
mod json;
mod load;
mod log;
mod observe;
mod out;
mod overlays;
mod prepare;
mod python;
mod record;
mod remedy;
mod scenario;
mod stop;
mod travel;
mod view;

use std::panic::AssertUnwindSafe;
use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Global};
use crate::fault::Fault;

/// Starts no thread and no runtime: `agent` and `holder` enter namespaces, which only a single-threaded process may.
fn main() -> ExitCode {
    fault::announce_panics();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return cli::usage::report(&error),
    };
    log::start(&cli.global);
    // A panic unwinds to here, so that everything that cleans up after itself does.
    let outcome =
        std::panic::catch_unwind(AssertUnwindSafe(|| command::main(&cli.verb, &cli.global)));
    conclude(
        outcome.unwrap_or_else(|_| Err(Fault::panicked())),
        &cli.global,
    )
}

/// Tells a fault, if there is one, and turns the outcome of a verb into an exit code.
fn conclude(outcome: Result<ExitCode, Fault>, global: &Global) -> ExitCode {
    match outcome {
        Ok(code) => code,
        Err(fault) => fault.report(global),
    }
}
