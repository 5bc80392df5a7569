//! A network namespace for a program: nothing is in it but what its maker puts there.

use std::io;
use std::process::Command;

/// The way into a program namespace, for commands that are about to start.
#[derive(Debug, Clone)]
pub struct Entrance {}

impl Entrance {
    /// Makes `command` go into the namespace before it executes, where it has no capabilities and can get none. What
    /// ties it to this process has to be said afterwards (see [`tie`](crate::child::tie)): the change takes it away.
    pub fn prepare(&self, command: &mut Command) {
        let _ = command;
    }

    /// Moves the calling thread into the namespace's network: only for who may do so, and for tests above all.
    pub fn enter(&self) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
