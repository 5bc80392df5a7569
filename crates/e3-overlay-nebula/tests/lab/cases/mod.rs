//! What is tried.

pub(crate) mod beside;
pub(crate) mod failures;
pub(crate) mod ports;
pub(crate) mod renewal;
pub(crate) mod revocation;
pub(crate) mod roaming;
pub(crate) mod secrets;
pub(crate) mod takeover;
pub(crate) mod versions;
