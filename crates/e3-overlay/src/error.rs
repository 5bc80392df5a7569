//! What can go wrong in an overlay.

use std::io;

/// An overlay failed. That a peer cannot be reached is not an error but a link's state.
#[derive(Debug, thiserror::Error)]
pub enum OverlayError {
    /// A socket could not be made on this host.
    #[error(
        "cannot listen on {address}: {source}; is another program using the port? choose one by `program.port`"
    )]
    Listen {
        /// The address that was wanted.
        address: String,
        /// What the system said.
        source: io::Error,
    },
    /// The roster names a party of which no address is known.
    #[error("no address is known of party {name}")]
    NoAddress {
        /// The party.
        name: String,
    },
    /// A party that is not in the roster was named.
    #[error("there is no party {index} in the roster")]
    NoSuchParty {
        /// The index asked for.
        index: u16,
    },
    /// The overlay cannot take a changed roster.
    #[error("overlay {overlay} cannot change its roster while it is up")]
    Unchangeable {
        /// The overlay.
        overlay: &'static str,
    },
}
