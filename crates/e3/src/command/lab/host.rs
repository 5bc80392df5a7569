//! `e3 lab host`: a host pauses, goes on, or moves to another address.

use std::process::ExitCode;

use super::played;
use super::which::which;
use crate::cli::{Global, LabHost};
use crate::fault::Fault;

/// Does it.
///
/// # Errors
/// The lab is not up, or it has no such host.
pub fn main(args: &LabHost, global: &Global) -> Result<ExitCode, Fault> {
    let which = which(args.lab.env.as_deref())?;
    let host = &args.host;
    let words = match args.pause.as_deref() {
        Some("") => format!("{host} pauses"),
        Some(time) => format!("{host} pauses for {time}"),
        None if args.resume => format!("{host} resumes"),
        None => format!("{host} moves"),
    };
    let done = which.act(&words)?;
    played::tell("lab-host", &done, global)
}
