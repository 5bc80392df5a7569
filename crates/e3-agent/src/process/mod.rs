//! Processes on this host, each an [`e3_process::Child`]: watched, and ended with all that they started.
//!
//! - [`attend`]: from its start to the end of everything that it has printed;
//! - [`watch`]: how it ends: by itself, when asked to, or when its time is over;
//! - [`pump`]: what it prints, piece by piece;
//! - [`orphans`]: what it has left behind.

pub(crate) mod attend;
pub(crate) mod orphans;
mod pump;
pub(crate) mod watch;
