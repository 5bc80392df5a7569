//! Whether somebody has asked for the end, for verbs that do one thing after the other and clean up themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};

use crate::fault::Fault;

/// Whether somebody has asked for the end.
#[derive(Clone, Debug)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Listens for Ctrl-C from now on.
    ///
    /// # Errors
    /// The system does not let us.
    pub fn listen() -> Result<Self, Fault> {
        let stop = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM] {
            signal_hook::flag::register(signal, Arc::clone(&stop))
                .map_err(|error| Fault::ours(format!("cannot listen for Ctrl-C: {error}")))?;
        }
        Ok(Self(stop))
    }

    /// Whether the end was asked for.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Nobody has asked, and nobody is listened to.
    #[cfg(test)]
    pub fn never() -> Self {
        Self(Arc::default())
    }

    /// Somebody asks.
    #[cfg(test)]
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
