//! `e3 holder`, which E³ starts for itself: keeps an environment alive between commands.

use std::process::ExitCode;

use crate::cli::Internal;
use crate::fault::Fault;
use crate::overlays::registry;

/// Keeps the environment that standard input names.
///
/// # Errors
/// None: what goes wrong is told to the command that started it.
// All verbs have one shape.
#[allow(clippy::unnecessary_wraps)]
pub fn main(_args: &Internal) -> Result<ExitCode, Fault> {
    Ok(ExitCode::from(e3_holder::holder::main(&registry())))
}
