//! `e3 logs`

use std::process::ExitCode;

use crate::cli::{Global, Logs};
use crate::fault::Fault;

/// Not built yet.
pub fn main(_args: &Logs, _global: &Global) -> Result<ExitCode, Fault> {
    Err(Fault::ours("`e3 logs` is not built yet"))
}
