//! A party's key in one session: what its endpoint is known by.

use std::fmt;

use e3_forward::PeerKey;
use ed25519_dalek::SigningKey;
use iroh::{PublicKey, SecretKey};
use zeroize::Zeroizing;

use crate::QuicError;

/// Bytes of a key in an introduction.
pub(crate) const LENGTH: usize = 32;

/// A party's Ed25519 key (RFC 8032), made for one session; never leaves this process, and is erased with it.
#[derive(Clone)]
pub(crate) struct SessionKey(SecretKey);

impl SessionKey {
    /// A new key from the operating system's randomness.
    pub(crate) fn generate() -> Result<Self, QuicError> {
        let mut seed = Zeroizing::new([0; LENGTH]);
        getrandom::fill(&mut *seed).map_err(QuicError::Randomness)?;
        Ok(Self(SecretKey::from_bytes(&seed)))
    }

    /// What the others know it by.
    pub(crate) fn public(&self) -> PublicKey {
        self.0.public()
    }

    /// The key as signatures need it.
    pub(crate) fn signing(&self) -> &SigningKey {
        self.0.as_signing_key()
    }

    /// The key as its endpoint needs it.
    pub(crate) fn secret(&self) -> &SecretKey {
        &self.0
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionKey({})", self.0.public().fmt_short())
    }
}

/// The key that a party has introduced; `None` for bytes that are no key.
pub(crate) fn introduced(bytes: &[u8]) -> Option<PublicKey> {
    e3_contact::introduced(bytes).map(PublicKey::from_verifying_key)
}

/// The key as links know it.
pub(crate) fn of_link(key: &PublicKey) -> PeerKey {
    PeerKey(*key.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_session_has_a_key_of_its_own() {
        let [first, second] = [(); 2].map(|()| SessionKey::generate().unwrap());
        assert_ne!(first.public(), second.public());
        assert_eq!(introduced(first.public().as_bytes()), Some(first.public()));
    }

    #[test]
    fn what_is_shown_of_a_key_is_public() {
        let key = SessionKey::generate().unwrap();
        let shown = format!("{key:?}");
        let secret = hex::encode(key.secret().to_bytes());
        assert!(!shown.contains(&secret[..8]), "{shown}");
    }
}
