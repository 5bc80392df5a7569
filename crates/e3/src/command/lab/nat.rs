//! `e3 lab nat`: a site's NAT forgets, or gets another address.

use std::process::ExitCode;

use super::played;
use super::which::which;
use crate::cli::{Global, LabNat};
use crate::fault::Fault;

/// Does it.
///
/// # Errors
/// The lab is not up, or it has no such site; there is no NAT in front of it.
pub fn main(args: &LabNat, global: &Global) -> Result<ExitCode, Fault> {
    let which = which(args.lab.env.as_deref())?;
    let word = if args.redial { "redials" } else { "forgets" };
    let done = which.act(&format!("{} {word}", args.site))?;
    played::tell("lab-nat", &done, global)
}
