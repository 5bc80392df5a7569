//! `e3 down`

use std::process::ExitCode;

use crate::cli::{Down, Global};
use crate::fault::Fault;

/// Not built yet.
pub fn main(_args: &Down, _global: &Global) -> Result<ExitCode, Fault> {
    Err(Fault::ours("`e3 down` is not built yet"))
}
