//! Signatures: Ed25519 (RFC 8032) over canonical bytes.

use std::fmt;

use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};

/// An Ed25519 signature, 64 bytes: hexadecimal in JSON, bytes in CBOR.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Signature(#[serde(with = "crate::readable")] pub [u8; 64]);

impl Signature {
    /// Whether that key made it over these bytes, by the strict rules: no weak key, one spelling.
    pub(crate) fn is_by(&self, key: &VerifyingKey, bytes: &[u8]) -> bool {
        key.verify_strict(bytes, &ed25519_dalek::Signature::from_bytes(&self.0))
            .is_ok()
    }
}

impl AsRef<[u8]> for Signature {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({self})")
    }
}
