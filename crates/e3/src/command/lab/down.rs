//! `e3 lab down`: takes a lab down and leaves nothing behind. May be repeated, also after a crash.

use std::process::ExitCode;

use super::which::which;
use crate::cli::{Global, LabDown};
use crate::command::down::Document;
use crate::fault::Fault;

/// Takes it down, with its parties where it has some.
///
/// # Errors
/// The user's: there is no such file; ours: something cannot be removed.
pub fn main(args: &LabDown, global: &Global) -> Result<ExitCode, Fault> {
    let which = which(args.env.as_deref())?;
    let mut document = Document::default();
    document.take(&which.name, &which.folder)?;
    document.tell("lab-down", global)
}
