//! Public keys as DIDs write them: multibase base58 of a multicodec prefix and the key.

use std::fmt;

use ed25519_dalek::VerifyingKey;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

/// Multicodec of an Ed25519 public key, 0xed, as a variable-length integer.
const ED25519: [u8; 2] = [0xed, 0x01];

/// Multicodec of an X25519 public key, 0xec, as a variable-length integer.
const X25519: [u8; 2] = [0xec, 0x01];

/// Multihash of SHA-256: its number and its length.
pub(crate) const SHA2_256: [u8; 2] = [0x12, 0x20];

/// Multibase prefix of base58 in Bitcoin's alphabet.
pub(crate) const BASE58BTC: char = 'z';

/// A public key of a DID document.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum PublicKey {
    /// It verifies signatures (RFC 8032). Always sound: neither weak nor spelt in a second way.
    Ed25519(VerifyingKey),
    /// Messages are sealed to it (RFC 7748).
    X25519([u8; 32]),
    /// A multikey of a kind that E³ makes no use of (`zQ3s…`).
    Multikey(String),
    /// A key written in another way, of a kind that E³ makes no use of: the kind alone.
    Other(String),
}

/// Why a text is no public key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PublicKeyError {
    /// No base58 text behind `z`.
    #[error("expected `z` and base58")]
    Encoding,
    /// No key of the length that its prefix promises.
    #[error("expected 32 bytes behind the prefix of the key's kind, found {found}")]
    Length {
        /// How many there are.
        found: usize,
    },
    /// A key with which anybody can sign, or one written in another way than its own.
    #[error("no sound Ed25519 key: make a new one")]
    Weak,
}

impl PublicKey {
    /// Reads a multikey such as `z6Mk…` (Ed25519) or `z6LS…` (X25519).
    pub fn from_multibase(text: &str) -> Result<Self, PublicKeyError> {
        let encoded = text
            .strip_prefix(BASE58BTC)
            .ok_or(PublicKeyError::Encoding)?;
        let bytes = bs58::decode(encoded)
            .into_vec()
            .map_err(|_| PublicKeyError::Encoding)?;
        if let Some(key) = bytes.strip_prefix(&ED25519) {
            return Ok(Self::Ed25519(sound(&thirty_two(key)?)?));
        }
        if let Some(key) = bytes.strip_prefix(&X25519) {
            return thirty_two(key).map(Self::X25519);
        }
        if bytes.len() < 2 {
            return Err(PublicKeyError::Length { found: 0 });
        }
        Ok(Self::Multikey(text.to_owned()))
    }

    /// The key's multikey; of a key that has none, its kind.
    pub fn to_multibase(&self) -> String {
        match self {
            Self::Ed25519(key) => multibase(ED25519, key.as_bytes()),
            Self::X25519(key) => multibase(X25519, key),
            Self::Multikey(text) | Self::Other(text) => text.clone(),
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.to_multibase())
    }
}

/// A sound Ed25519 key: one with which only its holder can sign, in its only spelling.
pub(crate) fn sound(bytes: &[u8; 32]) -> Result<VerifyingKey, PublicKeyError> {
    let key = VerifyingKey::from_bytes(bytes).map_err(|_| PublicKeyError::Weak)?;
    // What the decoder of curve points forgives, two spellings of one key, would make two DIDs of one party.
    let canonical = key.to_edwards().compress().to_bytes() == *bytes;
    if key.is_weak() || !canonical {
        return Err(PublicKeyError::Weak);
    }
    Ok(key)
}

pub(crate) fn thirty_two(bytes: &[u8]) -> Result<[u8; 32], PublicKeyError> {
    bytes
        .try_into()
        .map_err(|_| PublicKeyError::Length { found: bytes.len() })
}

fn multibase(prefix: [u8; 2], key: &[u8; 32]) -> String {
    let bytes = [&prefix[..], key].concat();
    format!("{BASE58BTC}{}", bs58::encode(bytes).into_string())
}

/// The SHA-256 multihash of a text, in base58 (`zQm…`).
pub(crate) fn multihash(text: &str) -> String {
    let multihash = [&SHA2_256[..], &Sha256::digest(text)].concat();
    format!("{BASE58BTC}{}", bs58::encode(multihash).into_string())
}
