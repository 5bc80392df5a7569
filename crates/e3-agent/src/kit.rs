//! What an agent is given by the program that it is part of.

use std::sync::Arc;

use e3_identity::{Offline, Resolver};
use e3_overlay::Registry;

/// The overlays that an agent has, and how it looks up DIDs.
#[derive(Clone)]
pub struct Kit {
    /// The overlays, by name.
    pub registry: Registry,
    /// How DIDs are resolved.
    pub resolver: Arc<dyn Resolver>,
}

impl From<Registry> for Kit {
    /// These overlays, and DIDs that need no network to be resolved.
    fn from(registry: Registry) -> Self {
        Self {
            registry,
            resolver: Arc::new(Offline),
        }
    }
}
