//! Looks up the documents of DIDs, those that have to be fetched included.
//!
//! - [`Network`]: a [`Resolver`](e3_identity::Resolver) for every method that E³ knows: what a DID contains is taken from
//!   it, and the document of a `did:web` is fetched from its host.
//!
//! What is fetched comes over HTTPS alone, from a host whose certificate is that of the DID's domain by an authority that
//! this machine trusts (or that `SSL_CERT_FILE` names): the domain vouches for the document. Nothing is fetched from any
//! other host, nothing longer than [`LIMIT`], and nothing that takes longer than [`PATIENCE`].

mod exchange;
mod network;
mod place;
mod roots;

pub use network::{LIMIT, Network, PATIENCE};
pub use roots::RootsError;
