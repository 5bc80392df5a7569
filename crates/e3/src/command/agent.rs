//! `e3 agent`, which E³ starts on hosts: carries out the conversation over standard input and output.

use std::io;
use std::process::ExitCode;
use std::sync::Arc;

use e3_agent::{Kit, serve_stdio};
use e3_resolver::Network;
use tokio::runtime;

use crate::cli::Internal;
use crate::fault::Fault;
use crate::overlays::registry;

/// Serves until its controller has gone.
///
/// # Errors
/// The streams cannot be used.
pub fn main(_args: &Internal) -> Result<ExitCode, Fault> {
    // Each connection of a program takes one.
    e3_sys::files::allow_many();
    let failed = |error: io::Error| Fault::ours(format!("the agent cannot serve: {error}"));
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(failed)?;
    let kit = Kit {
        registry: registry(),
        resolver: Arc::new(Network::new()),
    };
    let farewell = runtime.block_on(serve_stdio(kit)).map_err(failed)?;
    // A thread may still wait for standard input; it must not hold up the end.
    runtime.shutdown_background();
    Ok(farewell.exit_code())
}
