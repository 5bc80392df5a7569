//! `e3 status`

use std::process::ExitCode;

use crate::cli::{Global, Status};
use crate::fault::Fault;

/// Not built yet.
pub fn main(_args: &Status, _global: &Global) -> Result<ExitCode, Fault> {
    Err(Fault::ours("`e3 status` is not built yet"))
}
