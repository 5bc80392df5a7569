//! `e3 run`

use std::process::ExitCode;

use crate::cli::{Global, Run};
use crate::fault::Fault;

/// Not built yet.
pub fn main(_args: &Run, _global: &Global) -> Result<ExitCode, Fault> {
    Err(Fault::ours("`e3 run` is not built yet"))
}
