//! The secret half of an identity.

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use serde::Serialize;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{
    Did, DidError, Signature, canonical,
    document::VerifyError,
    pem::{self, PemError},
    resolve::ResolveError,
};

/// An Ed25519 key that signs for a DID. Erased when dropped; shown by nothing but [`IdentityKey::to_pem`].
pub struct IdentityKey(SigningKey);

/// Why there are no keys.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeyError {
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness to make keys from: {0}")]
    Randomness(getrandom::Error),
    /// A key file that cannot be read.
    #[error("the key file cannot be used: {0}")]
    Pem(#[from] PemError),
    /// The document of the key's DID is not to be had.
    #[error("whose key it is cannot be known: {0}")]
    Resolve(#[from] ResolveError),
    /// The DID that was asked for cannot be made.
    #[error(transparent)]
    Did(#[from] DidError),
    /// The key is none of the DID's.
    #[error("the key is not the one that {did} names as its {wanted:?}: {source}")]
    NotItsKey {
        /// Whose key it should be.
        did: Did,
        /// The name of the key that it should be.
        wanted: String,
        /// What is wrong.
        source: VerifyError,
    },
}

impl IdentityKey {
    /// A new key from the operating system's randomness.
    pub fn generate() -> Result<Self, KeyError> {
        Ok(Self(SigningKey::from_bytes(&*random()?)))
    }

    /// Reads a key in PKCS#8 as PEM (RFC 8410), as OpenSSL writes it.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        Ok(Self(SigningKey::from_bytes(&*pem::decode(text)?)))
    }

    /// The key in PKCS#8 version 1 as PEM (RFC 8410), which OpenSSL 3.0 can read. A secret.
    pub fn to_pem(&self) -> Zeroizing<String> {
        pem::encode(&Zeroizing::new(self.0.to_bytes()))
    }

    /// The same as DER.
    pub(crate) fn to_der(&self) -> Zeroizing<Vec<u8>> {
        pem::der(&Zeroizing::new(self.0.to_bytes()))
    }

    /// The public half.
    pub fn verifying_key(&self) -> VerifyingKey {
        self.0.verifying_key()
    }

    /// Signs `[domain, form]` in the [canonical](crate::canonical) encoding, by Ed25519 (RFC 8032).
    pub fn sign(&self, domain: &str, form: &impl Serialize) -> Signature {
        self.sign_bytes(&canonical::bytes(domain, form))
    }

    /// Signs bytes of somebody else's format, such as a certificate's.
    pub(crate) fn sign_bytes(&self, bytes: &[u8]) -> Signature {
        Signature(self.0.sign(bytes).to_bytes())
    }
}

impl fmt::Debug for IdentityKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityKey").finish_non_exhaustive()
    }
}

pub(crate) fn random() -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *bytes).map_err(KeyError::Randomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use zeroize::ZeroizeOnDrop;

    use super::*;

    fn erased_when_dropped<T: ZeroizeOnDrop>() {}

    #[test]
    fn secrets_are_erased() {
        erased_when_dropped::<SigningKey>();
        erased_when_dropped::<Zeroizing<String>>();
    }
}
