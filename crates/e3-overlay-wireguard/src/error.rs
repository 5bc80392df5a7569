//! What can go wrong in the overlay.

use std::{io, path::PathBuf};

use e3_forward::place::PlaceError;
use e3_overlay::{Lack, OverlayError};
use thiserror::Error;

use crate::NAME;

/// Why the overlay, or its relay, cannot be set up. That a peer cannot be reached is a link's state, not an error.
#[derive(Debug, Error)]
pub enum WireguardError {
    /// There is no randomness for a key.
    #[error("the operating system gave no randomness to make a key from: {0}")]
    Randomness(getrandom::Error),
    /// A party has not introduced a key for this overlay.
    #[error(
        "the introduction of party {name} has no key for overlay wireguard: was it made for another overlay?"
    )]
    NoKey {
        /// The party.
        name: String,
    },
    /// Two parties with one key.
    #[error("parties {first} and {second} have introduced the same key: each needs its own")]
    SameKey {
        /// The party that has it first.
        first: String,
        /// The other one.
        second: String,
    },
    /// A party with a relay's key.
    #[error(
        "party {name} has introduced the key of relay {relay} for its own: expected is one of its own; remove it, or ask it to introduce itself anew"
    )]
    RelaysKey {
        /// The party.
        name: String,
        /// The service.
        relay: String,
    },
    /// No socket can be had.
    #[error(
        "cannot listen on {at}: {source}; is another program using the port, or may this user have none below 1024? choose another by `wireguard.port`, or none"
    )]
    Listen {
        /// Where.
        at: String,
        /// What the system said.
        source: io::Error,
    },
    /// The kernel is to carry packets, and cannot.
    #[error(
        "`wireguard.engine` asks for the kernel's WireGuard, and {}: {}; or let the agent carry packets: `wireguard.engine = \"user\"`",
        .0.what, .0.mend
    )]
    NoKernel(Lack),
    /// The data plane's thread cannot be started.
    #[error("WireGuard's data plane cannot be started: {0}")]
    Engine(io::Error),
    /// The program's network cannot be made.
    #[error(
        "a program over overlay wireguard runs in a network of its own, and that cannot be made: {0}"
    )]
    Place(#[source] PlaceError),
    /// What a relay tells cannot be read.
    #[error("relay {name} does not tell its {what}: was it started by another version of e3?")]
    Relay {
        /// The service.
        name: String,
        /// What is missing or odd.
        what: &'static str,
    },
    /// A file of the relay's cannot be used.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl From<WireguardError> for OverlayError {
    fn from(error: WireguardError) -> Self {
        Self::Of {
            overlay: NAME,
            source: Box::new(error),
        }
    }
}
