//! Programs of others that overlays use as they are.
//!
//! - [`Program`], [`find`]: which there are, where they are on this host, and what to do where one is missing;
//!   [`find_suited`]: or too old;
//! - [`Daemon`]: one of them that runs for as long as it is wanted, with what it says in the log, as far as it is new;
//! - [`Found::run`]: one that is run once, for what it prints.
//!
//! None of them finds more than a few variables of this process's environment in its own.

mod chatter;
mod daemon;
mod find;
mod once;
mod programs;
mod surroundings;
mod version;

pub use chatter::kind;
pub use daemon::{Daemon, DaemonError, Killer, LOG, Spec};
pub use find::{FOLDERS, Found, Missing, find, folders};
pub use once::Said;
pub use programs::{
    HEADSCALE, NEBULA, NEBULA_CERT, PROGRAMS, Program, TAILSCALE, TAILSCALED, WIREGUARD_GO,
};
pub use version::{Telling, Told, Unsuited, Version, find_suited};
