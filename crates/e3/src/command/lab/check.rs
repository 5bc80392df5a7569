//! `e3 lab check`: the lab measures itself against what is declared.

use std::process::ExitCode;

use e3_holder::wire::{LabAnswer, LabAsk};

use super::which::{unexpected, which};
use crate::cli::{Global, LabCheck};
use crate::fault::Fault;
use crate::view::words;
use crate::{json, out};

/// Measures; exit code 1 when the network is not as declared, or the machine too busy to tell.
///
/// # Errors
/// The lab is not up.
pub fn main(args: &LabCheck, global: &Global) -> Result<ExitCode, Fault> {
    let which = which(args.lab.env.as_deref())?;
    let check = match which.ask(LabAsk::Check)? {
        LabAnswer::Checked(check) => check,
        other => return Err(unexpected(&other)),
    };
    if global.json {
        json::print("lab-check", &check)?;
    } else {
        out::line(&words::check(&check))?;
    }
    Ok(if check.trusted {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
