//! `e3 ping`

use std::process::ExitCode;

use crate::cli::{Global, Ping};
use crate::fault::Fault;

/// Not built yet.
pub fn main(_args: &Ping, _global: &Global) -> Result<ExitCode, Fault> {
    Err(Fault::ours("`e3 ping` is not built yet"))
}
