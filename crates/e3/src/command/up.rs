//! `e3 up`

use std::process::ExitCode;

use crate::cli::{Global, Up};
use crate::fault::Fault;

/// Not built yet.
pub fn main(_args: &Up, _global: &Global) -> Result<ExitCode, Fault> {
    Err(Fault::ours("`e3 up` is not built yet"))
}
