//! What is tried.

pub(crate) mod beside;
pub(crate) mod failures;
pub(crate) mod renewal;
pub(crate) mod revocation;
pub(crate) mod takeover;
