//! `e3 agent`, which E³ starts for itself.

use std::process::ExitCode;

use crate::cli::Internal;
use crate::fault::Fault;

/// Not built yet.
pub fn main(_args: &Internal) -> Result<ExitCode, Fault> {
    Err(Fault::ours("`e3 agent` is not built yet"))
}
