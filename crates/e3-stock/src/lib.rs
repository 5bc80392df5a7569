//! Programs of others that overlays use as they are.
//!
//! - [`Program`], [`find`]: which there are, where they are on this host, and what to do where one is missing;
//! - [`Daemon`]: one of them that runs for as long as it is wanted, with what it says in the log.

mod daemon;
mod find;
mod programs;

pub use daemon::{Daemon, DaemonError, Killer, Spec};
pub use find::{FOLDERS, Found, Missing, find, folders};
pub use programs::{
    HEADSCALE, NEBULA, NEBULA_CERT, PROGRAMS, Program, TAILSCALE, TAILSCALED, WIREGUARD_GO,
};
