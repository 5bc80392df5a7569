//! What can go wrong in the overlay.

use std::{io, path::PathBuf};

use e3_overlay::OverlayError;
use e3_stock::{DaemonError, Missing, Unsuited};
use thiserror::Error;

use crate::told::ToldError;

/// Why the overlay, or its coordinator, cannot be set up. That a peer cannot be reached is a link's state, not an error.
#[derive(Debug, Error)]
pub enum TailscaleError {
    /// There is no randomness for a key.
    #[error("the operating system gave no randomness to make a key from: {0}")]
    Randomness(getrandom::Error),
    /// A party has not introduced keys for this overlay.
    #[error(
        "the introduction of party {name} has no keys for overlay {overlay}: was it made for another overlay?"
    )]
    NoKey {
        /// The party.
        name: String,
        /// The overlay.
        overlay: String,
    },
    /// This party's own keys are others than the roster names.
    #[error("the roster names other keys of this party than its agent has: this is a fault of E³")]
    OtherKeys,
    /// A key for what is inside the tunnel cannot be made.
    #[error(transparent)]
    Key(e3_identity::KeyError),
    /// An account with a service cannot be used.
    #[error("{0}")]
    Account(String),
    /// Two parties with one key.
    #[error("parties {first} and {second} have introduced the same key: each needs its own")]
    SameKey {
        /// The party that has it first.
        first: String,
        /// The other one.
        second: String,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// A certificate cannot be made.
    #[error("the coordinator's certificate cannot be made: {0}")]
    Certificate(#[from] rcgen::Error),
    /// A file cannot be read or written.
    #[error("cannot use {}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A program of others is not on this host.
    #[error("{0}")]
    Missing(#[from] Missing),
    /// A program of others is not on this host, or too old.
    #[error("{0}")]
    Unsuited(#[from] Unsuited),
    /// A program of others cannot be started.
    #[error(transparent)]
    Daemon(#[from] DaemonError),
    /// A program of others has ended, or does not say what it should.
    #[error("{program} failed while {doing}: {why}")]
    Program {
        /// Its name.
        program: &'static str,
        /// What it was to do.
        doing: String,
        /// What it said.
        why: String,
    },
    /// A program of others took too long.
    #[error(
        "{program} was not done with {doing} after {seconds} s; its log in the run's folder may say why"
    )]
    Late {
        /// Its name.
        program: &'static str,
        /// What it was to do.
        doing: String,
        /// How long it was waited for.
        seconds: u64,
    },
    /// A service's facts are not those of a coordinator of this overlay.
    #[error("coordinator {name} cannot be used: {source}")]
    Coordinator {
        /// The service.
        name: String,
        /// What is wrong.
        source: ToldError,
    },
    /// There is no coordinator.
    #[error(
        "there is no coordinator: give the environment a host that runs one (`services = [\"coordinator\"]`)"
    )]
    NoCoordinator,
    /// The desk did not give a key.
    #[error("the coordinator's desk at {at} gave no key: {why}")]
    Desk {
        /// Where it is.
        at: String,
        /// What was seen.
        why: String,
    },
    /// What the coordinator handed out is not the roster.
    #[error("{0}")]
    Betrayed(String),
    /// A program is to have a network of its own, and cannot.
    #[error(
        "programs cannot have a network of their own (`program = \"namespace\"`): {why}; run the agent with that right, or say \"auto\", which lets tailscaled carry packets in user space"
    )]
    NoInterface {
        /// What stands in the way.
        why: String,
    },
    /// The host has something that would be changed.
    #[error(
        "{why}; or end the other tailscaled's MagicDNS meanwhile (`tailscale set --accept-dns=false`)"
    )]
    Endangered {
        /// What, and what would have to be allowed.
        why: String,
    },
    /// The program's network cannot be made.
    #[error(transparent)]
    Place(#[from] e3_forward::place::PlaceError),
}

impl TailscaleError {
    /// As the overlay of that name tells it.
    pub(crate) fn of(self, overlay: &'static str) -> OverlayError {
        OverlayError::Of {
            overlay,
            source: Box::new(self),
        }
    }

    /// What to do with a file that could not be used.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { path, source }
    }
}
