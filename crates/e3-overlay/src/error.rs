//! What can go wrong in an overlay.

use std::io;

use e3_identity::{KeyError, authority::CertificateError};

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
    /// There is no randomness for a key.
    #[error(transparent)]
    Key(KeyError),
    /// A certification request cannot be made.
    #[error(transparent)]
    Request(CertificateError),
    /// The overlay was asked to introduce itself twice.
    #[error("overlay {overlay} has introduced itself already: this is a fault of E³")]
    AlreadyIntroduced {
        /// The overlay.
        overlay: &'static str,
    },
    /// The overlay was joined before it introduced itself.
    #[error("overlay {overlay} was joined before it introduced itself: this is a fault of E³")]
    NotIntroduced {
        /// The overlay.
        overlay: &'static str,
    },
    /// A party comes without the certificate that the overlay needs.
    #[error(
        "party {name} has no certificate, which overlay tls needs: it comes with `identity = \"ca\"`"
    )]
    NotCertified {
        /// The party.
        name: String,
    },
    /// A party's certificate is not what it has to be.
    #[error("the certificate of party {name} cannot be used: {why}")]
    Certificate {
        /// The party.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// What an overlay of a crate of its own says; its errors are typed there.
    #[error("overlay {overlay}: {source}")]
    Of {
        /// The overlay.
        overlay: &'static str,
        /// What went wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
