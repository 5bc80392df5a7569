//! `e3 holder`, which E³ starts for itself.

use std::process::ExitCode;

use crate::cli::Internal;
use crate::fault::Fault;

/// Not built yet.
pub fn main(_args: &Internal) -> Result<ExitCode, Fault> {
    Err(Fault::ours("`e3 holder` is not built yet"))
}
