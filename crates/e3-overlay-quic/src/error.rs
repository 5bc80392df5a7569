//! What can go wrong in the overlay.

use std::io;

use e3_forward::place::PlaceError;
use e3_overlay::OverlayError;
use thiserror::Error;

use crate::{NAME, relay::ToldError};

/// Why the overlay, or its relay, cannot be set up. That a peer cannot be reached is a link's state, not an error.
#[derive(Debug, Error)]
pub enum QuicError {
    /// There is no randomness for a key.
    #[error("the operating system gave no randomness to make a key from: {0}")]
    Randomness(getrandom::Error),
    /// A party has not introduced a key for this overlay.
    #[error(
        "the introduction of party {name} has no key for overlay quic: was it made for another overlay?"
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
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// Nothing can be listened on.
    #[error(
        "cannot listen on {at}: {source}; is another program using the port, or may this user have none below 1024? choose another by `quic.port`, or none"
    )]
    Listen {
        /// What was wanted.
        at: String,
        /// What the system said.
        source: io::Error,
    },
    /// What an option says cannot be used.
    #[error("`quic.{option}`: {why}")]
    Option {
        /// The option.
        option: &'static str,
        /// What is wrong, and what to do.
        why: String,
    },
    /// The program's place cannot be made.
    #[error(transparent)]
    Place(PlaceError),
    /// The endpoint cannot be made.
    #[error("the QUIC endpoint cannot be set up: {why}")]
    Endpoint {
        /// Why, in words.
        why: String,
    },
    /// A service's facts are not those of a relay of this overlay.
    #[error("relay {name} cannot be used: {source}")]
    Relay {
        /// The service.
        name: String,
        /// What is wrong.
        source: ToldError,
    },
    /// The relay's own files cannot be kept.
    #[error("the relay's file {path}: {source}")]
    File {
        /// Which file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// The relay's certificate cannot be made.
    #[error("the relay's certificate cannot be made: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The relay cannot be started.
    #[error(
        "the relay cannot be started: {why}; ports below 1024 may need a right that this user lacks"
    )]
    Start {
        /// Why, in words.
        why: String,
    },
}

impl From<QuicError> for OverlayError {
    fn from(error: QuicError) -> Self {
        Self::Of {
            overlay: NAME,
            source: Box::new(error),
        }
    }
}
