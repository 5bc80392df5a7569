//! The one encoding that is hashed, and later signed.
//!
//! Deterministic CBOR (RFC 8949, section 4.2): everything hashed is an array whose first element names
//! its domain and version. Only arrays, text, byte strings and integers occur: no maps, no floats, so that
//! a second implementation needs no rules of ordering.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// The bytes of `[domain, form]`.
pub fn bytes(domain: &str, form: &impl Serialize) -> Vec<u8> {
    let mut out = Vec::new();
    // Writing to a Vec cannot fail, and the forms contain nothing that CBOR cannot carry.
    let written = ciborium::into_writer(&(domain, form), &mut out);
    debug_assert!(written.is_ok(), "a canonical form is always encodable");
    out
}

/// The SHA-256 of [`bytes`].
pub fn digest(domain: &str, form: &impl Serialize) -> [u8; 32] {
    Sha256::digest(bytes(domain, form)).into()
}
