//! Nebula's certificates and keys: both versions, made, read and verified. Pure: knows no network, no file and no clock.
//!
//! - [`Certificate`], [`Details`]: what one says, whichever way it is encoded; `v1` (protobuf), `v2` (ASN.1);
//! - [`Authority`]: a key that certifies, with its own certificate;
//! - [`verify_authority`], [`verify_host`]: what Nebula demands of a certificate;
//! - [`HostKey`]: a host's key; private keys are written in Nebula's own forms, and erased from memory;
//! - [`Network`], [`Fingerprint`]: what certificates are made of.
//!
//! A certificate is read only if writing it again gives the same bytes, so that it has one fingerprint and no other
//! program sees anything else in it. Nebula's curve P-256 is not known here.

mod authority;
mod certificate;
mod details;
mod error;
mod fingerprint;
mod key;
mod network;
mod pem;
mod reader;
mod v1;
mod v2;
mod verify;

pub use authority::Authority;
pub use certificate::{Certificate, Version};
pub use details::Details;
pub use error::{CertificateError, KeyError, Refusal};
pub use fingerprint::Fingerprint;
pub use key::HostKey;
pub use network::Network;
pub use verify::{verify_authority, verify_host};

/// Bytes of a certificate at most, as in Nebula.
pub const MAX_BYTES: usize = 65_536;
