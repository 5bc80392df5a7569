//! `e3 exec`

use std::process::ExitCode;

use crate::cli::{Exec, Global};
use crate::fault::Fault;

/// Not built yet.
pub fn main(_args: &Exec, _global: &Global) -> Result<ExitCode, Fault> {
    Err(Fault::ours("`e3 exec` is not built yet"))
}
