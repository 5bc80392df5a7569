//! `e3 lab exec`: runs a command on a host.

use std::process::ExitCode;

use super::which::which;
use crate::cli::{Global, LabExec};
use crate::command::exec::on_host;
use crate::fault::Fault;

/// Runs it, and ends with its exit code.
///
/// # Errors
/// The lab is not up, or the command could not be started.
pub fn main(args: &LabExec, global: &Global) -> Result<ExitCode, Fault> {
    let which = which(args.lab.env.as_deref())?;
    which.must_be_up()?;
    on_host(&which.folder, &args.host, &args.command, "lab-exec", global)
}
