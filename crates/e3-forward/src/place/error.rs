//! Why there is no place.

use std::{fmt, io, net::IpAddr};

use e3_session::types::PartyIndex;
use e3_sys::program_namespace::MakeError;

/// A program cannot be given a place.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// The plan lacks its own party.
    #[error("there is no party {0} among those that a program is to reach")]
    NoSuchParty(PartyIndex),
    /// A party cannot be reached by anything.
    #[error("party {name} has no virtual address")]
    NoAddress {
        /// The party.
        name: String,
    },
    /// Two parties have one address.
    #[error("parties {first} and {second} have the same virtual address, {address}")]
    SharedAddress {
        /// One of them.
        first: String,
        /// The other.
        second: String,
        /// The address.
        address: IpAddr,
    },
    /// This party itself has moved, which its program could not follow.
    #[error(
        "this party's own virtual addresses are others than before: leave the overlay and join it anew"
    )]
    OwnAddress,
    /// There is no namespace for it.
    #[error("a program cannot have a network namespace of its own: {}", explained(.0))]
    Namespace(#[from] MakeError),
    /// A namespace is there, and cannot be furnished.
    #[error("a program's network namespace cannot be furnished: {what} was refused: {source}")]
    Furnish {
        /// What was refused.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// No forwards.
    #[error("cannot listen on 127.0.0.1 for connections to party {name}: {source}")]
    Forward {
        /// The party.
        name: String,
        /// What the system said.
        source: io::Error,
    },
}

/// What stands in the way, and what to do about it where that is known.
fn explained(error: &MakeError) -> String {
    match &error.obstacle {
        Some(obstacle) => obstacle.to_string(),
        None => error.to_string(),
    }
}

/// Names what was being done when the system refused.
pub(super) trait Furnishing<T> {
    fn furnishing(self, what: &'static str) -> Result<T, PlaceError>;
}

impl<T, E: Into<io::Error>> Furnishing<T> for Result<T, E> {
    fn furnishing(self, what: &'static str) -> Result<T, PlaceError> {
        self.map_err(|error| PlaceError::Furnish {
            what,
            source: error.into(),
        })
    }
}

/// A sentence that says what is lost without a namespace.
pub(super) fn lost(why: &dyn fmt::Display) -> String {
    format!(
        "programs run in this host's own network: {why}. Peers are reached by forwards on 127.0.0.1, one port a party: a \
         program that listens on further ports, or tells its peers its address, will not work; a program can reach all \
         that this host can, and is reached by whoever reaches this host, if it listens on all addresses; every user of \
         this host can connect to those forwards, and so to the peers' programs in this party's name; whoever listens on \
         this party's own port, while a program runs, is reached by the peers"
    )
}
