//! The coordinator as a service of an environment: a stock `headscale` with a desk beside it.
//!
//! - [`config`]: what the server is told; [`kept`]: what is the same after a restart;
//! - [`server`]: the server as it runs, and what it is asked; [`service`]: both together, as an agent starts it;
//! - [`tidying`]: what failed is tried again.

pub(crate) mod config;
pub(crate) mod kept;
mod server;
pub(crate) mod service;
mod tidying;

use std::sync::Arc;

use e3_overlay::Service;

/// The service, as an overlay gives it.
pub(crate) fn coordinator() -> Arc<dyn Service> {
    Arc::new(service::Coordinator)
}
