//! PEM, under Nebula's labels.

use pem_rfc7468::{LineEnding, decode_vec, encode_string};
use zeroize::Zeroizing;

pub(crate) const CERTIFICATE_V1: &str = "NEBULA CERTIFICATE";
pub(crate) const CERTIFICATE_V2: &str = "NEBULA CERTIFICATE V2";
pub(crate) const HOST_KEY: &str = "NEBULA X25519 PRIVATE KEY";
pub(crate) const AUTHORITY_KEY: &str = "NEBULA ED25519 PRIVATE KEY";

/// What is written may be a key, and is erased.
pub(crate) fn encode(label: &str, bytes: &[u8]) -> Zeroizing<String> {
    // Fails only for labels that PEM cannot have, and for more bytes than there is memory.
    Zeroizing::new(encode_string(label, LineEnding::LF, bytes).unwrap_or_default())
}

/// The label, and what it labels.
pub(crate) fn decode(text: &str) -> Result<(&str, Zeroizing<Vec<u8>>), pem_rfc7468::Error> {
    let (label, bytes) = decode_vec(text.as_bytes())?;
    Ok((label, Zeroizing::new(bytes)))
}
