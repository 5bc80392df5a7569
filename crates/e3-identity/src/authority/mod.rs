//! One authority: who it is, and what it certifies.
//!
//! An authority is an [`Identity`](crate::Identity) of its own, a `did:key`. It issues E³'s own
//! [`Credential`](crate::Credential), which says that a DID may bear these names for this long; it certifies keys that
//! networks see by X.509 certificates ([`Authority::certify`]); and it says what of it is no longer good
//! ([`Authority::revocations`], [`Authority::crl`]).
//!
//! A certificate is made in two phases ([`Draft`]): first come the bytes that have to be signed, then the signed whole.
//! So the signer can be one that takes rounds of its own.
//!
//! - [`Authority`]: the signer;
//! - [`Draft`]: a certificate before it is signed, of one of the [`profile`]s;
//! - [`NetworkKey`]: a key to be certified, and its certification request (RFC 2986);
//! - [`check_chain`]: what the others check; [`crl`]: X.509's own list.

mod chain;
mod crl;
mod draft;
mod error;
mod issuer;
mod keys;
mod network_key;
mod pem;
mod profile;
mod request;

pub use self::{
    chain::{Certified, Expected, check_chain},
    draft::Draft,
    error::CertificateError,
    issuer::{Authority, AuthorityError},
    network_key::NetworkKey,
    pem::{certificate_of_pem, certificate_pem, crl_pem},
    request::read_request,
};
