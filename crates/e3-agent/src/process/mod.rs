//! Processes on this host: started in a group of their own, watched, and ended with all that they started.
//!
//! - [`child`]: one process that the agent has started;
//! - [`attend`]: from its start to the end of everything that it has printed;
//! - [`watch`]: how it ends: by itself, when asked to, or when its time is over;
//! - [`pump`]: what it prints, piece by piece;
//! - [`orphans`]: what it has left behind.

pub(crate) mod attend;
pub(crate) mod child;
pub(crate) mod orphans;
mod pump;
pub(crate) mod watch;
