//! What is checked, by name.

mod admission;
mod announced;
mod connecting;
mod eavesdroppers;
mod impostors;
mod isolation;
mod leaving;
mod list;
mod nat;
mod roster;
mod streams;
mod trouble;

use std::time::Duration;

use crate::condition::Condition;

pub(crate) use list::CHECKS;

/// A check.
pub(crate) struct Check {
    pub(crate) name: &'static str,
    /// What it shows, in a sentence for a person.
    pub(crate) shows: &'static str,
    /// Which overlays are held to it.
    pub(crate) condition: Condition,
    /// Whether it spends its time waiting, so that others can run beside it.
    pub(crate) waits: bool,
    /// How long it may take.
    pub(crate) limit: Duration,
    pub(crate) body: fn(),
}

/// Runs a check; a failure fails the process.
pub(crate) fn settle(name: &str, check: impl Future<Output = anyhow::Result<()>>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(check),
        Err(error) => Err(error.into()),
    };
    if let Err(error) = outcome {
        eprintln!("{name}: {error:#}");
        // What the lab holds ends with the process.
        std::process::exit(1);
    }
}
